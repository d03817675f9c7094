//! The configuration's file: where it is, what is in it, and when that changes.
//!
//! The kernel says when something happens in the file's folder (inotify), so
//! that nothing runs while nothing happens. Looking at the file every second
//! would find the same changes, but costs a wake-up a second for the life of
//! the program. Where there is no such watch, the file is looked at when a key
//! is pressed and when the terminal gets the focus: whoever saved it comes back
//! from an editor. Knows nothing of what the settings mean.
//!
//! Always holds: a file that can't be used as a whole changes nothing.

mod watch;

use super::profile::create_private_dir;
use crate::config;
use crate::core::look::ThemeName;
use crate::core::settings::Settings;
use etcetera::BaseStrategy as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A file longer than this is none of ours.
const BYTES_MOST: u64 = 256 * 1024;
/// Problems that are shown on the screen; a command lists all.
const PROBLEMS_SHOWN: usize = 3;
/// Without a watch the file is looked at this often at the most.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// The file, as it was read last.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    /// `None`: there was none.
    bytes: Option<Vec<u8>>,
    watch: Option<watch::Watch>,
    looked: Instant,
}

/// Where the configuration is, unless another place is named; `None` without
/// a home directory.
pub fn usual_path() -> Option<PathBuf> {
    let dirs = etcetera::base_strategy::Xdg::new().ok()?;
    Some(dirs.config_dir().join("chat-tui").join("config.toml"))
}

/// What is in the file at a path; `None` where there is none.
pub fn load(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut bytes = Vec::new();
    file.take(BYTES_MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MOST {
        let words = format!("a configuration has at most {BYTES_MOST} bytes");
        return Err(io::Error::other(words));
    }
    Ok(Some(bytes))
}

/// Writes the configuration that says what is so anyway, for its owner only;
/// fails if there is one already.
pub fn create(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_private_dir(folder)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(config::print_default().as_bytes())
}

impl ConfigFile {
    /// Reads the file at a path: the settings, and what is wrong, in words.
    pub fn open(path: PathBuf) -> (Self, Settings, Vec<String>) {
        let (bytes, settings, words) = match load(&path) {
            Ok(None) => (None, Settings::default(), Vec::new()),
            Ok(Some(bytes)) => {
                let (settings, problems) = config::read(&bytes);
                (Some(bytes), settings, told(&path, &problems))
            }
            Err(e) => (None, Settings::default(), vec![unread(&path, &e)]),
        };
        let file = Self {
            path,
            bytes,
            watch: None,
            looked: Instant::now(),
        };
        (file, settings, words)
    }

    /// Watches from now on, where that can be done.
    pub fn watch(&mut self) {
        self.watch = watch::Watch::begin(&self.path);
    }

    /// Returns when something happened that may have changed the file, for the
    /// first time at once. Cancel-safe.
    pub async fn changed(&mut self) {
        match &mut self.watch {
            Some(watch) => watch.changed(&self.path).await,
            None => std::future::pending().await,
        }
    }

    /// A key was pressed: whether it is time to look at the file.
    pub fn is_due(&self, now: Instant) -> bool {
        self.watch.is_none() && now >= self.looked + LOOK_PAUSE
    }

    /// Writes a theme into the file, and changes nothing else in it; the error
    /// is for the person.
    pub fn keep_theme(&mut self, theme: Option<ThemeName>) -> Result<(), String> {
        let before = load(&self.path).map_err(|e| unread(&self.path, &e))?;
        let text = String::from_utf8(before.unwrap_or_default())
            .map_err(|_| format!("{} is not UTF-8", self.path.display()))?;
        let changed = config::keep::with_theme(&text, theme)
            .ok_or_else(|| format!("{} says the theme in a way of its own", self.path.display()))?;
        let bytes = changed.into_bytes();
        replace(&self.path, &bytes)
            .map_err(|e| format!("{} can't be written: {e}", self.path.display()))?;
        // What is in use already is no news.
        self.bytes = Some(bytes);
        Ok(())
    }

    /// Looks whether the file is another one: the new settings, or what is
    /// wrong with it. One that is gone changes nothing.
    pub fn look(&mut self) -> Option<Result<Settings, Vec<String>>> {
        self.looked = Instant::now();
        let bytes = match load(&self.path) {
            Ok(bytes) => bytes?,
            // Told once at the start; a file that appears is read then.
            Err(_) => return None,
        };
        if self.bytes.as_ref() == Some(&bytes) {
            return None;
        }
        let (settings, problems) = config::read(&bytes);
        self.bytes = Some(bytes);
        if problems.is_empty() {
            return Some(Ok(settings));
        }
        let mut words = told(&self.path, &problems);
        words.push("the settings stay as they were".to_owned());
        Some(Err(words))
    }
}

/// Puts a file in the place of one, whole or not at all, for the same people;
/// behind a link it is the real one that is another.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = path.parent() {
        create_private_dir(folder)?;
    }
    let mut name = path.clone().into_os_string();
    name.push(".new");
    let new = PathBuf::from(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&new)?;
    if let Ok(old) = path.metadata() {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(new, path)
}

