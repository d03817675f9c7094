//! Disks that go wrong under a program: one that is small, and one that keeps
//! only what was synced and can fail to sync.
//!
//! Both stand under a directory that the program then takes for its data. What is
//! made here goes away with the value.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::server::Setup;
use crate::{preload, wait};

/// A file system of its own with so many bytes, or, where the system allows no
/// mount, a bound on the size of each file of the program.
pub struct Small {
    data: Arc<TempDir>,
    bytes: u64,
    /// Holds the file system while no program runs there.
    keeper: Option<Child>,
}

impl Small {
    /// An empty one.
    pub async fn new(bytes: u64) -> Result<Self> {
        let mut small = Self {
            data: Arc::new(TempDir::with_prefix("chat-small-")?),
            bytes,
            keeper: None,
        };
        let ready = small.data.path().with_extension("ready");
        let script = format!(
            "mount -t tmpfs -o size={bytes} tmpfs \"$1\" && touch \"$2\" && exec sleep infinity"
        );
        let keeper = Command::new("unshare")
            .args(["-Urm", "sh", "-c", &script, "sh"])
            .args([small.data.path(), ready.as_path()])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut keeper) = keeper else {
            return Ok(small);
        };
        let mounted = wait::until("a file system of our own", wait::SOON, || {
            if ready.exists() {
                return Some(true);
            }
            matches!(keeper.try_wait(), Ok(Some(_))).then_some(false)
        });
        if mounted.await.unwrap_or(false) {
            fs::remove_file(&ready)?;
            small.keeper = Some(keeper);
        } else {
            // One that has ended is no fault; one that hangs must not stay.
            let _ = keeper.kill();
            let _ = keeper.wait();
        }
        Ok(small)
    }

    /// In words, for whoever reads the test's output.
    pub fn kind(&self) -> &'static str {
        match self.keeper {
            Some(_) => "a file system of its own",
            None => "a bound on the size of files, as no file system can be mounted here",
        }
    }

    /// Whether it is full as a disk is: where only files are bounded, a program
    /// hears of another fault.
    pub fn is_file_system(&self) -> bool {
        self.keeper.is_some()
    }

    /// A server that lies on this disk.
    pub fn setup(&self, setup: Setup) -> Setup {
        setup.under(self.wrapper())
    }

    /// What a program is started by to find its data on this disk.
    pub fn wrapper(&self) -> Vec<String> {
        let bytes = self.bytes.to_string();
        match &self.keeper {
            Some(keeper) => inside(keeper.id()),
            // What is ignored stays ignored in the program that follows.
            None => [
                "sh",
                "-c",
                &format!("trap '' XFSZ; exec prlimit --fsize={bytes} \"$@\""),
                "sh",
            ]
            .map(str::to_owned)
            .into(),
        }
    }

    /// Where its data lie.
    pub fn data(&self) -> Arc<TempDir> {
        Arc::clone(&self.data)
    }

    /// Leaves a program room for so many more bytes, or for so many in each file.
    pub fn leave(&self, bytes: u64, pid: u32) -> Result<()> {
        match &self.keeper {
            Some(keeper) => {
                let script = "fallocate -l $(($(df --output=avail -B1 \"$1\" | tail -n 1) - $2)) \"$1/ballast\"";
                let line = ["sh", "-c", script, "sh"].map(PathBuf::from);
                let place = [self.data.path().into(), PathBuf::from(bytes.to_string())];
                run(&inside(keeper.id()), &[line.as_slice(), &place].concat())
            }
            None => {
                let longest = longest(self.data.path())?;
                limit(pid, &(longest + bytes).to_string())
            }
        }
    }

    /// Gives back what was taken.
    pub fn make_room(&self, pid: u32) -> Result<()> {
        match &self.keeper {
            Some(keeper) => {
                let ballast = self.data.path().join("ballast");
                run(&inside(keeper.id()), &[PathBuf::from("rm"), ballast])
            }
            None => limit(pid, &self.bytes.to_string()),
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            // Gone already is as well.
            let _ = keeper.kill();
            let _ = keeper.wait();
        }
    }
}

/// A command line within the mounts of this process.
fn inside(pid: u32) -> Vec<String> {
    let (pid, target) = (pid.to_string(), "-t");
    let line = [
        "nsenter",
        target,
        &pid,
        "-U",
        "-m",
        "--preserve-credentials",
        "--",
    ];
    line.map(str::to_owned).into()
}

/// The bytes of the longest file in a folder and below it.
fn longest(folder: &Path) -> Result<u64> {
    let mut longest = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let met = entry.metadata()?;
        longest = longest.max(if met.is_dir() {
            self::longest(&entry.path())?
        } else {
            met.len()
        });
    }
    Ok(longest)
}

fn limit(pid: u32, bytes: &str) -> Result<()> {
    let line = [format!("--fsize={bytes}:"), format!("--pid={pid}")];
    run(&["prlimit".to_owned()], &line.map(PathBuf::from))
}

fn run(before: &[String], line: &[PathBuf]) -> Result<()> {
    let mut words = before.iter().map(PathBuf::from).chain(line.iter().cloned());
    let program = words.next().context("no program")?;
    let output = Command::new(&program).args(words).output()?;
    if !output.status.success() {
        bail!(
            "{}: {}",
            program.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

/// A disk that keeps only what was synced, for cuts of the power; while told
/// to, it fails to sync.
pub struct Unsafe {
    data: Arc<TempDir>,
    library: PathBuf,
    /// The library, the switch, and what was synced.
    beside: TempDir,
}

impl Unsafe {
    /// One that works.
    pub fn new() -> Result<Self> {
        let beside = TempDir::with_prefix("chat-disk-")?;
        fs::create_dir(beside.path().join("kept"))?;
        let library = preload::compile("src/disk/unsafe.c", beside.path())?;
        Ok(Self {
            data: Arc::new(TempDir::with_prefix("chat-unsafe-")?),
            library,
            beside,
        })
    }

    /// A server that lies on this disk.
    pub fn setup(&self, setup: Setup) -> Setup {
        let beside = |name: &str| self.beside.path().join(name).display().to_string();
        let disk = fs::canonicalize(self.data.path()).unwrap_or_else(|_| self.data.path().into());
        setup
            .env(preload::VARIABLE, self.library.display().to_string())
            .env("CHAT_DISK_OF", disk.display().to_string())
            .env("CHAT_DISK_KEPT", beside("kept"))
            .env("CHAT_DISK_FAIL", beside("fail"))
    }

    /// Where its data lie.
    pub fn data(&self) -> Arc<TempDir> {
        Arc::clone(&self.data)
    }

    /// Whether syncs fail from now on.
    pub fn fail(&self, fail: bool) -> Result<()> {
        let switch = self.beside.path().join("fail");
        if fail {
            fs::write(switch, "")?;
        } else {
            fs::remove_file(switch)?;
        }
        Ok(())
    }

    /// Waits until a sync has failed.
    pub async fn failed(&self) -> Result<()> {
        let switch = self.beside.path().join("fail");
        let failed = || fs::metadata(&switch).ok().filter(|met| met.len() > 0);
        wait::until("a sync that fails", wait::SOON, failed).await?;
        Ok(())
    }

    /// The folder with each file as it was when it was last synced.
    pub fn kept(&self) -> PathBuf {
        self.beside.path().join("kept")
    }

    /// The folder with each file as a kill would leave it.
    pub fn written(&self) -> &Path {
        self.data.path()
    }
}
