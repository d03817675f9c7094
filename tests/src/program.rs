//! What is to be started in a terminal, and in which surroundings.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use portable_pty::CommandBuilder;

use crate::binaries;
use crate::terminal::Terminal;

/// What to start, and in which surroundings: an empty environment but for what
/// a login would set.
pub struct Program {
    program: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    pub(crate) width: u16,
    pub(crate) height: u16,
}

impl Program {
    /// Any program, in a terminal that has all colours.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self::plain(program).env("COLORTERM", "truecolor")
    }

    /// Any program, in a terminal that says no more of itself than its name.
    pub fn plain(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            width: 80,
            height: 24,
        }
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
    }

    /// The terminal client with this home directory.
    pub fn client(home: &Path) -> Result<Self> {
        Ok(Self::new(binaries::tui()?).env("HOME", home.display().to_string()))
    }

    /// With one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// With more arguments.
    #[must_use]
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// With an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Started by another program, which gets this one's command line so far as
    /// its last arguments and must become it.
    #[must_use]
    pub fn under(mut self, wrapper: impl IntoIterator<Item = String>) -> Self {
        let program = self.program.display().to_string();
        let mut line: Vec<_> = wrapper.into_iter().chain([program]).collect();
        line.append(&mut self.args);
        self.program = line.remove(0).into();
        self.args = line;
        self
    }

    /// In a terminal of this size.
    #[must_use]
    pub fn size(mut self, width: u16, height: u16) -> Self {
        self.width = width;
        self.height = height;
        self
    }

    /// What starts it in a terminal that is open already.
    pub fn command(&self) -> CommandBuilder {
        let mut command = CommandBuilder::new(&self.program);
        command.args(&self.args);
        command.env_clear();
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command
    }

    /// Starts it.
    pub fn start(self) -> Result<Terminal> {
        Terminal::start(&self)
    }
}

/// By its path.
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.program.display().fmt(f)
    }
}
