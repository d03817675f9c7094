//! What this client remembers of a person's ways; the server knows nothing of it.

use chat_proto::UserName;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What is remembered, as it is kept on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Habits {
    /// Emojis that were used, the last one first.
    pub emojis: Vec<SmolStr>,
    /// The keys of the names of those whom one does not want to read.
    pub ignored: Vec<SmolStr>,
}

impl Habits {
    /// Whether what a person says is not shown.
    pub fn ignores(&self, name: &UserName) -> bool {
        !self.ignored.is_empty() && self.ignored.contains(&name.key())
    }
}
