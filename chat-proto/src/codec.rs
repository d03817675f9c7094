//! Bytes to frames and back.
//!
//! [`decode_request`] reads what clients send, by every rule; [`decode_frame`]
//! reads what servers send, and takes what it does not know as
//! [`Frame::Unknown`]. Neither panics, whatever it is given, and both take time
//! in proportion to its length.

mod frame;
pub(crate) mod json;
mod nearest;

pub use frame::{Frame, Received, decode_frame};
pub use nearest::nearest;

use crate::chars::repeated;
use crate::fields::invalid;
use crate::{ErrorCode, ErrorReply, Limits, Request, RequestId};

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
    let fields = json::object(text).map_err(anonymous)?;
    let id: Option<RequestId> = fields.read("id", limits).map_err(anonymous)?;
    let read = || -> Result<Request, ErrorReply> {
        let kind: Option<String> = fields.read("type", limits)?;
        let kind =
            kind.ok_or_else(|| invalid("type", &format!("is missing; a frame is like {EXAMPLE}")))?;
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

fn unknown(kind: &str) -> ErrorReply {
    ErrorReply::about(
        ErrorCode::UnknownType,
        "type",
        format!(
            "no request is called {:?}; {}",
            repeated(kind, 32),
            nearest::suggestion(kind)
        ),
    )
}

/// The error for a request that the server knows but does not offer.
pub fn unsupported(kind: &str) -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Unsupported,
        format!("this server does not offer {kind:?} yet"),
    )
}

/// The error for a field that a server checks itself.
pub fn invalid_field(field: &str, problem: &str) -> ErrorReply {
    invalid(field, problem)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
