//! One connection for a command: come in, ask, listen.

use super::{Failure, Target, start};
use crate::address::Address;
use crate::core::by_hand::in_words;
use crate::core::input::NetInput;
use crate::edge::net::{self, Connection};
use crate::edge::profile::ServerDir;
use crate::neutral;
use chat_proto::codec::{Frame, Received};
use chat_proto::reply::Welcome;
use chat_proto::request::{Hello, Join};
use chat_proto::{
    ErrorCode, ErrorReply, Greeting, Limits, Request, RequestId, RoomName, RoomRef, Seq, Token,
    UserName,
};
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A connection that came in.
pub(super) struct Session {
    connection: Connection,
    /// What the server said first.
    pub(super) greeting: Greeting,
    /// Who one is, and where.
    pub(super) welcome: Welcome,
    asked: u64,
    /// News that came while a reply was awaited.
    heard: VecDeque<Frame>,
}

/// What a session had before it was cut.
#[derive(Debug, Clone, Default)]
pub(super) struct Resume {
    /// The last event had.
    pub(super) cursors: BTreeMap<String, Seq>,
    /// In which history.
    pub(super) epoch: Option<String>,
}

/// A server that says nothing for so long is not there.
const REPLY_WAIT: Duration = Duration::from_secs(30);
/// Between two looks whether another process is through.
const TURN_PAUSE: Duration = Duration::from_millis(20);

impl Session {
    /// Connects and comes in, by the token kept or as a guest; keeps the token.
    /// Of several addresses the next is tried where one does not answer.
    pub(super) async fn open(target: &Target, resume: Resume) -> Result<Self, Failure> {
        let mut opened = Self::open_at(target, target.addresses.at(0), resume.clone()).await;
        for next in target.addresses.iter().skip(1) {
            if !matches!(opened, Err(Failure::Link(_))) {
                break;
            }
            opened = Self::open_at(target, next, resume.clone()).await;
        }
        opened
    }

    async fn open_at(target: &Target, address: &Address, resume: Resume) -> Result<Self, Failure> {
        let mut connection = net::connect(address.clone(), target.trust.clone());
        let by = Instant::now() + REPLY_WAIT;
        let greeting = match next(&mut connection, by).await?.frame {
            Frame::Greeting(greeting) => greeting,
            other => return Err(unexpected(&other)),
        };
        let (token, turn) = match &target.dir {
            Ok(dir) => token(dir, by).await?,
            Err(_) => (None, None),
        };
        let welcome = enter(&mut connection, target, &greeting.limits, token, resume).await?;
        if let Ok(dir) = &target.dir {
            dir.set_token(Some(welcome.token.reveal()))?;
        }
        drop(turn);
        Ok(Self {
            connection,
            greeting,
            welcome,
            asked: 0,
            heard: VecDeque::new(),
        })
    }

    /// The reply to a request; an error is one of the outcomes.
    pub(super) async fn ask(
        &mut self,
        request: &Request,
    ) -> Result<Result<Frame, ErrorReply>, Failure> {
        self.asked += 1;
        let id = RequestId::Number(self.asked);
        say(&self.connection, request, &id)?;
        let by = Instant::now() + REPLY_WAIT;
        loop {
            let received = next(&mut self.connection, by).await?;
            match (received.id == Some(id.clone()), received.frame) {
                (true, Frame::Error(error)) => return Ok(Err(error)),
                (true, frame) => return Ok(Ok(frame)),
                (false, frame) => self.heard.push_back(frame),
            }
        }
    }

    /// As [`Session::ask`]; comes into the room first where that is what was amiss.
    pub(super) async fn ask_as_member(
        &mut self,
        room: &RoomRef,
        request: &Request,
    ) -> Result<Result<Frame, ErrorReply>, Failure> {
        match self.ask(request).await? {
            Err(error) if error.code == ErrorCode::NotMember => {}
            other => return Ok(other),
        }
        let join = Join {
            room: room.clone(),
            after: None,
            create: Some(false),
        };
        match self.ask(&join.into()).await? {
            Ok(_) => self.ask(request).await,
            Err(error) => Ok(Err(error)),
        }
    }

    /// The next piece of news, however long that takes.
    pub(super) async fn news(&mut self) -> Result<Frame, Failure> {
        if let Some(frame) = self.heard.pop_front() {
            return Ok(frame);
        }
        loop {
            match self.connection.next().await {
                Some(NetInput::Frame(received)) => return Ok(received.frame),
                Some(NetInput::Connected | NetInput::Heard) => {}
                over => return Err(cut(over)),
            }
        }
    }

    /// The room that a reference means to this user.
    pub(super) fn room(&self, room: &RoomRef) -> Option<RoomName> {
        match room {
            RoomRef::Named(name) => Some(name.clone()),
            RoomRef::With(user) => RoomName::direct(&self.welcome.user, user).ok(),
        }
    }
}

/// The room of an argument; the `#` that people write before it is none of its name.
pub(super) fn parse_room(text: &str, limits: &Limits) -> Result<RoomRef, Failure> {
    let name = text.strip_prefix('#').unwrap_or(text);
    RoomRef::parse(name, limits.name_chars, limits.room_chars)
        .map_err(|e| Failure::Usage(format!("room {:?} {e}", neutral::line(text))))
}

