//! One example of every frame, as typed values, so that none can drift from
//! the types: for `help`, for the protocol's page, and for tests.
//!
//! They are of one small story: ada and bob in the lobby of a server.

mod error;
mod frame;
mod news;
mod reply;
mod request;
mod story;
mod variant;

pub use error::errors;
pub use frame::frames;
pub use request::requests;
pub use variant::variants;

use crate::Request;
use crate::reply::{Help, HelpRequest, JsonText};

/// The reply to `help`: every request with an example and what it does.
pub fn help() -> Help {
    let row = |request: Request| HelpRequest {
        kind: request.kind().into(),
        example: JsonText::parse(request.encode(None)).expect("encoded requests are JSON"),
        about: Request::about(request.kind()).unwrap_or_default().into(),
    };
    Help {
        requests: requests().into_iter().map(row).collect(),
    }
}

#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;
