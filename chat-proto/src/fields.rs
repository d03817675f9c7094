//! Reading a request's fields one by one, so that a refusal can name the field
//! and say what would be right.

use crate::chars::repeated;
use crate::codec::json::kind;
use crate::limits::{CLIENT_CHARS, Limits};
use crate::name::{RoomName, RoomRef, UserName};
use crate::text::{Emoji, Nonce, Password, Text, TextError, Token, Topic};
use crate::{ErrorCode, ErrorReply, RequestId, Seq, Timestamp};
use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};

/// The fields of one frame, in the order written, not yet read.
#[derive(Debug)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// What may stand in a field of a request.
pub trait Field: Sized {
    /// Reads a value that is there; the error goes on after the field's name ("must be …").
    fn read(raw: &RawValue, limits: &Limits) -> Result<Self, String>;

    /// Reads a field that may be left out; `None` if what stands there says as little.
    fn read_optional(raw: &RawValue, limits: &Limits) -> Result<Option<Self>, String> {
        Self::read(raw, limits).map(Some)
    }

    /// The value of a field that is absent or null; `None` if it has to be there.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether the field is to be left out when written.
    fn is_absent(&self) -> bool {
        false
    }
}

impl Fields<'_> {
    /// Reads the field `name`.
    pub fn read<T: Field>(&self, name: &str, limits: &Limits) -> Result<T, ErrorReply> {
        match self.raw(name)?.filter(|raw| raw.get() != "null") {
            Some(raw) => T::read(raw, limits),
            None => T::absent().ok_or_else(|| "is missing".to_owned()),
        }
        .map_err(|problem| invalid(name, &problem))
    }

    fn raw(&self, name: &str) -> Result<Option<&RawValue>, ErrorReply> {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        let first = found.next().map(|(_, raw)| *raw);
        match found.next() {
            None => Ok(first),
            Some(_) => Err(invalid(name, "stands there twice; write it once")),
        }
    }
}

/// The error `invalid` about a field.
pub(crate) fn invalid(field: &str, problem: &str) -> ErrorReply {
    ErrorReply::about(ErrorCode::Invalid, field, format!("{field} {problem}"))
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some(Key(key)) = map.next_key()? {
                    fields.push((key, map.next_value()?));
                }
                Ok(Fields(fields))
            }
        }
        from.deserialize_map(Object)
    }
}

/// A key, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads by serde what has no rules beyond its type.
fn plain<T: DeserializeOwned>(raw: &RawValue, expected: &str) -> Result<T, String> {
    serde_json::from_str(raw.get()).map_err(|_| format!("must be {expected}, not {}", shown(raw)))
}

/// A string. What stands there instead is told by its kind alone: it may be a
/// password without its quotes.
fn string(raw: &RawValue) -> Result<Cow<'_, str>, String> {
    let text = raw.get();
    if let Some(inner) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        && !inner.contains('\\')
    {
        return Ok(Cow::Borrowed(inner));
    }
    match serde_json::from_str(text) {
        Ok(Key(text)) => Ok(text),
        Err(_) => Err(format!("must be a string, not {}", kind(text))),
    }
}

/// A value as an error may repeat it.
fn shown(raw: &RawValue) -> String {
    repeated(raw.get(), 40)
}

impl<T: Field> Field for Option<T> {
    fn read(raw: &RawValue, limits: &Limits) -> Result<Self, String> {
        T::read_optional(raw, limits)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

/// Fields that serde reads, each with the words for what is expected.
macro_rules! plain_fields {
    ($($type:ty: $expected:literal)*) => { $(
        impl Field for $type {
            fn read(raw: &RawValue, _: &Limits) -> Result<Self, String> {
                plain(raw, $expected)
            }
        }
    )* };
}

plain_fields! {
    bool: "true or false"
    Seq: "an integer from 0 to 2^53 - 1"
    RequestId: "an integer from 0 to 2^53 - 1 or a string of at most 64 characters"
    Vec<SmolStr>: "an array of strings"
    crate::event::Role: "\"owner\", \"moderator\" or \"member\""
    crate::event::RoomKind: "\"public\" or \"private\""
}

/// How many are wished for; whoever answers cuts it, so a larger one is no error.
impl Field for NonZeroU32 {
    fn read(raw: &RawValue, _: &Limits) -> Result<Self, String> {
        let wish: NonZeroU64 = plain(raw, "an integer from 1 on")?;
        Ok(Self::try_from(wish).unwrap_or(Self::MAX))
    }
}

impl Field for BTreeMap<String, Seq> {
    fn read(raw: &RawValue, limits: &Limits) -> Result<Self, String> {
        let Ok(Fields(pairs)) = serde_json::from_str(raw.get()) else {
            return Err(format!(
                "must be an object of rooms and seqs, like {{\"lobby\":41}}, not {}",
                shown(raw)
            ));
        };
        let mut seqs = Self::new();
        for (room, seq) in pairs {
            let named = |problem: &str| format!("{problem} for {:?}", repeated(&room, 64));
            let seq = Seq::read(seq, limits).map_err(|problem| named(&problem))?;
            if seqs.insert(room.clone().into_owned(), seq).is_some() {
                return Err(named("has two seqs"));
            }
        }
        Ok(seqs)
    }
}

impl Field for Text {
    fn read(raw: &RawValue, limits: &Limits) -> Result<Self, String> {
        Self::parse(&string(raw)?, limits.text_chars).map_err(|problem| problem.to_string())
    }

    /// Beside files a text may be empty.
    fn read_optional(raw: &RawValue, limits: &Limits) -> Result<Option<Self>, String> {
        match Self::parse(&string(raw)?, limits.text_chars) {
            Ok(text) => Ok(Some(text)),
            Err(TextError::Empty) => Ok(None),
            Err(problem) => Err(problem.to_string()),
        }
    }
}

/// Fields that are strings with rules of their own.
macro_rules! parsed_fields {
    ($($type:ty: |$text:ident, $limits:ident| $parse:expr;)*) => { $(
        impl Field for $type {
            fn read(raw: &RawValue, $limits: &Limits) -> Result<Self, String> {
                let $text = string(raw)?;
                $parse.map_err(|problem| problem.to_string())
            }
        }
    )* };
}

parsed_fields! {
    String: |text, _limits| Ok::<_, String>(text.into_owned());
    UserName: |text, limits| UserName::parse(&text, limits.name_chars);
    RoomName: |text, limits| RoomName::parse(&text, limits.room_chars);
    RoomRef: |text, limits| RoomRef::parse(&text, limits.name_chars, limits.room_chars);
    Topic: |text, limits| Topic::parse(&text, limits.topic_chars);
    Nonce: |text, _limits| Nonce::parse(&text);
    Emoji: |text, _limits| Emoji::parse(&text);
    Password: |text, _limits| Password::parse(&text);
    Token: |text, _limits| Ok::<_, String>(Token::from(text.into_owned()));
    Timestamp: |text, _limits| text.parse::<Timestamp>().map_err(|e| format!("is {e}"));
    ClientName: |text, _limits| ClientName::parse(&text);
}

/// A client's own name and version, for the operator: at most 64 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ClientName(String);

impl ClientName {
    /// At most [`CLIENT_CHARS`] characters, none of them a control character.
    pub fn parse(text: &str) -> Result<Self, String> {
        let chars = text.chars().count();
        if chars > CLIENT_CHARS {
            Err(format!(
                "is {chars} characters long; the limit is {CLIENT_CHARS}"
            ))
        } else if text.chars().any(char::is_control) {
            Err("may not have control characters".to_owned())
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// As given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
