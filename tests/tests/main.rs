//! What only whole processes can show. Each module is one promise or one
//! behaviour; the names of the tests say which. A behaviour with a number is the
//! promise of that number in `docs/terminal.md`.

#![allow(
    clippy::print_stdout,
    reason = "some tests are there to print a figure"
)]

mod accounts;
mod acting;
mod admin;
mod attaching;
mod catch_up;
mod changes;
mod clocks;
mod closing;
mod clusters;
mod composing;
mod configuring;
mod console;
mod corners;
mod deleted;
mod direct;
mod disk;
mod docs;
mod drafts;
mod durability;
mod ending;
mod entering;
mod errors;
mod every_request;
mod files;
mod finding;
mod first_run;
mod greeting;
mod harness;
mod hooks;
mod hostile;
mod http;
mod killed;
mod large;
mod linear;
mod listing;
mod load;
mod logbook;
mod looks;
mod markers;
mod messages;
mod metrics;
mod moderation;
mod mouse;
mod multiplexed;
mod notifying;
mod outbox;
mod page_changes;
mod people;
mod plain;
mod privacy;
mod profile;
mod rates;
mod reading;
mod refusing;
mod repeating;
mod replay;
mod rewound;
mod rooms;
mod schema;
mod search;
mod searching;
mod second_client;
mod servers;
mod sizes;
mod starting;
mod threads;
mod together;
mod transfers;
mod trust;
mod unread;

/// A module that is not named above would never run.
#[test]
fn no_file_is_forgotten() {
    let main = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs") else {
            continue;
        };
        assert!(
            module == "main" || main.contains(&format!("mod {module};")),
            "{name} is not in main.rs"
        );
    }
}
