//! The programs that are measured: how each is started, and how it is told to
//! show the open room.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chat_tests::binaries;
use chat_tests::program::Program;

use crate::feed::{Feed, channel};
use crate::pty::{Cores, Pty, shows};
use crate::talk::{OPEN, Rooms, begin};

/// A program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Irssi,
    WeeChat,
    Chat,
}

impl Who {
    pub(crate) const ALL: [Self; 3] = [Self::Irssi, Self::WeeChat, Self::Chat];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Irssi => "irssi",
            Self::WeeChat => "WeeChat",
            Self::Chat => "chat-tui",
        }
    }

    /// Where its program lies; `None`: it is not installed.
    pub(crate) fn path(self) -> Option<PathBuf> {
        let path = match self {
            Self::Irssi => PathBuf::from("/usr/bin/irssi"),
            Self::WeeChat => PathBuf::from("/usr/bin/weechat"),
            Self::Chat => return binaries::tui().ok(),
        };
        path.is_file().then_some(path)
    }

    /// The version that it tells.
    pub(crate) fn version(self) -> String {
        let told = self.path().and_then(|path| {
            std::process::Command::new(path)
                .arg("--version")
                .output()
                .ok()
        });
        let told = told.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let told = told.unwrap_or_default();
        let version = told.split_whitespace().find(|word| {
            word.trim_start_matches('v')
                .starts_with(|c: char| c.is_ascii_digit())
        });
        version.unwrap_or("?").trim_start_matches('v').to_owned()
    }
}

/// How a program is started against a server at a port.
pub(crate) struct Contender {
    pub(crate) who: Who,
    pub(crate) home: PathBuf,
    /// The chat server's address, or the IRC server's port; of a peer it may be none.
    pub(crate) server: String,
    pub(crate) feed: Arc<dyn Feed>,
    pub(crate) rooms: Rooms,
    pub(crate) cores: Cores,
    /// Lines are kept for as long as it runs, by those who would forget them.
    pub(crate) keeps_all: bool,
}

impl Contender {
    /// Starts it; it is not ready yet.
    pub(crate) fn start(&self) -> Result<Pty> {
        let path = self.who.path().context("not installed")?;
        let program = Program::plain(path)
            .env("USER", "bench")
            .env("HOME", self.home.display().to_string());
        let program = match self.who {
            Who::Chat => program.args([
                self.server.clone(),
                "--data".to_owned(),
                self.home.display().to_string(),
            ]),
            Who::Irssi => {
                let home = self.home.join("irssi");
                fs::create_dir_all(&home)?;
                fs::write(home.join("config"), self.irssi_config())?;
                let alone = self.server.is_empty().then(|| "--noconnect".to_owned());
                let home = format!("--home={}", home.display());
                program.args([home].into_iter().chain(alone))
            }
            Who::WeeChat => {
                let home = self.home.join("weechat");
                fs::create_dir_all(&home)?;
                // It keeps the server that an earlier start has added.
                let connect = format!(
                    "/set irc.look.buffer_switch_autojoin off;\
                     /server add bench 127.0.0.1/{server} -nicks=bench -autojoin={channels};\
                     /set irc.server.bench.addresses 127.0.0.1/{server};/connect bench",
                    server = self.server,
                    channels = self.channels().join(",")
                );
                let kept = "/set history.max_buffer_lines_number 0";
                let mut args = vec!["-d".to_owned(), home.display().to_string()];
                if self.keeps_all {
                    args.extend(["-r".to_owned(), kept.to_owned()]);
                }
                match self.server.as_str() {
                    "" => args.push("-a".to_owned()),
                    _ => args.extend(["-r".to_owned(), connect]),
                }
                program.args(args)
            }
        };
        Pty::start(&program, self.cores)
    }

    /// Starts it and waits until it shows the open room, connected.
    pub(crate) fn ready(&self) -> Result<Pty> {
        let mut pty = self.start()?;
        match self.who {
            Who::Chat => {
                pty.wait_for("online")?;
            }
            Who::Irssi => {
                pty.wait_for("[(status)]")?;
                pty.wait_for("[bench")?;
                pty.settled(Duration::from_millis(700), Duration::from_secs(20));
                self.enter(&mut pty, &format!("/window goto #{OPEN}"))?;
            }
            Who::WeeChat => {
                pty.wait_for(&format!("#{OPEN}"))?;
                self.enter(&mut pty, &format!("/buffer #{OPEN}"))?;
            }
        }
        pty.settled(Duration::from_millis(700), Duration::from_secs(20));
        let first = "the first line of all";
        // A peer may have its windows before it has joined.
        for attempt in 1.. {
            self.feed.say(0, first);
            let within = Duration::from_secs(2);
            match pty.wait(first, pty.began(), within, |screen| shows(screen, first)) {
                Ok(_) => break,
                Err(late) if attempt == 10 => return Err(late),
                Err(_) => {}
            }
        }
        pty.settled(Duration::from_millis(300), Duration::from_secs(5));
        Ok(pty)
    }

    /// Whether a screen is the first complete one of a start.
    pub(crate) fn is_complete(&self, screen: &vt100::Screen) -> bool {
        match self.who {
            Who::Irssi => shows(screen, "[(status)]") && shows(screen, "Irssi v"),
            Who::WeeChat => shows(screen, "weechat.org") && shows(screen, "1:weechat"),
            Who::Chat => {
                let newest = begin(self.rooms.open);
                shows(screen, &newest) && shows(screen, "\u{203a}")
            }
        }
    }

    fn enter(&self, pty: &mut Pty, line: &str) -> Result<()> {
        pty.keys(line)?;
        pty.wait_for(line)?;
        // Two reads of the program, as of a person.
        std::thread::sleep(Duration::from_millis(20));
        pty.keys("\r")?;
        Ok(())
    }

    fn channels(&self) -> Vec<String> {
        (0..self.feed.rooms()).map(channel).collect()
    }

    fn irssi_config(&self) -> String {
        let channels: Vec<_> = self
            .channels()
            .iter()
            .map(|name| format!(r#"{{ name = "{name}"; chatnet = "bench"; autojoin = "yes"; }}"#))
            .collect();
        let kept = if self.keeps_all {
            r#""fe-text" = { scrollback_lines = "0"; scrollback_time = "0"; };"#
        } else {
            ""
        };
        format!(
            r#"servers = ( {{ address = "127.0.0.1"; chatnet = "bench"; port = "{}"; autoconnect = "yes"; use_tls = "no"; }} );
chatnets = {{ bench = {{ type = "IRC"; nick = "bench"; }}; }};
channels = ( {} );
settings = {{ core = {{ real_name = "bench"; user_name = "bench"; nick = "bench"; }}; {kept} }};
"#,
            self.server,
            channels.join(", ")
        )
    }
}

/// A directory for what a program keeps.
pub(crate) fn home(below: &Path, who: Who) -> Result<PathBuf> {
    let home = below.join(who.name());
    fs::create_dir_all(&home)?;
    Ok(home)
}
