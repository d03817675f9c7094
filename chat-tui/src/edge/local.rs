//! A server on this machine: where one would be, and starting it so that it
//! outlives this program.
//!
//! Always holds: it is a process of a session of its own, with what it prints
//! in a file; no shell is between.

use super::profile::{create_private_dir, create_private_file, state_dir};
use std::ffi::OsString;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::{Child, Command};

/// A server that was started from here.
#[derive(Debug)]
pub struct Started {
    child: Child,
    output: PathBuf,
}

/// The program's name.
const PROGRAM: &str = "chat-server";
/// Where it listens unless told otherwise.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7878);
/// The end of what it printed that is told.
const BYTES_TOLD: u64 = 2048;
/// Lines of it that are told.
const LINES_TOLD: usize = 8;

/// The address of the server on this machine: as `CHAT_LISTEN` tells the
/// server itself, or the usual one.
pub fn address() -> SocketAddr {
    let said = std::env::var("CHAT_LISTEN").ok();
    said.and_then(|said| reachable(&said)).unwrap_or(LISTEN)
}

fn reachable(listen: &str) -> Option<SocketAddr> {
    let mut address: SocketAddr = listen.parse().ok()?;
    if address.ip().is_unspecified() {
        let here = if address.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        };
        address.set_ip(here);
    }
    Some(address)
}

impl Started {
    /// Starts one; why not, in words.
    pub fn start() -> Result<Self, String> {
        let program = find()?;
        let output = output_file();
        if let Some(folder) = output.parent() {
            create_private_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        let said = |e: io::Error| format!("{}: {e}", output.display());
        let file = create_private_file(&output).map_err(said)?;
        let also = file.try_clone().map_err(said)?;
        let this = std::env::current_exe().map_err(|e| e.to_string())?;
        let child = Command::new(this)
            .arg(DETACHED)
            .arg(program)
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(also)
            .spawn()
            .map_err(|e| e.to_string())?;
        Ok(Self { child, output })
    }

    /// Its process.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits for its end: the last that it said. Cancel-safe.
    pub async fn ended(&mut self) -> String {
        let status = self.child.wait().await;
        let said = last_words(&self.output).unwrap_or_default();
        match (said.is_empty(), status) {
            (false, _) => said,
            (true, Ok(status)) => format!("{PROGRAM} ended without a word: {status}"),
            (true, Err(e)) => e.to_string(),
        }
    }
}

/// The hidden command by which this program becomes the server.
pub const DETACHED: &str = "serve-detached";

/// Becomes the program, in a session of its own: what ends a terminal does not
/// end it. Returns only if that can't be done.
pub fn become_detached(program: &Path) -> io::Error {
    // One that leads a group already has a session that nobody will end.
    let _ = rustix::process::setsid();
    std::process::Command::new(program).exec()
}

/// The program: beside this one, or where programs are.
fn find() -> Result<PathBuf, String> {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|this| this.parent().map(Path::to_owned));
    find_in(beside, std::env::var_os("PATH")).ok_or_else(|| {
        format!("there is no {PROGRAM}, neither beside this program nor in PATH; install it first")
    })
}

fn find_in(beside: Option<PathBuf>, path: Option<OsString>) -> Option<PathBuf> {
    let path = path.unwrap_or_default();
    let folders = beside.into_iter().chain(std::env::split_paths(&path));
    let is_program = |path: &PathBuf| {
        path.metadata()
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    };
    folders.map(|folder| folder.join(PROGRAM)).find(is_program)
}

fn output_file() -> PathBuf {
    let folder = state_dir().unwrap_or_else(std::env::temp_dir);
    folder.join("chat-server.log")
}

fn last_words(path: &Path) -> io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(BYTES_TOLD)))?;
    let mut bytes = Vec::new();
    file.take(BYTES_TOLD).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = &lines[lines.len().saturating_sub(LINES_TOLD)..];
    Ok(last.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_here_is_where_it_is_told_to_listen() {
        let at = |text: &str| reachable(text).map(|address| address.to_string());
        assert_eq!(at("127.0.0.1:9000").as_deref(), Some("127.0.0.1:9000"));
        assert_eq!(at("0.0.0.0:7878").as_deref(), Some("127.0.0.1:7878"));
        assert_eq!(at("[::]:7878").as_deref(), Some("[::1]:7878"));
        assert_eq!(at("nowhere"), None);
    }

    #[test]
    fn the_program_beside_this_one_comes_before_others_and_has_to_be_one() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [beside, path] = &folders;
        let find = || {
            let beside = Some(beside.path().to_owned());
            find_in(beside, Some(path.path().into()))
        };
        assert_eq!(find(), None);
        let make = |folder: &Path, mode: u32| {
            let file = folder.join(PROGRAM);
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            file
        };
        let there = make(path.path(), 0o755);
        make(beside.path(), 0o644);
        assert_eq!(find(), Some(there), "a text file is no program");
        let here = make(beside.path(), 0o755);
        assert_eq!(find(), Some(here));
    }

    #[test]
    fn of_what_a_server_printed_the_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out");
        let text: String = (0..1000).map(|n| format!("line {n}\n\n")).collect();
        std::fs::write(&file, text).unwrap();
        let said = last_words(&file).unwrap();
        assert_eq!(said.lines().count(), LINES_TOLD);
        assert!(said.ends_with("line 999"), "{said}");
    }
}
