//! What whole screens look like, and what must hold on every one of them.

mod boxes;
mod clicks;
mod kept;
mod lines;
mod place;
mod scene;
mod snapshots;
pub(crate) mod sound;
