//! What whole screens look like, and what must hold on every one of them.

mod scene;
mod snapshots;
