//! A file comes down, into the folder where downloads go.

use super::{Http, Teller, refused};
use crate::address::Address;
use crate::core::transfers::Download;
use crate::edge::tls::Trust;
use crate::neutral;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HOST};
use hyper::{Request, StatusCode};
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Bytes of a file's name.
const NAME_MAX: usize = 180;
/// Files of one name.
const SAME_NAME_MAX: u32 = 1000;

/// Fetches it; the path under which it is here.
pub(super) async fn run(
    address: &Address,
    trust: &Trust,
    asked: &Download,
    teller: &Teller,
) -> Result<String, String> {
    let folder = folder().ok_or("there is no home to save it in")?;
    let why = |e: io::Error| format!("it can't be saved in {}: {e}", folder.display());
    std::fs::create_dir_all(&folder).map_err(why)?;
    let name = safe(&asked.file.name);
    let part = Part(folder.join(format!(".{:016x}.part", asked.id)));
    fetch(address, trust, asked, teller, &part.0, &folder).await?;
    let path = settle(&part.0, &folder, &name).map_err(why)?;
    if asked.open {
        open(&path)?;
    }
    Ok(path.display().to_string())
}

async fn fetch(
    address: &Address,
    trust: &Trust,
    asked: &Download,
    teller: &Teller,
    part: &Path,
    folder: &Path,
) -> Result<(), String> {
    let why = |e: io::Error| format!("it can't be saved in {}: {e}", folder.display());
    let target = asked.file.url.as_str();
    let plain = target.starts_with("/files/") && target.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain {
        return Err("its address is none of the server's".to_owned());
    }
    let mut http = Http::<Empty<Bytes>>::open(address, trust).await?;
    let request = Request::get(target)
        .header(HOST, address.authority())
        .header(AUTHORIZATION, format!("Bearer {}", asked.token.reveal()))
        .body(Empty::new())
        .map_err(|e| e.to_string())?;
    let cut = |e: hyper::Error| format!("it did not come through: {e}");
    let response = http.sender.send_request(request).await.map_err(cut)?;
    if response.status() != StatusCode::OK {
        return Err(refused(response).await);
    }
    let mut file = File::create_new(part).await.map_err(why)?;
    let mut body = response.into_body();
    let (mut done, mut told) = (0u64, Instant::now());
    while let Some(frame) = body.frame().await {
        let Ok(bytes) = frame.map_err(cut)?.into_data() else {
            continue;
        };
        done += bytes.len() as u64;
        if done > asked.file.size {
            return Err("it is larger than its message says".to_owned());
        }
        file.write_all(&bytes).await.map_err(why)?;
        teller.moved(done, asked.file.size, &mut told);
    }
    if done < asked.file.size {
        return Err("it ended too early".to_owned());
    }
    file.sync_all().await.map_err(why)
}

/// A file that is not whole yet; gone unless it got a name.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // It is not there any more when it got its name.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Gives a whole file its name, or one like it that is free.
fn settle(part: &Path, folder: &Path, name: &str) -> io::Result<PathBuf> {
    let (stem, ending) = match name.rfind('.').filter(|at| *at > 0) {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    for n in 0..SAME_NAME_MAX {
        let path = folder.join(match n {
            0 => name.to_owned(),
            n => format!("{stem} ({n}){ending}"),
        });
        // The name is taken first, so that nobody else's file is replaced.
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => return std::fs::rename(part, &path).map(|()| path),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Err(io::Error::other("too many files of this name"))
}

/// A name without a path and without what can't be seen.
fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen = |c: char| {
        if c.is_control() || neutral::is_hostile(c) {
            '_'
        } else {
            c
        }
    };
    let mut name: String = last.chars().map(seen).collect();
    name = name
        .trim_start_matches(['.', ' ', '-'])
        .trim_end()
        .to_owned();
    while name.len() > NAME_MAX {
        // The ending says what it is.
        let middle = name.len() / 2;
        let at = (0..=middle).rev().find(|at| name.is_char_boundary(*at));
        name.remove(at.unwrap_or(0));
    }
    if name.is_empty() {
        "file".to_owned()
    } else {
        name
    }
}

/// Where downloads go: as the desktop says, else `Downloads` at home.
fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let absolute = |path: &PathBuf| path.is_absolute();
    if let Some(folder) = set("XDG_DOWNLOAD_DIR").filter(absolute) {
        return Some(folder);
    }
    let home = set("HOME").filter(absolute)?;
    let config = set("XDG_CONFIG_HOME").filter(absolute);
    let config = config.unwrap_or_else(|| home.join(".config"));
    let said = std::fs::read_to_string(config.join("user-dirs.dirs")).unwrap_or_default();
    Some(named(&said, &home).unwrap_or_else(|| home.join("Downloads")))
}

/// The folder by the desktop's file of folders.
fn named(said: &str, home: &Path) -> Option<PathBuf> {
    let line = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("XDG_DOWNLOAD_DIR="))?;
    let path = line.trim_matches('"');
    let path = match path.strip_prefix("$HOME/") {
        Some(rest) => home.join(rest),
        None => PathBuf::from(path),
    };
    path.is_absolute().then_some(path)
}

/// Opens it as the desktop does. The path is one argument, and begins with `/`.
fn open(path: &Path) -> Result<(), String> {
    Command::new("xdg-open")
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(|_| ())
        .map_err(|e| {
            format!(
                "{} is saved, but xdg-open can't be run: {e}",
                path.display()
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_step_of_a_path_and_can_be_seen() {
        for (name, expected) in [
            ("plan.png", "plan.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\y.txt", "y.txt"),
            (".bashrc", "bashrc"),
            ("..", "file"),
            ("", "file"),
            ("a\u{1b}]0;x\u{7}b", "a_]0;x_b"),
            ("-rf", "rf"),
            ("pic\u{202e}gpj.exe", "pic_gpj.exe"),
        ] {
            assert_eq!(safe(name), expected, "{name:?}");
        }
        let long = safe(&format!("{}.tar.gz", "ü".repeat(300)));
        assert!(
            long.len() <= NAME_MAX && long.ends_with(".tar.gz"),
            "{long}"
        );
    }

    #[test]
    fn no_file_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let save = |text: &str| {
            let part = folder.path().join(".part");
            std::fs::write(&part, text).unwrap();
            settle(&part, folder.path(), "a.txt").unwrap()
        };
        let paths = [save("one"), save("two"), save("three")];
        let names = paths
            .each_ref()
            .map(|path| path.file_name().unwrap().to_str().unwrap());
        assert_eq!(names, ["a.txt", "a (1).txt", "a (2).txt"]);
        assert_eq!(std::fs::read_to_string(&paths[0]).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(&paths[2]).unwrap(), "three");
    }

    #[test]
    fn downloads_go_where_the_desktop_says() {
        let home = Path::new("/home/ada");
        let said = "# comment\nXDG_DOWNLOAD_DIR=\"$HOME/Got\"\n";
        assert_eq!(named(said, home), Some("/home/ada/Got".into()));
        assert_eq!(
            named("XDG_DOWNLOAD_DIR=\"/data\"", home),
            Some("/data".into())
        );
        assert_eq!(named("XDG_DOWNLOAD_DIR=\"rel\"", home), None);
    }
}
