//! The core against a small server and a disk, both simulated: keys in, frames
//! and screens' worth of state out.

mod accounts;
mod acting;
mod deeds;
mod disk;
mod disk_trouble;
mod entering;
mod first_run;
mod hooks;
mod idle;
mod lines;
mod notify;
mod paths;
mod people;
mod reading;
mod reference;
mod room_log;
mod rules;
mod searching;
mod sending;
mod server;
mod session;
mod threads;
mod transfers;
mod typing;
mod world;
mod writing;
