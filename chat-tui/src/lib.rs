//! The terminal client: a pure [`core`], a view that only draws, and edges.

pub mod address;
pub mod app;
pub mod cli;
pub mod config;
pub mod core;
pub mod edge;
pub mod neutral;
pub mod view;
pub mod weblink;