/// A refusal in the server's words, made harmless, and without frames.
pub(super) fn refused(error: &ErrorReply) -> Failure {
    Failure::Refused(neutral::line(&in_words(&error.message)).into_owned())
}

/// A reply that answers something else.
pub(super) fn unexpected(frame: &Frame) -> Failure {
    match frame {
        Frame::Error(error) => refused(error),
        _ => Failure::Link("the server's answer makes no sense to this version".to_owned()),
    }
}

/// The token kept; without one, the turn to get the first.
async fn token(dir: &ServerDir, by: Instant) -> Result<(Option<String>, Option<File>), Failure> {
    loop {
        if let Some(token) = dir.token()? {
            return Ok((Some(token), None));
        }
        match dir.try_turn()? {
            // Another one may have had its turn between the two looks.
            Some(turn) => return Ok((dir.token()?, Some(turn))),
            None if Instant::now() >= by => return Ok((None, None)),
            None => tokio::time::sleep(TURN_PAUSE).await,
        }
    }
}

async fn enter(
    connection: &mut Connection,
    target: &Target,
    limits: &Limits,
    token: Option<String>,
    resume: Resume,
) -> Result<Welcome, Failure> {
    let wanted = match &target.name {
        Some(name) => Some(name.clone()),
        None if token.is_none() => start::login(),
        None => None,
    };
    let name = match wanted {
        Some(name) => Some(parse_name(&name, limits)?),
        None if token.is_none() => {
            return Err(Failure::Usage("name yourself with --name".to_owned()));
        }
        None => None,
    };
    let hello = |token: Option<&String>, name: Option<&UserName>| Hello {
        name: name.cloned(),
        password: None,
        token: token.cloned().map(Token::from),
        client: chat_proto::fields::ClientName::parse(concat!(
            "chat-tui ",
            env!("CARGO_PKG_VERSION")
        ))
        .ok(),
        resume: (!resume.cursors.is_empty()).then(|| resume.cursors.clone()),
        epoch: resume.epoch.clone(),
        gaps: Some(false),
    };
    // A token decides, and a name beside it must fit: first without one.
    let first = token.as_ref().map_or(name.as_ref(), |_| None);
    match greet(connection, hello(token.as_ref(), first)).await? {
        Ok(welcome) => Ok(welcome),
        Err(error) => match (&token, &name, error.code) {
            // The guest's name has lapsed, and someone else has it.
            (Some(_), Some(_), ErrorCode::NameTaken) => {
                let again = hello(token.as_ref(), name.as_ref());
                greet(connection, again).await?.map_err(|e| refused(&e))
            }
            (Some(_), Some(_), ErrorCode::BadCredentials) => {
                let anew = hello(None, name.as_ref());
                greet(connection, anew).await?.map_err(|e| refused(&e))
            }
            _ => Err(refused(&error)),
        },
    }
}

async fn greet(
    connection: &mut Connection,
    hello: Hello,
) -> Result<Result<Welcome, ErrorReply>, Failure> {
    say(connection, &hello.into(), &RequestId::Number(0))?;
    let by = Instant::now() + REPLY_WAIT;
    match next(connection, by).await?.frame {
        Frame::Welcome(welcome) => Ok(Ok(welcome)),
        Frame::Error(error) => Ok(Err(error)),
        other => Err(unexpected(&other)),
    }
}

fn parse_name(name: &str, limits: &Limits) -> Result<UserName, Failure> {
    UserName::parse(name, limits.name_chars)
        .map_err(|e| Failure::Usage(format!("the name {:?} {e}", neutral::line(name))))
}

fn say(connection: &Connection, request: &Request, id: &RequestId) -> Result<(), Failure> {
    if connection.send(request.encode(Some(id))) {
        Ok(())
    } else {
        Err(Failure::Link("the connection is over".to_owned()))
    }
}

async fn next(connection: &mut Connection, by: Instant) -> Result<Received, Failure> {
    loop {
        match timeout_at(by, connection.next()).await {
            Ok(Some(NetInput::Frame(received))) => return Ok(*received),
            Ok(Some(NetInput::Connected | NetInput::Heard)) => {}
            Ok(over) => return Err(cut(over)),
            Err(_) => {
                let seconds = REPLY_WAIT.as_secs();
                return Err(Failure::Link(format!("no answer within {seconds} s")));
            }
        }
    }
}

fn cut(over: Option<NetInput>) -> Failure {
    let why = match over {
        Some(NetInput::Failed(why) | NetInput::Nobody(why)) => why,
        Some(NetInput::Closed { code, reason }) if reason.is_empty() => match code {
            Some(code) => format!("the server closed the connection ({code})"),
            None => "the server closed the connection".to_owned(),
        },
        Some(NetInput::Closed { reason, .. }) => reason,
        Some(NetInput::Connected | NetInput::Frame(_) | NetInput::Heard) | None => {
            "the connection is over".to_owned()
        }
    };
    Failure::Link(neutral::line(&why).into_owned())
}
