//! Where the operator wants the bytes of files to lie: as it is written, and checked.

use std::fmt;
use std::str::FromStr;

/// What is before the name of a bucket.
const SCHEME: &str = "s3://";
/// As S3 has it.
const BUCKET_CHARS: std::ops::RangeInclusive<usize> = 3..=63;
const PREFIX_CHARS_MAX: usize = 512;

/// Where files lie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FilesPlace {
    /// In the data directory.
    #[default]
    Data,
    /// In a bucket of S3, or of what speaks its language.
    Bucket(Bucket),
}

/// A bucket, and what the names in it begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    name: String,
    /// Names with slashes between them; empty: at the top.
    prefix: String,
}

impl Bucket {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What each key begins with, without a slash at its end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

/// The text names no bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoBucket;

impl FromStr for Bucket {
    type Err = NoBucket;

    fn from_str(text: &str) -> Result<Self, NoBucket> {
        let place = text.strip_prefix(SCHEME).ok_or(NoBucket)?;
        let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
        let of_prefix = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let is_part =
            |part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(of_prefix);
        let fits = BUCKET_CHARS.contains(&name.len())
            && name.chars().all(of_name)
            && !name.starts_with(['.', '-'])
            && !name.ends_with(['.', '-'])
            && prefix.len() <= PREFIX_CHARS_MAX
            && (prefix.is_empty() || prefix.split('/').all(is_part));
        fits.then(|| Self {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
        })
        .ok_or(NoBucket)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.name, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_a_name_and_maybe_a_prefix_and_nothing_else() {
        for (text, name, prefix) in [
            ("s3://chat-files", "chat-files", ""),
            ("s3://chat-files/", "chat-files", ""),
            ("s3://a.b-c/chat/files/", "a.b-c", "chat/files"),
            ("s3://abc/v1.0_x", "abc", "v1.0_x"),
        ] {
            let bucket: Bucket = text.parse().unwrap();
            assert_eq!((bucket.name(), bucket.prefix()), (name, prefix), "{text}");
        }
        for text in [
            "",
            "/srv/files",
            "s3:/abc",
            "S3://abc",
            "s3://",
            "s3://ab",
            "s3://Abc",
            "s3://key:secret@abc",
            "s3://-abc",
            "s3://abc.",
            "s3://abc//x",
            "s3://abc/../x",
            "s3://abc/x y",
            "s3://abc/x?y",
        ] {
            assert_eq!(text.parse::<Bucket>(), Err(NoBucket), "{text}");
        }
    }
}
