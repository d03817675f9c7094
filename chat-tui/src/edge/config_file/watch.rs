//! The kernel's notes about the folder of a file (inotify). What they say is
//! not looked at: any of them means that the file may be another one.
//!
//! Always holds: what is saved after a watch began has a note, whatever folders
//! are made for it, and when.

#[cfg(target_os = "linux")]
pub(super) use of_linux::Watch;
#[cfg(not(target_os = "linux"))]
pub(super) use of_none::Watch;

#[cfg(target_os = "linux")]
mod of_linux {
    use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
    use std::os::fd::AsFd as _;
    use std::path::{Path, PathBuf};
    use tokio::net::unix::pipe::Receiver;

    /// Only by its name a pipe: notes are bytes to be read, as a pipe's are.
    #[derive(Debug)]
    pub(in super::super) struct Watch {
        notes: Receiver,
        /// What was saved before the watch began has no note.
        is_new: bool,
    }

    impl Watch {
        /// `None` where the kernel gives no watch.
        pub(in super::super) fn begin(path: &Path) -> Option<Self> {
            let flags = CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
            let notes = inotify::init(flags).ok()?;
            let notes = Receiver::from_owned_fd_unchecked(notes).ok()?;
            let is_new = true;
            let watch = Self { notes, is_new };
            watch.arm(path).then_some(watch)
        }

        /// Returns when the file may be another one, for the first time at once.
        pub(in super::super) async fn changed(&mut self, path: &Path) {
            if std::mem::take(&mut self.is_new) {
                return;
            }
            if self.notes.readable().await.is_err() {
                return std::future::pending().await;
            }
            let mut rest = [0; 4096];
            while self.notes.try_read(&mut rest).is_ok_and(|read| read > 0) {}
            // The folder may have come just now.
            self.arm(path);
        }

        fn arm(&self, path: &Path) -> bool {
            // Written and closed, or put in place whole; never half written.
            let what = WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::CREATE;
            let add = |folder: &Path| inotify::add_watch(self.notes.as_fd(), folder, what).is_ok();
            watch_all(|| folders(path), add)
        }
    }

    /// The file's folder, or the nearest one that there is, and the folder that
    /// the file really is in, if it is a link.
    fn folders(path: &Path) -> Vec<PathBuf> {
        let real = path.canonicalize().ok();
        let paths = [Some(path), real.as_deref()].into_iter().flatten();
        let nearest = |path: &Path| {
            let mut folders = path.ancestors().skip(1);
            folders.find(|folder| folder.is_dir()).map(Path::to_owned)
        };
        paths.filter_map(nearest).collect()
    }

    /// Watches the folders that are found, until no others are: a nearer one
    /// that was made before its parent was watched has no note. Says whether
    /// any is watched.
    fn watch_all(find: impl Fn() -> Vec<PathBuf>, add: impl Fn(&Path) -> bool) -> bool {
        let mut before = Vec::new();
        let mut watched = 0;
        loop {
            let found = find();
            if found == before {
                return watched > 0;
            }
            watched = found.iter().filter(|folder| add(folder)).count();
            before = found;
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::cell::RefCell;

        #[test]
        fn a_folder_that_is_made_while_its_parent_is_about_to_be_watched_is_watched_too() {
            let made = RefCell::new(PathBuf::from("home"));
            let watched = RefCell::new(Vec::new());
            let add = |folder: &Path| {
                // Another program is quicker, twice.
                let next = match folder.to_str() {
                    Some("home") => Some("home/.config"),
                    Some("home/.config") => Some("home/.config/chat-tui"),
                    _ => None,
                };
                if let Some(next) = next {
                    *made.borrow_mut() = next.into();
                }
                watched.borrow_mut().push(folder.to_owned());
                true
            };
            assert!(watch_all(|| vec![made.borrow().clone()], add));
            let nearest = watched.borrow().last().cloned();
            assert_eq!(nearest, Some("home/.config/chat-tui".into()));
        }

        #[test]
        fn folders_that_no_one_may_watch_are_no_watch() {
            assert!(!watch_all(|| vec!["home".into()], |_| false));
            assert!(!watch_all(Vec::new, |_| true));
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod of_none {
    use std::path::Path;

    /// No watch here.
    #[derive(Debug)]
    pub(in super::super) enum Watch {}

    impl Watch {
        pub(in super::super) fn begin(_: &Path) -> Option<Self> {
            None
        }

        pub(in super::super) async fn changed(&mut self, _: &Path) {
            match *self {}
        }
    }
}
