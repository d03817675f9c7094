//! How a browser is told a file's name (RFC 6266), so that the name is never
//! more than that.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Whether a browser shows a file in its place, or only saves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Inline,
    Saved,
}

/// What may stand as it is in an extended value (RFC 8187, "attr-char").
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// `Content-Disposition`: the name once in ASCII for the old, once as it is.
pub(super) fn of(name: &str, shown: Shown) -> String {
    let kind = match shown {
        Shown::Inline => "inline",
        Shown::Saved => "attachment",
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ' ');
    let ascii: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let extended = utf8_percent_encode(name, ATTR_CHAR);
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{extended}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_end_neither_its_quotes_nor_its_header() {
        for (name, shown, expected) in [
            (
                "cat.png",
                Shown::Inline,
                "inline; filename=\"cat.png\"; filename*=UTF-8''cat.png",
            ),
            (
                "grüße 1.txt",
                Shown::Saved,
                "attachment; filename=\"gr__e 1.txt\"; filename*=UTF-8''gr%C3%BC%C3%9Fe%201.txt",
            ),
            (
                "a\"; b=%22.txt",
                Shown::Saved,
                "attachment; filename=\"a__ b__22.txt\"; filename*=UTF-8''a%22%3B%20b%3D%2522.txt",
            ),
        ] {
            assert_eq!(of(name, shown), expected);
        }
    }
}
