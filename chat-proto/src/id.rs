//! The `id` by which a client knows its request's reply again.

use crate::limits::ID_CHARS;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// An integer from 0 to 2^53 - 1, or a string of at most 64 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum RequestId {
    /// A number, echoed as a number.
    Number(u64),
    /// A text, echoed as it was.
    Text(SmolStr),
}

impl<'de> Deserialize<'de> for RequestId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Visitor)
    }
}

struct Visitor;

const EXPECTED: &str = "an integer from 0 to 2^53 - 1 or a string of at most 64 characters";

impl serde::de::Visitor<'_> for Visitor {
    type Value = RequestId;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<RequestId, E> {
        if number < 1 << 53 {
            Ok(RequestId::Number(number))
        } else {
            Err(E::invalid_value(
                serde::de::Unexpected::Unsigned(number),
                &self,
            ))
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RequestId, E> {
        if text.chars().count() <= ID_CHARS {
            Ok(RequestId::Text(text.into()))
        } else {
            Err(E::custom(EXPECTED))
        }
    }
}
