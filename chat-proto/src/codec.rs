//! Bytes to frames and back.
//!
//! [`decode_request`] reads what clients send, by every rule; [`decode_frame`]
//! reads what servers send, and takes what it does not know as
//! [`Frame::Unknown`]. Neither panics, whatever it is given.

mod frame;
mod nearest;

pub use frame::{Frame, Received, decode_frame};

use crate::fields::{Fields, invalid};
use crate::{ErrorCode, ErrorReply, Limits, Request, RequestId};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A request with the `id` by which its reply is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// As chosen by the client.
    pub id: Option<RequestId>,
    /// What is asked.
    pub request: Request,
}

/// A frame that is no request, and the error that says why.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The id, where it could be read.
    pub id: Option<RequestId>,
    /// What to answer.
    pub error: ErrorReply,
}

/// Reads a client's frame.
pub fn decode_request(text: &str, limits: &Limits) -> Result<Asked, Refused> {
    let anonymous = |error| Refused { id: None, error };
    let fields = object(text).map_err(anonymous)?;
    let id: Option<RequestId> = fields.read("id", limits).map_err(anonymous)?;
    let read = || -> Result<Request, ErrorReply> {
        let kind: String = fields.read("type", limits)?;
        let request = Request::read(&kind, &fields, limits)?.ok_or_else(|| unknown(&kind))?;
        request.check()?;
        Ok(request)
    };
    match read() {
        Ok(request) => Ok(Asked { id, request }),
        Err(error) => Err(Refused { id, error }),
    }
}

const EXAMPLE: &str = r#"{"type":"send","room":"lobby","text":"hi"}"#;

fn object(text: &str) -> Result<Fields<'_>, ErrorReply> {
    let bad = |e: serde_json::Error| {
        ErrorReply::new(
            ErrorCode::BadJson,
            format!("{e}; a frame is one JSON object, like {EXAMPLE}"),
        )
    };
    // Fields are kept as raw text, which serde_json skips over without a look
    // at its depth or its surrogates; so everything is walked once before.
    serde_json::from_str::<Walked>(text).map_err(bad)?;
    serde_json::from_str(text).map_err(bad)
}

fn unknown(kind: &str) -> ErrorReply {
    let message = match nearest::nearest(kind, Request::KINDS) {
        Some(near) => format!(
            "no request is called {}; did you mean {near:?}?",
            nearest::quoted(kind)
        ),
        None => format!(
            "no request is called {}; \"help\" lists them all",
            nearest::quoted(kind)
        ),
    };
    ErrorReply {
        field: Some("type".into()),
        ..ErrorReply::new(ErrorCode::UnknownType, message)
    }
}

/// The error for a request that the server knows but does not offer.
pub fn unsupported(kind: &str) -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Unsupported,
        format!("this server does not offer {kind:?} yet"),
    )
}

/// Anything that is JSON throughout.
struct Walked;

impl<'de> Deserialize<'de> for Walked {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Walked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Walked, E> {
        Ok(Walked)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Walked, E> {
        Ok(Walked)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Walked, E> {
        Ok(Walked)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Walked, E> {
        Ok(Walked)
    }

    fn visit_str<E>(self, _: &str) -> Result<Walked, E> {
        Ok(Walked)
    }

    fn visit_unit<E>(self) -> Result<Walked, E> {
        Ok(Walked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Walked, A::Error> {
        while seq.next_element::<Walked>()?.is_some() {}
        Ok(Walked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Walked, A::Error> {
        while map.next_entry::<Walked, Walked>()?.is_some() {}
        Ok(Walked)
    }
}

/// The error for a field that a server checks itself.
pub fn invalid_field(field: &str, problem: &str) -> ErrorReply {
    invalid(field, problem)
}