fn told(path: &Path, problems: &[config::Problem]) -> Vec<String> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy();
    let shown = problems.iter().take(PROBLEMS_SHOWN);
    let mut words: Vec<String> = shown.map(|problem| format!("{name} {problem}")).collect();
    if problems.len() > PROBLEMS_SHOWN {
        let more = problems.len() - PROBLEMS_SHOWN;
        words.push(format!("{more} more; `chat-tui config check` lists them"));
    }
    words
}

fn unread(path: &Path, why: &io::Error) -> String {
    format!("{} can't be read: {why}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn file(text: &str) -> (tempfile::TempDir, ConfigFile, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let (file, _, words) = ConfigFile::open(path);
        (folder, file, words)
    }

    #[test]
    fn a_bad_line_is_told_with_file_and_line_and_a_broken_save_changes_nothing() {
        let (_folder, mut file, words) = file("[keys]\ngp = \"C-g\"\n");
        assert!(words[0].starts_with("config.toml line 2: "), "{words:?}");
        assert_eq!(file.look(), None, "it is the same file");
        std::fs::write(&file.path, "[look]\nhints = false\n").unwrap();
        assert!(!file.look().unwrap().unwrap().hints);
        std::fs::write(&file.path, "[look]\nhints = \n").unwrap();
        let words = file.look().unwrap().unwrap_err().join("; ");
        assert!(
            words.contains("line 2") && words.contains("stay"),
            "{words}"
        );
        std::fs::remove_file(&file.path).unwrap();
        assert_eq!(file.look(), None);
    }

    #[test]
    fn a_theme_is_kept_in_the_file_and_is_no_news_to_the_one_that_wrote_it() {
        let (_folder, mut file, _) = file("[look]\nascii = true # for now\n");
        let mode = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(&file.path, mode).unwrap();
        file.keep_theme(Some(ThemeName::Dark)).unwrap();
        assert_eq!(file.look(), None);
        let text = std::fs::read_to_string(&file.path).unwrap();
        assert_eq!(text, "[look]\ntheme = \"dark\"\nascii = true # for now\n");
        let mode = file.path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o640);
        std::fs::write(&file.path, "look.theme = \"light\"\n").unwrap();
        let why = file.keep_theme(None).unwrap_err();
        assert!(why.contains("a way of its own"), "{why}");
        assert!(file.look().is_some(), "another one wrote it");
    }

    #[test]
    fn a_configuration_is_made_for_its_owner_only_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("config.toml");
        create(&path).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert!(create(&path).is_err());
        let (_, settings, words) = ConfigFile::open(path);
        assert_eq!((settings, words), (Settings::default(), vec![]));
    }

    #[tokio::test]
    async fn a_save_is_noticed_also_where_the_folder_comes_later_and_behind_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat-tui").join("config.toml");
        let (mut file, _, _) = ConfigFile::open(path.clone());
        file.watch();
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        file.changed().await;
        file.changed().await;
        let real = folder.path().join("dotfiles");
        std::fs::create_dir(&real).unwrap();
        let real = real.join("chat.toml");
        std::fs::write(&real, "[look]\nhints = false\n").unwrap();
        std::os::unix::fs::symlink(&real, &path).unwrap();
        let settings = noticed(&mut file).await;
        assert!(!settings.hints);
        std::fs::write(&real, "[look]\nmouse = false\n").unwrap();
        let settings = noticed(&mut file).await;
        assert!(settings.hints && !settings.mouse);
    }

    #[tokio::test]
    async fn a_save_between_the_reading_and_the_watch_is_noticed() {
        let (_folder, mut file, _) = file("[look]\nhints = true\n");
        std::fs::write(&file.path, "[look]\nhints = false\n").unwrap();
        file.watch();
        assert!(!noticed(&mut file).await.hints);
    }

    async fn noticed(file: &mut ConfigFile) -> Settings {
        loop {
            file.changed().await;
            if let Some(settings) = file.look() {
                return settings.unwrap();
            }
        }
    }
}
