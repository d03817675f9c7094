//! What this client remembers of a person's ways; the server knows nothing of it.

use super::notify::Level;
use chat_proto::UserName;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What is remembered, as it is kept on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Habits {
    /// Emojis that were used, the last one first.
    pub emojis: Vec<SmolStr>,
    /// What of a room is told, where that is not as for all; by its name.
    pub levels: BTreeMap<SmolStr, Level>,
    /// The keys of the names of those whom one does not want to read.
    pub ignored: Vec<SmolStr>,
}

impl Habits {
    /// Whether what a person says is not shown.
    pub fn ignores(&self, name: &UserName) -> bool {
        !self.ignored.is_empty() && self.ignored.contains(&name.key())
    }
}
