//! The examples are right, complete, and what the protocol's page shows.

use super::*;
use crate::codec::{Asked, Frame, decode_frame, decode_request};
use crate::{ErrorCode, EventBody, Limits};
use std::collections::BTreeSet;

#[test]
fn every_request_has_its_example_which_is_read_back() {
    let kinds: Vec<&str> = requests().iter().map(Request::kind).collect();
    assert_eq!(kinds, Request::KINDS);
    let varied = variants().into_iter().map(|(name, request)| {
        assert_eq!(name.split(' ').next(), Some(request.kind()));
        request
    });
    for request in requests().into_iter().chain(varied) {
        let frame = request.encode(None);
        let read = decode_request(&frame, &Limits::DEFAULT);
        assert_eq!(read, Ok(Asked { id: None, request }), "{frame}");
    }
}

#[test]
fn every_frame_has_its_example_which_is_read_back() {
    let mut names = BTreeSet::new();
    for (name, received) in frames() {
        assert!(names.insert(name), "{name} twice");
        let json = received.frame.encode(received.id.as_ref());
        assert!(!matches!(received.frame, Frame::Unknown { .. }), "{name}");
        assert_eq!(decode_frame(&json), received, "{json}");
    }
    for kind in Frame::KINDS.iter().chain(EventBody::KINDS) {
        assert!(
            names
                .iter()
                .any(|name| name.split(' ').next() == Some(kind)),
            "{kind}"
        );
    }
}

#[test]
fn every_error_has_its_example() {
    let codes: Vec<ErrorCode> = errors().iter().map(|error| error.code).collect();
    for code in ErrorCode::ALL {
        assert_eq!(codes.iter().filter(|c| **c == code).count(), 1, "{code:?}");
    }
}

#[test]
fn help_says_of_every_request_what_it_does_and_how() {
    let help = help();
    assert_eq!(help.requests.len(), Request::KINDS.len());
    for row in &help.requests {
        assert!(row.about.ends_with('.'), "{}", row.kind);
        assert!(
            row.example
                .as_str()
                .starts_with(&format!("{{\"type\":\"{}\"", row.kind))
        );
    }
    insta::assert_snapshot!(Frame::Help(help).encode(None).replace("},{", "},\n{"));
}

#[test]
fn frames_on_the_wire_are_these() {
    let asked = requests().into_iter().map(|request| request.encode(None));
    insta::assert_snapshot!("requests", lines(asked));
    let told = frames()
        .into_iter()
        .map(|(_, told)| told.frame.encode(told.id.as_ref()));
    insta::assert_snapshot!("frames", lines(told));
}

fn lines(frames: impl Iterator<Item = String>) -> String {
    frames.collect::<Vec<_>>().join("\n")
}
