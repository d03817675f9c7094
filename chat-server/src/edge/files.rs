//! Files over HTTP: uploaded and fetched as streams, by those whose token says
//! that they may. Who may do what, the store asks the rules; here are bytes,
//! headers and bounds.

mod disposition;
mod fetch;
mod range;
mod upload;

pub(super) use fetch::fetch;
pub(super) use upload::upload;
