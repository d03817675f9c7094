//! The rules of texts, each at its boundary.

use super::*;

fn text(written: &str) -> Result<String, TextError> {
    Text::parse(written, 4000).map(Text::into_string)
}

#[test]
fn a_text_is_trimmed_at_its_end_and_otherwise_left_alone() {
    for (written, kept) in [
        ("hi", "hi"),
        ("  hi \n\t\u{3000}\u{85}\u{2028}", "  hi"),
        ("a\r\nb\r\n", "a\nb"),
        ("hi\r", "hi"),
        ("\ta\n\nb", "\ta\n\nb"),
        ("e\u{301} \u{202e}x\u{2028}y", "e\u{301} \u{202e}x\u{2028}y"),
        ("👩\u{200D}👧", "👩\u{200D}👧"),
        ("hi\u{200b}", "hi\u{200b}"),
    ] {
        assert_eq!(text(written), Ok(kept.to_owned()), "{written:?}");
    }
}

#[test]
fn a_text_has_1_to_4000_characters_after_trimming() {
    assert_eq!(text(""), Err(TextError::Empty));
    assert!(text(&"👍".repeat(4000)).is_ok());
    assert!(text(&("a\r\n".repeat(2000) + "  ")).is_ok());
    let long = text(&"é".repeat(4001));
    assert_eq!(
        long,
        Err(TextError::TooLong {
            chars: 4001,
            max: 4000
        })
    );
}

#[test]
fn a_text_of_what_can_not_be_seen_is_refused() {
    for blank in [
        " ",
        "\n\n",
        "\u{200b}",
        " \u{ad}\u{2060} ",
        "\u{3164}",
        "\u{e0020}\u{feff}",
    ] {
        let refused = text(blank);
        assert!(
            matches!(refused, Err(TextError::Empty | TextError::Blank)),
            "{blank:?}"
        );
    }
}

#[test]
fn newline_and_tab_are_the_only_control_characters_of_a_text() {
    for found in ('\0'..='\u{9f}').filter(|c| c.is_control() && !"\n\t".contains(*c)) {
        let refused = text(&format!("a{found}b"));
        assert!(
            matches!(refused, Err(TextError::Character { found: f, .. }) if f == found),
            "{found:?}"
        );
    }
    assert_eq!(
        text("a\rb").unwrap_err().to_string(),
        "may not have the character U+000D; of control characters only newline and tab are allowed"
    );
}

#[test]
fn a_topic_is_one_line_of_up_to_250_characters() {
    let topic = |text: &str| Topic::parse(text, 250);
    assert!(topic("").is_ok());
    assert!(topic(&"é".repeat(250)).is_ok());
    let long = topic(&"é".repeat(251));
    assert_eq!(
        long,
        Err(TextError::TooLong {
            chars: 251,
            max: 250
        })
    );
    let wrong = "\n\r\t\0\u{7f}\u{85}\u{2028}\u{2029}\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\
                 \u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    for found in wrong.chars() {
        assert!(topic(&format!("a{found}b")).is_err(), "{found:?}");
    }
    assert!(topic("שלום, 👩\u{200D}👧 \u{200b}").is_ok());
}

#[test]
fn a_nonce_is_1_to_64_printable_ascii_characters() {
    assert!(Nonce::parse("a b~!").is_ok());
    assert!(Nonce::parse(&"n".repeat(64)).is_ok());
    for wrong in ["", "\n", "\x7f", "é", &"n".repeat(65)] {
        assert!(Nonce::parse(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_password_has_8_to_256_characters_in_at_most_1024_bytes() {
    for right in ["8letters", &"é".repeat(256), &"👍".repeat(256)] {
        assert!(Password::parse(right).is_ok());
    }
    for wrong in ["7letter", &"a".repeat(257), ""] {
        assert!(Password::parse(wrong).is_err());
    }
}

#[test]
fn a_secret_is_never_shown() {
    for shown in [
        format!("{:?}", Password::parse("8letters")),
        format!("{:?}", Token::from("8letters".to_owned())),
    ] {
        assert!(!shown.contains("letters"), "{shown}");
    }
    let hello = r#"{"type":"hello","name":"ada","token":"8letters","password":"9letters"}"#;
    let asked = crate::codec::decode_request(hello, &crate::Limits::DEFAULT).unwrap();
    let shown = format!("{asked:?}");
    assert!(
        shown.contains("ada") && !shown.contains("letters"),
        "{shown}"
    );
}
