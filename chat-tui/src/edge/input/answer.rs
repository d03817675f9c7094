//! What the terminal says of its background: in answer to a question (OSC 11),
//! or by itself when it has become another (mode 2031). Pure.

use crate::core::look::Ground;

/// What a string after `ESC ]` says, if it is the colour of the background.
pub(super) fn colour(text: &[u8]) -> Option<Ground> {
    let colour = std::str::from_utf8(text).ok()?.strip_prefix("11;")?;
    let parts: Vec<f64> = match colour.split_once(':')? {
        ("rgb" | "rgba", parts) => parts.split('/').take(3).map(part).collect::<Option<_>>()?,
        _ => return None,
    };
    let &[red, green, blue] = parts.as_slice() else {
        return None;
    };
    // As bright as it looks; the middle is where black and white read as well.
    let bright = 0.299 * red + 0.587 * green + 0.114 * blue;
    Some(if bright > 0.5 {
        Ground::Light
    } else {
        Ground::Dark
    })
}

/// One to four digits in base 16, of which the highest value is 1.
fn part(digits: &str) -> Option<f64> {
    let most = match digits.len() {
        1..=4 => 16f64.powi(i32::try_from(digits.len()).ok()?) - 1.0,
        _ => return None,
    };
    let value = u16::from_str_radix(digits, 16).ok()?;
    Some(f64::from(value) / most)
}

/// What the parameters of `CSI … n` say.
pub(super) fn note(parameters: &[u8]) -> Option<Ground> {
    match parameters {
        b"?997;1" => Some(Ground::Dark),
        b"?997;2" => Some(Ground::Light),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_background_is_light_or_dark_however_its_colour_is_written() {
        for (text, ground) in [
            ("11;rgb:ffff/ffff/ffff", Some(Ground::Light)),
            ("11;rgb:fd/f6/e3", Some(Ground::Light)),
            ("11;rgba:0000/0000/0000/ffff", Some(Ground::Dark)),
            ("11;rgb:0/2b/36", Some(Ground::Dark)),
            ("11;rgb:f/f/f", Some(Ground::Light)),
            ("10;rgb:ffff/ffff/ffff", None),
            ("11;rgb:ffff/ffff", None),
            ("11;rgb:fffff/0/0", None),
            ("11;rgb:-1/0/0", None),
            ("11;?", None),
            ("52;c;eA==", None),
        ] {
            assert_eq!(colour(text.as_bytes()), ground, "{text}");
        }
        assert_eq!(colour(b"11;rgb:\xff/0/0"), None);
    }

    #[test]
    fn a_note_of_another_mode_is_none() {
        assert_eq!(note(b"?997;1"), Some(Ground::Dark));
        assert_eq!(note(b"?997;2"), Some(Ground::Light));
        assert_eq!(note(b"?997;3"), None);
        assert_eq!(note(b"0"), None);
    }
}
