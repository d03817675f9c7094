//! A text in the person's own editor: a file for it, the program, and what
//! came back. Knows no terminal: lending that is the caller's.
//!
//! Always holds: the file is its owner's only, and gone with the [`Editor`];
//! no shell reads a word of it; an editor that is dropped is killed.

use super::clock;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;
use tokio::process::{Child, Command};

/// What comes back is cut off here: as large as a paste may be.
const BYTES_MOST: u64 = 4 * 1024 * 1024;

/// An editor at work.
#[derive(Debug)]
pub struct Editor {
    child: Child,
    name: String,
    file: TextFile,
}

impl Editor {
    /// Starts the editor that the environment names, with arguments; why not, in words.
    pub fn start(text: &str) -> Result<Self, String> {
        let words = command(|name| std::env::var_os(name));
        let Some((program, args)) = words.split_first() else {
            return Err("$EDITOR names no program".to_owned());
        };
        let file = TextFile::create(text).map_err(|e| format!("no file for the editor: {e}"))?;
        let child = Command::new(program)
            .args(args)
            .arg(&file.path)
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| format!("{program}: {e}"))?;
        Ok(Self {
            child,
            name: program.clone(),
            file,
        })
    }

    /// Waits for its end: the text as it left it, or why it does not count. Cancel-safe.
    pub async fn finished(&mut self) -> Result<String, String> {
        let name = &self.name;
        let status = self
            .child
            .wait()
            .await
            .map_err(|e| format!("{name}: {e}"))?;
        if !status.success() {
            return Err(format!("{name} {}", ended(status)));
        }
        self.file.read()
    }
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with {code}"),
        None => "was killed".to_owned(),
    }
}

/// The file that is edited.
#[derive(Debug)]
struct TextFile {
    path: PathBuf,
}

impl TextFile {
    fn create(text: &str) -> std::io::Result<Self> {
        let name = format!("chat-{:032x}.md", clock::seed()?);
        let path = std::env::temp_dir().join(name);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let made = Self { path };
        file.write_all(text.as_bytes())?;
        Ok(made)
    }

    fn read(&self) -> Result<String, String> {
        let length = std::fs::metadata(&self.path).map(|file| file.len());
        let length = length.map_err(|e| format!("the edited text is gone: {e}"))?;
        if length > BYTES_MOST {
            return Err(format!(
                "the edited text has {length} bytes; {BYTES_MOST} are read"
            ));
        }
        let bytes = std::fs::read(&self.path).map_err(|e| format!("the edited text: {e}"))?;
        let mut text = String::from_utf8(bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            format!("the edited text is not UTF-8 at byte {at}")
        })?;
        // Editors end the last line; nobody typed that.
        if text.ends_with('\n') {
            text.pop();
        }
        Ok(text)
    }
}

impl Drop for TextFile {
    fn drop(&mut self) {
        // The editor may have moved it away, which is as good.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The first of `$VISUAL` and `$EDITOR` that says something, in words; else vi.
fn command(variable: impl Fn(&str) -> Option<OsString>) -> Vec<String> {
    let said = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(variable)
        .map(|value| words(&value.to_string_lossy()))
        .find(|words| !words.is_empty());
    said.unwrap_or_else(|| vec!["vi".to_owned()])
}

/// Words as a shell would see them: blanks part them, quotes and backslashes
/// hold them together. Nothing is replaced and nothing run.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn an_editor_may_have_arguments_and_no_shell_reads_them() {
        for (text, expected) in [
            ("vim", vec!["vim"]),
            ("code  --wait", vec!["code", "--wait"]),
            (
                "'/my tools/ed' -c \"set tw=60\"",
                vec!["/my tools/ed", "-c", "set tw=60"],
            ),
            (r"a\ b c\\d", vec!["a b", r"c\d"]),
            ("ed ''", vec!["ed", ""]),
            ("ed; rm -rf $HOME", vec!["ed;", "rm", "-rf", "$HOME"]),
            ("  ", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        let set = |pairs: &'static [(&str, &str)]| {
            command(move |name| {
                let found = pairs.iter().find(|(n, _)| *n == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(set(&[("VISUAL", ""), ("EDITOR", "ed -s")]), ["ed", "-s"]);
        assert_eq!(set(&[("VISUAL", "hx"), ("EDITOR", "ed")]), ["hx"]);
        assert_eq!(set(&[]), ["vi"]);
    }

    #[test]
    fn the_file_is_its_owners_and_goes_away() {
        let file = TextFile::create("a\nb").unwrap();
        let mode = file.path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert_eq!(file.read().unwrap(), "a\nb");
        std::fs::write(&file.path, "c\n").unwrap();
        assert_eq!(file.read().unwrap(), "c");
        std::fs::write(&file.path, b"ab\xff").unwrap();
        assert!(file.read().unwrap_err().contains("byte 2"));
        let path = file.path.clone();
        drop(file);
        assert!(!path.exists());
    }
}
