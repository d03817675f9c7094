//! The first frame of every connection, before any request.

use crate::limits::Limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The frame `server`: who this is and what holds here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Greeting {
    /// The server's name, for people.
    pub name: String,
    /// The server's version.
    pub version: String,
    /// The protocol's version, see [`crate::PROTOCOL`].
    pub protocol: u32,
    /// The id of this history of the whole store; another one voids every cursor.
    pub epoch: String,
    /// Whether one may come in without an account.
    pub guests: bool,
    /// What a client checks before it sends.
    #[serde(default)]
    pub limits: Limits,
    /// How often a kind of request may be made; a rate of 0 is no limit.
    #[serde(default)]
    pub rates: BTreeMap<String, Rate>,
    /// What to type first, for a person at a console.
    #[serde(default)]
    pub hint: String,
}

/// So many a second in the long run, so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rate {
    /// Requests a second; 0 is no limit.
    pub per_s: u32,
    /// Requests at once, after a pause.
    pub burst: u32,
}
