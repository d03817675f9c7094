//! The pure core: everything the client decides.
//!
//! [`update`] takes what happened and the time, changes the [`State`], and
//! says what the edges are to do. It knows no clock, no random source, no
//! terminal, no network and no disk; so it runs in a test as it runs in use.
//!
//! What always holds: a text leaves the composer only when it is in the
//! outbox, and the outbox only when it is in its room's log or its author
//! threw it away; of each room the log's order is that of `seq`, and what is
//! not held is shown as a hole.

pub mod clock;
pub mod composer;
pub mod effect;
pub mod fold;
pub mod input;
pub mod keys;
pub mod link;
pub mod log;
pub mod outbox;
pub mod overlay;
pub mod room;
pub mod span;
pub mod state;

pub use clock::Now;
pub use effect::Effect;
pub use input::Input;
pub use state::State;

/// Takes one thing that happened.
pub fn update(state: &mut State, input: Input, now: Now) -> Vec<Effect> {
    let _ = (state, input, now);
    Vec::new()
}
