//! An example of every frame that a server sends.

use super::{news, reply};
use crate::codec::{Frame, Received};
use crate::greeting::{Greeting, Rate};
use crate::{Limits, RequestId};
use std::collections::BTreeMap;

/// One example of each frame from a server, by the name under which the
/// protocol's page shows it: its `type`, and where one is not enough, a word more.
pub fn frames() -> Vec<(&'static str, Received)> {
    let mut all = vec![("server", unasked(Frame::Greeting(greeting())))];
    all.extend(reply::replies().map(|(name, frame)| (name, answer(frame))));
    all.extend(news::events().map(|(name, body)| (name, unasked(news::event(body)))));
    all.extend(news::notices().map(|(name, frame)| (name, unasked(frame))));
    all
}

fn answer(frame: Frame) -> Received {
    Received {
        id: Some(RequestId::Number(1)),
        frame,
    }
}

fn unasked(frame: Frame) -> Received {
    Received { id: None, frame }
}

fn greeting() -> Greeting {
    Greeting {
        name: "chat".to_owned(),
        version: "0.1.0".to_owned(),
        protocol: crate::PROTOCOL,
        epoch: super::story::EPOCH.to_owned(),
        guests: true,
        limits: Limits::DEFAULT,
        rates: BTreeMap::from([(
            "send".to_owned(),
            Rate {
                per_s: 10,
                burst: 50,
            },
        )]),
        hint: r#"say {"type":"hello","name":"your-name"}"#.to_owned(),
    }
}
