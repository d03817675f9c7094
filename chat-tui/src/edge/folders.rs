//! Folders of this machine, read for whoever types a path.
//!
//! Always holds: reading one holds nothing up, however slow it is; of one that
//! is very large a part is told.

use crate::core::Input;
use crate::core::paths::Listed;
use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Entries of a folder that are told; nobody looks through more of them.
const ENTRIES_MOST: usize = 20_000;

/// Reads folders.
#[derive(Debug)]
pub struct Folders(UnboundedSender<Input>);

impl Folders {
    /// What was read comes out of the receiver.
    pub fn new() -> (Self, UnboundedReceiver<Input>) {
        let (tell, listed) = unbounded_channel();
        (Self(tell), listed)
    }

    /// Begins to read a folder, as its person wrote it.
    pub fn list(&self, path: String) {
        let tell = self.0.clone();
        // A thread of its own: the end of the program does not wait for a
        // folder of a network that is gone.
        let started = std::thread::Builder::new()
            .name("folder".to_owned())
            .spawn(move || {
                let found = read(&path).map_err(|why| {
                    let path = expanded(&path);
                    format!("{} can't be read: {why}", path.display())
                });
                // The receiver is gone when the program ends.
                let _ = tell.send(Input::Listed { path, found });
            });
        if let Err(why) = started {
            let _ = self.0.send(Input::Told(format!("no thread: {why}")));
        }
    }
}

/// A path as its person wrote it: `~` is where one is at home.
pub fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        (Some(_) | None, _) => PathBuf::from(path),
    }
}

fn read(path: &str) -> io::Result<Vec<Listed>> {
    let path = if path.is_empty() {
        PathBuf::from(".")
    } else {
        expanded(path)
    };
    let entries = path.read_dir()?.flatten();
    Ok(entries
        .filter_map(|entry| listed(&entry))
        .take(ENTRIES_MOST)
        .collect())
}

/// What has a name that can be typed.
fn listed(entry: &DirEntry) -> Option<Listed> {
    let name = entry.file_name().into_string().ok()?;
    let kind = entry.file_type().ok();
    let folder = match kind {
        Some(kind) if kind.is_symlink() => entry.path().is_dir(),
        kind => kind.is_some_and(|kind| kind.is_dir()),
    };
    Some(Listed { name, folder })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    #[test]
    fn a_folder_is_told_with_what_is_a_folder_in_it_and_no_name_that_nobody_can_type() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("folder")).unwrap();
        for name in ["a b\x1b[31m", ".hidden"] {
            std::fs::write(place.path().join(name), "").unwrap();
        }
        std::os::unix::fs::symlink("folder", place.path().join("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", place.path().join("lost")).unwrap();
        let odd = place.path().join(OsStr::from_bytes(b"\xff"));
        std::fs::write(odd, "").unwrap();
        let mut found = read(&place.path().display().to_string()).unwrap();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        let told: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.folder)).collect();
        assert_eq!(
            told,
            [
                (".hidden", false),
                ("a b\x1b[31m", false),
                ("folder", true),
                ("link", true),
                ("lost", false)
            ]
        );
        assert!(read("/nowhere/at/all").is_err());
        assert!(read("").is_ok(), "where the program runs");
    }
}
