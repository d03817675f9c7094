//! What a file is, as its first bytes say. A name or a client's word counts
//! for nothing: a page that calls itself a picture would be one otherwise.

/// First bytes of a file that are looked at.
pub const HEAD_BYTES: usize = 512;

/// What nothing is known of.
const BYTES: &str = "application/octet-stream";

/// Signatures: what stands at which place, and the type that it means.
const SIGNATURES: &[(usize, &[u8], &str)] = &[
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\0asm", "application/wasm"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
];

/// The brands of a file that begins with a box `ftyp`.
const BRANDS: &[(&[u8], &str)] = &[
    (b"avif", "image/avif"),
    (b"avis", "image/avif"),
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
    (b"mif1", "image/heif"),
    (b"M4A ", "audio/mp4"),
    (b"qt  ", "video/quicktime"),
];

/// The types that a browser may show in its place: pictures that hold no script.
const INLINE: [&str; 5] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
];

/// The media type of a file that begins like this.
pub fn of(head: &[u8]) -> &'static str {
    let head = &head[..head.len().min(HEAD_BYTES)];
    let at = |place: usize, bytes: &[u8]| {
        head.get(place..)
            .is_some_and(|rest| rest.starts_with(bytes))
    };
    if at(4, b"ftyp") {
        let brand = BRANDS.iter().find(|(brand, _)| at(8, brand));
        return brand.map_or("video/mp4", |(_, kind)| kind);
    }
    if at(0, b"RIFF") {
        return match head.get(8..12) {
            Some(b"WEBP") => "image/webp",
            Some(b"WAVE") => "audio/wav",
            Some(b"AVI ") => "video/x-msvideo",
            Some(_) | None => BYTES,
        };
    }
    SIGNATURES
        .iter()
        .find(|(place, bytes, _)| at(*place, bytes))
        .map_or_else(|| text(head).unwrap_or(BYTES), |(_, _, kind)| kind)
}

/// Whether a browser may show it in its place.
pub fn is_inline(kind: &str) -> bool {
    INLINE.contains(&kind)
}

/// The kind of text, if it is one in UTF-8.
fn text(head: &[u8]) -> Option<&'static str> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x1b');
    if text.is_empty() || text.chars().any(is_odd) {
        return None;
    }
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let start = start.to_ascii_lowercase();
    Some(if start.starts_with("<svg") {
        "image/svg+xml"
    } else if start.starts_with("<!doctype html") || start.starts_with("<html") {
        "text/html"
    } else if start.starts_with("<?xml") {
        if start.contains("<svg") {
            "image/svg+xml"
        } else {
            "application/xml"
        }
    } else {
        "text/plain"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_tell_what_a_file_is() {
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (head, kind) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\0", "image/gif"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"\0\0\0\x1cftypavif\0\0\0\0", "image/avif"),
            (b"\0\0\0\x1cftypisom\0\0\0\0", "video/mp4"),
            (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
            (b"%PDF-1.7", "application/pdf"),
            (b"PK\x03\x04\x14\0", "application/zip"),
            (&tar, "application/x-tar"),
            (b"<!DOCTYPE html><script>", "text/html"),
            (b"\n<svg xmlns=''><script>", "image/svg+xml"),
            (b"<?xml version='1.0'?><svg>", "image/svg+xml"),
            (b"fn main() {}\n", "text/plain"),
            ("grüße".as_bytes(), "text/plain"),
            (&"grüße".as_bytes()[..3], "text/plain"),
            (b"", BYTES),
            (b"\0\x01\x02", BYTES),
            (b"\xff\xfe\xfd", BYTES),
            (b"RIFF", BYTES),
        ] {
            assert_eq!(of(head), kind, "{}", head.escape_ascii());
        }
    }

    #[test]
    fn only_pictures_without_script_are_shown_in_place() {
        for kind in INLINE {
            assert!(is_inline(kind));
        }
        for kind in [
            "image/svg+xml",
            "text/html",
            "application/pdf",
            "image/heic",
            BYTES,
        ] {
            assert!(!is_inline(kind), "{kind}");
        }
    }
}
