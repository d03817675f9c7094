//! Names of files, made harmless: one step of a path at the most, nothing that
//! can't be seen, nothing that turns the direction of writing.

use crate::chars::{is_default_ignorable, is_line_end};
use crate::limits::FILE_NAME_CHARS;

/// What a file without a usable name is called.
const NAMELESS: &str = "file";

/// The name under which an uploaded file goes; letters of all scripts stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// What is left of a name as given; every file has one.
    pub fn neutral(given: &str) -> Self {
        let step = given.rsplit(['/', '\\']).next().unwrap_or_default();
        let seen: String = step
            .chars()
            .filter(|&c| !is_line_end(c) && !is_default_ignorable(c))
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .filter(|c| !c.is_control())
            .collect();
        // A leading dot hides a file, one at the end is dropped by some systems.
        let name = seen.trim_matches(['.', ' ']);
        Self(if name.is_empty() {
            NAMELESS.to_owned()
        } else {
            shortened(name)
        })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Cut in the middle, so that the ending stays.
fn shortened(name: &str) -> String {
    let chars = name.chars().count();
    if chars <= FILE_NAME_CHARS {
        return name.to_owned();
    }
    let ending = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() < FILE_NAME_CHARS / 4 => format!(".{ending}"),
        Some(_) | None => String::new(),
    };
    let kept = FILE_NAME_CHARS - ending.chars().count();
    let start: String = name.chars().take(kept).collect();
    format!("{start}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_letters_and_loses_what_could_harm() {
        for (given, name) in [
            ("cat.png", "cat.png"),
            ("Überblick 2026.pdf", "Überblick 2026.pdf"),
            ("猫の写真.jpg", "猫の写真.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\cat.png", "cat.png"),
            ("a/b\\../c.txt", "c.txt"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            ("/", "file"),
            (".bashrc", "bashrc"),
            ("cat.png.", "cat.png"),
            ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
            ("a\0b\x1b[31m.txt", "ab[31m.txt"),
            ("evil\u{202e}gnp.exe", "evilgnp.exe"),
            ("a\u{200b}b\u{feff}.txt", "ab.txt"),
            ("a\u{2028}b", "ab"),
            ("two\u{a0}words\t.txt", "two words .txt"),
        ] {
            assert_eq!(FileName::neutral(given).as_str(), name, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_and_keeps_its_ending() {
        let name = FileName::neutral(&format!("{}.png", "ü".repeat(500)));
        let name = name.as_str();
        assert_eq!(name.chars().count(), FILE_NAME_CHARS);
        assert!(name.ends_with("ü.png"), "{name}");
        let bare = FileName::neutral(&"x".repeat(500));
        assert_eq!(bare.as_str().chars().count(), FILE_NAME_CHARS);
    }
}
