//! What is seen of the way that things take: counted for the figures, and
//! written into the log where there is one.
//!
//! Always holds: it changes nothing; without a log it only counts; no secret
//! and, unless that was asked for, no text of anybody is written.

use super::Here;
use crate::core::debug::Figures;
use crate::core::input::NetInput;
use crate::core::input::{DiskInput, Input, LocalInput};
use crate::core::link::{Link, Phase};
use crate::core::servers::ServerName;
use crate::edge::journal::{Journal, Level, tells};
use crate::edge::meter::Meter;
use crate::edge::net::{News, Raw};
use chat_proto::Timestamp;
use chat_proto::codec::Frame;
use std::mem::{Discriminant, discriminant};
use std::path::PathBuf;
use std::time::Duration;

/// Who looks on.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) meter: Meter,
    journal: Option<Journal>,
    /// The file of the cache, where there is one.
    cache: Option<PathBuf>,
    /// How the connection stood when it was looked at last.
    phase: Option<Discriminant<Phase>>,
}

impl Watch {
    /// Looks on from the start, of which these notes are to be told.
    pub(super) fn begin(
        journal: Option<Journal>,
        here: &Here,
        notes: &[String],
        at: Timestamp,
    ) -> Self {
        let mut watch = Self {
            meter: Meter::default(),
            journal,
            cache: here.file.clone(),
            phase: None,
        };
        let begins = concat!("chat-tui ", env!("CARGO_PKG_VERSION"), " begins");
        watch.note(at, Level::Info, || begins.to_owned());
        for note in notes {
            watch.happened(at, &Input::Told(note.clone()));
        }
        watch
    }

    /// Another server is gone to.
    pub(super) fn goes_over(&mut self, here: &Here, name: &ServerName, at: Timestamp) {
        self.cache.clone_from(&here.file);
        self.note(at, Level::Info, || {
            format!("goes over to {}", name.as_str())
        });
    }

    /// News of the network, before the core has them.
    pub(super) fn came(&mut self, at: Timestamp, news: &News) {
        match (&news.raw, &news.input) {
            (Raw::Text(text), NetInput::Frame(received)) => {
                let kind = received.frame.kind();
                self.meter.count(at, false, kind, text.len());
                let unread = match &received.frame {
                    Frame::Unknown { why, .. } => Some(why.as_str()),
                    _ => None,
                };
                self.frame(at, "in ", kind, text, unread);
            }
            (Raw::Binary(bytes), _) => {
                self.meter.count(at, false, "(binary)", *bytes);
                self.note(at, Level::Warn, || {
                    format!("a binary frame of {bytes} bytes came, which no server sends; it is left out")
                });
            }
            (Raw::Text(_) | Raw::Nothing, _) => {}
        }
    }

    /// A frame goes to the server.
    pub(super) fn goes(&mut self, at: Timestamp, frame: &str) {
        let kind = kind_of(frame);
        self.meter.count(at, true, kind, frame.len());
        self.frame(at, "out", kind, frame, None);
    }

    /// What has happened, before the core is told.
    pub(super) fn happened(&mut self, at: Timestamp, input: &Input) {
        let (level, words) = match input {
            Input::Told(words) => (Level::Warn, words.clone()),
            Input::Disk(DiskInput::Failed(why)) => (Level::Error, format!("disk: {why}")),
            Input::Disk(DiskInput::NotAccepted { why, .. }) => {
                (Level::Error, format!("disk: not kept: {why}"))
            }
            Input::Disk(DiskInput::Renewed(words)) => (Level::Warn, format!("disk: {words}")),
            Input::Disk(DiskInput::Mended) => (Level::Info, "disk: writes again".to_owned()),
            Input::Settings(_) => (
                Level::Info,
                "the configuration was saved and is in use".to_owned(),
            ),
            Input::Local(LocalInput::Started { pid }) => (
                Level::Info,
                format!("chat-server was started as process {pid}"),
            ),
            Input::Local(LocalInput::Ended(said)) => {
                (Level::Warn, format!("chat-server has ended: {said}"))
            }
            Input::Ended { code } => (Level::Info, format!("asked to end, with {code}")),
            _ => return,
        };
        self.note(at, level, || words);
    }

    /// How the connection stands, after the core was told something.
    pub(super) fn looks(&mut self, at: Timestamp, mono: Duration, link: &Link, address: &str) {
        let phase = discriminant(&link.phase);
        if self.phase.replace(phase) == Some(phase) {
            return;
        }
        let (level, words) = match &link.phase {
            Phase::Idle => return,
            Phase::Connecting { .. } => {
                self.meter.connections += 1;
                (Level::Info, format!("link: connecting to {address}"))
            }
            Phase::Entering { .. } => (Level::Info, "link: connected, coming in".to_owned()),
            Phase::Asking { .. } => (Level::Info, "link: a name is asked for".to_owned()),
            Phase::Live => (Level::Info, "link: live".to_owned()),
            Phase::Waiting { until } => {
                let pause = until.saturating_sub(mono).as_millis();
                let (attempt, why) = (link.attempt, &link.why);
                let words =
                    format!("link: {why}; attempt {attempt} failed, the next in {pause} ms");
                (Level::Warn, words)
            }
        };
        self.note(at, level, || words);
    }

    /// All that was counted.
    pub(super) fn figures(&self) -> Figures {
        let size = |path: &PathBuf| path.metadata().map(|file| file.len()).ok();
        self.meter.figures(self.cache.as_ref().and_then(size))
    }

    /// A frame by type and size; its words only where they were asked for and
    /// are nobody's secret. Why one could not be read may quote it.
    fn frame(&mut self, at: Timestamp, way: &str, kind: &str, text: &str, unread: Option<&str>) {
        let level = match unread {
            Some(_) => Level::Warn,
            None => Level::Debug,
        };
        let told = self.journal.as_ref().is_some_and(Journal::takes_texts) && tells(kind);
        self.note(at, level, || {
            let mut words = format!("{way} {kind} {} bytes", text.len());
            if let Some(why) = unread {
                words.push_str(" that could not be read");
                if told {
                    words.push_str(&format!(": {why}"));
                }
            }
            if told {
                words.push_str(&format!(" {text}"));
            }
            words
        });
    }

    fn note(&mut self, at: Timestamp, level: Level, words: impl FnOnce() -> String) {
        if let Some(journal) = self.journal.as_mut().filter(|journal| journal.takes(level)) {
            journal.note(at, level, &words());
        }
    }
}

/// The type of a request as this client writes it: its first field.
fn kind_of(frame: &str) -> &str {
    let rest = frame.strip_prefix("{\"type\":\"");
    rest.and_then(|rest| rest.split('"').next())
        .unwrap_or("(none)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::request::Ping;
    use chat_proto::{Request, RequestId};

    #[test]
    fn the_type_of_a_request_is_read_from_how_it_is_written() {
        let ping = Request::from(Ping {}).encode(Some(&RequestId::Number(1)));
        assert_eq!(kind_of(&ping), "ping");
        assert_eq!(kind_of("{}"), "(none)");
    }
}
