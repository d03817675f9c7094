//! What others do on the server meanwhile.

use super::Play;
use crate::core::tests::server::{Server, seq};
use crate::core::tests::session::step::{Deed, Step};
use chat_proto::event::{EventBody, MemberChange, MemberChanged, Role};
use chat_proto::{ErrorReply, RoomName, UserName};

impl Play {
    /// What happens on the server.
    pub(super) fn elsewhere(&mut self, step: &Step) {
        let server = &mut self.server;
        let names: Vec<_> = server.logs.keys().cloned().collect();
        let nth = |which: u64| {
            names
                .get((which % names.len().max(1) as u64) as usize)
                .cloned()
        };
        match step {
            Step::Said(room, author, text, many) => {
                let Some(room) = nth(*room) else { return };
                for _ in 0..*many {
                    server.others(room.as_str(), author, text);
                }
            }
            Step::Done(room, which, deed) => {
                let Some(room) = nth(*room) else { return };
                done(server, &room, *which, deed);
            }
            Step::Member(name, whom, change) => {
                let Some(name) = nth(*name).filter(|name| !name.is_direct()) else {
                    return;
                };
                let body = EventBody::Member(MemberChange {
                    user: UserName::trusted(whom).expect("a name"),
                    change: *change,
                    role: (*change == MemberChanged::Role).then_some(Role::Moderator),
                    reason: None,
                });
                server.append(&name, "eve", body);
                if *whom == "ada" && crate::core::fold::removes(*change) {
                    server.be_out(&name);
                }
            }
            Step::Topic(room, topic) => {
                if let Some(room) = nth(*room) {
                    let topic = topic.clone();
                    server.append(&room, "bob", EventBody::Topic { topic });
                }
            }
            Step::ReadElsewhere(room, so_far) => {
                if let Some(room) = nth(*room) {
                    let head = server.logs[&room].len() as u64;
                    server.read_elsewhere(&room, seq(so_far % (head + 1)));
                }
            }
            Step::Refuse(code) => {
                let mut error = ErrorReply::new(*code, "not now");
                error.retry_after_ms = Some(700);
                server.refuse.push_back(error);
            }
            Step::Silent(many) => server.silent = *many,
            _ => {}
        }
    }
}

/// Something is done to a message that stands.
fn done(server: &mut Server, room: &RoomName, which: u64, deed: &Deed) {
    let log = &server.logs[room];
    let is_message = |body: &EventBody| matches!(body, EventBody::Message(_));
    let deleted = |target| {
        log.iter()
            .any(|event| matches!(&event.body, EventBody::Deleted { target: t } if *t == target))
    };
    let standing: Vec<_> = log
        .iter()
        .filter(|event| is_message(&event.body) && !deleted(event.seq))
        .map(|event| (event.seq, event.author.clone()))
        .collect();
    let Some((target, author)) = standing
        .get((which % standing.len().max(1) as u64) as usize)
        .cloned()
    else {
        return;
    };
    let (author, body) = match deed {
        Deed::Edit(text) if author.as_str() != "ada" => {
            let text = Some(text.clone());
            (author.as_str(), EventBody::Edited { target, text })
        }
        Deed::Edit(_) => return,
        Deed::Delete => ("eve", EventBody::Deleted { target }),
        Deed::React(on) => {
            let emoji = "👍".to_owned();
            (
                "eve",
                EventBody::Reacted {
                    target,
                    emoji,
                    on: *on,
                },
            )
        }
        Deed::Pin(on) => ("eve", EventBody::Pinned { target, on: *on }),
    };
    server.append(room, author, body);
}
