//! What this client remembers of a person's ways; the server knows nothing of it.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What is remembered, as it is kept on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Habits {
    /// Emojis that were used, the last one first.
    pub emojis: Vec<SmolStr>,
}
