//! What a server sends: one enum over replies, events and notices.

use crate::event::{Event, EventBody, Gap};
use crate::greeting::Greeting;
use crate::notice::{Invited, Presence, ReadMoved, TypingNow};
use crate::reply::{
    Done, Found, Help, History, HookMade, Hooks, Joined, Left, Members, Pong, Registered, Rooms,
    Sent, Welcome,
};
use crate::{ErrorReply, RequestId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

macro_rules! frames {
    ($( $(#[doc = $about:literal])+ $variant:ident($type:ty) $kind:literal )*) => {
        /// A frame from a server.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Frame {
            $( $(#[doc = $about])+ $variant($type), )*
            /// An event of a room's log.
            Event(Box<Event>),
            /// Something that this version does not know, or can't read.
            Unknown {
                /// Its `type`, where it has one.
                kind: Option<SmolStr>,
                /// Why it could not be read.
                why: String,
            },
        }

        impl Frame {
            /// Every `type` of frame but the events', see [`EventBody::KINDS`].
            pub const KINDS: &[&str] = &[$($kind),*];

            /// The `type` of the frame.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $kind, )*
                    Self::Event(event) => event.body.kind(),
                    Self::Unknown { kind, .. } => kind.as_deref().unwrap_or("(none)"),
                }
            }

            /// The schema of every frame but the events', by `type`.
            #[cfg(feature = "schema")]
            pub(crate) fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
                vec![$( ($kind, <$type as schemars::JsonSchema>::json_schema(generator)), )*]
            }

            /// The frame, as a server sends it; `id` is that of the request it answers.
            ///
            /// [`Frame::Unknown`] is written as nothing: a server never sends it.
            pub fn encode(&self, id: Option<&RequestId>) -> String {
                match self {
                    $( Self::$variant(body) => write($kind, id, body), )*
                    Self::Event(event) => to_json(event),
                    Self::Unknown { .. } => String::new(),
                }
            }
        }

        fn decode_body(kind: &str, text: &str) -> Option<Result<Frame, serde_json::Error>> {
            match kind {
                $( $kind => Some(serde_json::from_str(text).map(Frame::$variant)), )*
                _ if EventBody::KINDS.contains(&kind) => {
                    Some(serde_json::from_str(text).map(|event| Frame::Event(Box::new(event))))
                }
                _ => None,
            }
        }
    };
}

frames! {
    /// The greeting.
    Greeting(Greeting) "server"
    /// One is in.
    Welcome(Welcome) "welcome"
    /// The guest has an account.
    Registered(Registered) "registered"
    /// One is in a room: a reply, or news from another connection.
    Joined(Box<Joined>) "joined"
    /// One left a room: a reply, or news from another connection.
    Left(Left) "left"
    /// A list of rooms.
    Rooms(Rooms) "rooms"
    /// A list of members.
    Members(Members) "members"
    /// It is so.
    Done(Done) "ok"
    /// The message is on stable storage.
    Sent(Sent) "sent"
    /// A page of the past.
    History(History) "history"
    /// What was looked for.
    Found(Found) "found"
    /// The server is there.
    Pong(Pong) "pong"
    /// Every request.
    Help(Help) "help"
    /// A webhook was made.
    HookMade(HookMade) "hook"
    /// A room's webhooks.
    Hooks(Hooks) "hooks"
    /// A request was refused.
    Error(ErrorReply) "error"
    /// Events that are not delivered.
    Gap(Gap) "gap"
    /// Someone invites one.
    Invited(Invited) "invited"
    /// The marker was moved elsewhere.
    ReadMoved(ReadMoved) "read"
    /// Someone is typing.
    Typing(TypingNow) "typing"
    /// Someone came or went.
    Presence(Presence) "presence"
}

/// A frame with the id of the request that it answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// `None`: news, or the reply to a request without an id.
    pub id: Option<RequestId>,
    /// What it says.
    pub frame: Frame,
}

/// Reads a server's frame; what can't be read becomes [`Frame::Unknown`].
pub fn decode_frame(text: &str) -> Received {
    #[derive(Deserialize)]
    struct Head {
        r#type: SmolStr,
        id: Option<RequestId>,
    }
    let head: Head = match serde_json::from_str(text) {
        Ok(head) => head,
        Err(e) => {
            return Received {
                id: None,
                frame: Frame::Unknown {
                    kind: None,
                    why: e.to_string(),
                },
            };
        }
    };
    let frame = match decode_body(&head.r#type, text) {
        Some(Ok(frame)) => frame,
        Some(Err(e)) => Frame::Unknown {
            kind: Some(head.r#type),
            why: e.to_string(),
        },
        None => Frame::Unknown {
            kind: Some(head.r#type),
            why: "unknown type".to_owned(),
        },
    };
    Received { id: head.id, frame }
}

fn write<T: Serialize>(kind: &str, id: Option<&RequestId>, body: &T) -> String {
    #[derive(Serialize)]
    struct Framed<'a, T> {
        r#type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a RequestId>,
        #[serde(flatten)]
        body: &'a T,
    }
    to_json(&Framed {
        r#type: kind,
        id,
        body,
    })
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("frames have string keys and no failing parts")
}
