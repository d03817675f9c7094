//! Where this user's things lie: a directory for each profile, and in it one
//! for each server, readable by nobody else.

use crate::address::Address;
use crate::core::servers::ServerName;
use etcetera::BaseStrategy as _;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// One profile: tokens, caches and drafts that know nothing of those of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    dir: PathBuf,
}

/// What a profile keeps of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerDir {
    dir: PathBuf,
}

/// Why there is no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Neither XDG_DATA_HOME nor HOME.
    #[error("there is no home directory to keep anything in; name one with --data")]
    NoHome,
    /// A name that could leave the directory.
    #[error("{0:?} is no name for a profile; it may have letters, digits, - and _")]
    BadName(String),
}

impl Profile {
    /// The profile of this name under `data`, or under the platform's directory for data.
    pub fn find(data: Option<&Path>, name: &str) -> Result<Self, ProfileError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
            return Err(ProfileError::BadName(name.to_owned()));
        }
        let data = match data {
            Some(data) => data.to_owned(),
            None => etcetera::base_strategy::Xdg::new()
                .map_err(|_| ProfileError::NoHome)?
                .data_dir()
                .join("chat-tui"),
        };
        Ok(Self {
            dir: data.join(name),
        })
    }

    /// What is kept of a server that has a name.
    pub fn known(&self, name: &ServerName) -> ServerDir {
        // No address makes a directory of this name: each has a colon.
        ServerDir {
            dir: self.dir.join("named").join(name.as_str()),
        }
    }

    /// What is kept of a server that has none.
    pub fn server(&self, address: &Address) -> ServerDir {
        ServerDir {
            dir: self.dir.join(address.directory()),
        }
    }

    /// What says that the first lesson is over.
    pub fn taught(&self) -> PathBuf {
        self.dir.join("taught")
    }

    /// Where a report of a crash goes.
    pub fn reports(&self) -> PathBuf {
        self.dir.join("reports")
    }
}

impl ServerDir {
    /// Makes the directory where it is not there.
    pub fn create(&self) -> io::Result<()> {
        create_private_dir(&self.dir)
    }

    /// The database of logs, drafts and unsent messages.
    pub fn cache(&self) -> PathBuf {
        self.dir.join("cache.db")
    }

    /// Where running clients mark what is theirs.
    pub fn slots(&self) -> PathBuf {
        self.dir.join("slots")
    }

    /// The token kept, if any.
    pub fn token(&self) -> io::Result<Option<String>> {
        match std::fs::read_to_string(self.dir.join("token")) {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|token| !token.is_empty())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// The turn to become known to the server, unless another process has it:
    /// two first starts at once are one person, not two who want the same
    /// name. Free when dropped.
    pub fn try_turn(&self) -> io::Result<Option<File>> {
        self.create()?;
        let file = create_private_file(&self.dir.join("entering"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(e),
        }
    }

    /// Keeps a token, or keeps none; a crash leaves the old one or the new one.
    pub fn set_token(&self, token: Option<&str>) -> io::Result<()> {
        let path = self.dir.join("token");
        if self.token().ok().flatten().as_deref() == token {
            return Ok(());
        }
        let Some(token) = token else {
            return std::fs::remove_file(path);
        };
        self.create()?;
        let fresh = self.dir.join(format!("token.{}", std::process::id()));
        let mut file = create_private_file(&fresh)?;
        file.write_all(format!("{token}\n").as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)
    }
}

/// Where this program keeps what is worth nothing to anybody else, as its
/// log; `None` without a home directory.
pub fn state_dir() -> Option<PathBuf> {
    let dirs = etcetera::base_strategy::Xdg::new().ok()?;
    Some(dirs.state_dir()?.join("chat-tui"))
}

/// Makes a directory, and those above it, for this user only.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a file, or empties the one there is, for this user only.
pub fn create_private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_token_is_kept_for_its_owner_only() {
        let data = tempfile::tempdir().unwrap();
        let address = Address::parse("localhost").unwrap();
        let server = Profile::find(Some(&data.path().join("new")), "default")
            .unwrap()
            .server(&address);
        assert_eq!(server.token().unwrap(), None);
        server.set_token(Some("abc")).unwrap();
        assert_eq!(server.token().unwrap().as_deref(), Some("abc"));
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&server.dir.join("token")), 0o600);
        assert_eq!(mode(&server.dir), 0o700);
        server.set_token(None).unwrap();
        assert_eq!(server.token().unwrap(), None);
    }

    #[test]
    fn a_profile_can_not_leave_its_directory() {
        for name in ["", "..", "a/b", "a b", "é"] {
            let found = Profile::find(Some(Path::new("/x")), name);
            assert_eq!(found, Err(ProfileError::BadName(name.to_owned())));
        }
    }
}
