//! Draws the state, and only draws.

pub mod theme;
pub mod wrap;
