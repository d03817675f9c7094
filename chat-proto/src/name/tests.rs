//! The rules of names, each at its boundary.

use super::*;
use proptest::prelude::*;

fn user(text: &str) -> Result<UserName, NameError> {
    UserName::parse(text, 32)
}

fn room(text: &str) -> Result<RoomName, NameError> {
    RoomName::parse(text, 64)
}

fn room_ref(text: &str) -> Result<RoomRef, NameError> {
    RoomRef::parse(text, 32, 64)
}

#[test]
fn letters_marks_and_digits_of_one_script_make_a_name() {
    for name in [
        "a",
        "7",
        "ada",
        "Ada99",
        "a-b_c.d",
        "a--b",
        "émile",
        "Ελένη",
        "Мария",
        "שרה",
        "مريم",
        "สมชาย",
        "हिन्दी",
        "李小龍",
        "山田太郎さん",
        "ユーザー",
        "김철수",
        "金철수",
        "李ㄅㄆㄇ",
        "ꭰꭱ",
        "o\u{337}k",
        "٣علي",
    ] {
        assert_eq!(
            user(name).map(|n| n.to_string()),
            Ok(name.to_owned()),
            "{name}"
        );
    }
}

#[test]
fn scripts_that_are_not_written_together_are_refused() {
    for name in [
        "pаypal",
        "adaΩ",
        "李a",
        "ユa",
        "김さん",
        "ㄅさ",
        "ada٣",
        "Яada",
    ] {
        assert_eq!(user(name), Err(NameError::MixedScripts), "{name}");
    }
}

#[test]
fn a_name_has_1_to_32_characters_counted_after_nfc() {
    assert_eq!(user(""), Err(NameError::Empty { max: 32 }));
    assert!(user(&"é".repeat(32)).is_ok());
    assert_eq!(
        user(&"a".repeat(33)),
        Err(NameError::TooLong { chars: 33, max: 32 })
    );
    let decomposed = "e\u{301}".repeat(32);
    assert_eq!(user(&decomposed).map(|n| n.to_string()), Ok("é".repeat(32)));
    assert!(user(&"e\u{301}".repeat(33)).is_err());
}

#[test]
fn no_other_character_may_stand_in_a_name() {
    for (name, found) in [
        ("a b", ' '),
        ("a\tb", '\t'),
        ("a\nb", '\n'),
        ("a@b", '@'),
        ("@a", '@'),
        ("a+b", '+'),
        ("a/b", '/'),
        ("a'b", '\''),
        ("a‘b", '‘'),
        ("a👍", '👍'),
        ("aⅧ", 'Ⅷ'),
        ("x²", '²'),
        ("a\u{200b}b", '\u{200b}'),
        ("a\u{200d}b", '\u{200d}'),
        ("a\u{200c}b", '\u{200c}'),
        ("a\u{ad}b", '\u{ad}'),
        ("a\u{202e}b", '\u{202e}'),
        ("a\u{2067}b", '\u{2067}'),
        ("a\u{feff}", '\u{feff}'),
        ("a\u{fe0f}", '\u{fe0f}'),
        ("a\u{34f}b", '\u{34f}'),
        ("\u{3164}", '\u{3164}'),
        ("\u{115f}가", '\u{115f}'),
        ("a\u{e0100}", '\u{e0100}'),
        ("a\u{1b}[2J", '\u{1b}'),
        ("a\0", '\0'),
        ("a\u{e000}", '\u{e000}'),
        ("a\u{378}", '\u{378}'),
    ] {
        let place = "in it";
        assert_eq!(
            user(name),
            Err(NameError::Character { found, place }),
            "{name:?}"
        );
        assert!(room(name).is_err(), "{name:?}");
    }
}

#[test]
fn joints_stand_inside_and_no_mark_comes_first() {
    for found in ['-', '_', '.'] {
        let wrong = |place| Err(NameError::Character { found, place });
        assert_eq!(user(&format!("{found}a")), wrong("at its start"));
        assert_eq!(user(&format!("a{found}")), wrong("at its end"));
        assert_eq!(user(&found.to_string()), wrong("at its start"));
    }
    let mark = NameError::Character {
        found: '\u{301}',
        place: "at its start",
    };
    assert_eq!(user("\u{301}a"), Err(mark));
}

#[test]
fn a_room_name_has_up_to_64_characters_in_lower_case() {
    assert!(room(&"a".repeat(64)).is_ok());
    assert_eq!(
        room(&"a".repeat(65)),
        Err(NameError::TooLong { chars: 65, max: 64 })
    );
    for right in ["dev", "straße", "φως", "部屋", "ꭰ", "\u{131}a"] {
        assert_eq!(room(right).map(|n| n.to_string()), Ok(right.to_owned()));
    }
    for (wrong, lower) in [
        ("Dev", "dev"),
        ("ÉCOLE", "école"),
        ("E\u{301}COLE", "école"),
        ("ΦΩΣ", "φως"),
        ("STRAẞE", "straße"),
        ("\u{1C5}a", "\u{1C6}a"),
        ("Ꭰ", "ꭰ"),
        ("\u{A7DD}", "\u{277}"),
    ] {
        assert_eq!(
            room(wrong),
            Err(NameError::UpperCase {
                lower: lower.into()
            }),
            "{wrong}"
        );
    }
}

#[test]
fn a_direct_room_is_called_by_both_names_folded_and_sorted() {
    for (asked, name) in [
        ("@ada+bob", "@ada+bob"),
        ("@bob+ada", "@ada+bob"),
        ("@Bob+ADA", "@ada+bob"),
        ("@Straße+ada", "@ada+strasse"),
        ("@\u{10400}+ﬀ", "@ff+\u{10428}"),
    ] {
        let expected = RoomRef::Named(RoomName::trusted(name).unwrap());
        assert_eq!(room_ref(asked), Ok(expected), "{asked}");
    }
    assert_eq!(room_ref("@bob"), user("bob").map(RoomRef::With));
    assert_eq!(room_ref("@ada+ada"), Err(NameError::NoPair));
    assert_eq!(room_ref("@ada+ADA"), Err(NameError::NoPair));
    for wrong in [
        "@",
        "@+",
        "@ada+",
        "@+ada",
        "@ada+bob+eve",
        "@ada+@bob",
        "@a b",
        "@@ada",
    ] {
        assert!(room_ref(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_direct_rooms_own_name_is_always_read_again() {
    // Folded, both are longer than a name may be, and the second is of two scripts.
    let (one, other) = ("ﬃ".repeat(32), format!("\u{b5}{}", "ŉ".repeat(31)));
    let (one, other) = (user(&one).unwrap(), user(&other).unwrap());
    let name = RoomName::direct(&one, &other).unwrap();
    assert_eq!(room_ref(name.as_str()), Ok(RoomRef::Named(name.clone())));
    assert_eq!(RoomName::trusted(name.as_str()), Some(name));
}

#[test]
fn reserved_names_and_those_that_look_like_them_are_kept() {
    for name in [
        "room", "ALL", "here", "Server", "system", "admin", "r00m", "a11", "аll", "adrnin",
    ] {
        assert!(UserName::trusted(name).unwrap().is_reserved(), "{name}");
    }
    for name in ["rooms", "ada", "administrator", "al"] {
        assert!(!user(name).unwrap().is_reserved(), "{name}");
    }
}

#[test]
fn a_refusal_is_one_readable_line() {
    for (error, words) in [
        (
            user("").unwrap_err(),
            "is empty; a name has 1 to 32 characters",
        ),
        (
            user("a\u{202e}").unwrap_err(),
            "may not have '\\u{202e}' in it; letters and digits of one script are allowed, \
             and - _ . between them",
        ),
        (room("Dev").unwrap_err(), "has to be in lower case: dev"),
    ] {
        assert_eq!(error.to_string(), words);
    }
}

proptest! {
    #[test]
    fn parsing_is_idempotent_and_keys_are_stable(text in "\\PC{1,34}|[\\p{L}\\p{M}\\p{Nd}._-]{1,34}") {
        if let Ok(name) = user(&text) {
            prop_assert_eq!(user(name.as_str()), Ok(name.clone()));
            prop_assert_eq!(fold(&name.key()), name.key());
            prop_assert_eq!(fold(&name.skeleton()), name.skeleton());
            let json = serde_json::to_string(&name).unwrap();
            prop_assert_eq!(serde_json::from_str::<UserName>(&json).unwrap(), name);
        }
        if let Ok(name) = room(&text) {
            prop_assert_eq!(room(name.as_str()), Ok(name.clone()));
            let json = serde_json::to_string(&name).unwrap();
            prop_assert_eq!(serde_json::from_str::<RoomName>(&json).unwrap(), name);
        }
        if let Err(NameError::UpperCase { lower }) = room(&text) {
            prop_assert!(room(&lower).is_ok(), "{} is no room name", lower);
        }
    }

    #[test]
    fn any_pair_of_names_makes_one_direct_room(
        a in "[\\p{L}\\p{M}\\p{Nd}]{1,3}", b in "[\\p{L}\\p{M}\\p{Nd}]{1,3}"
    ) {
        if let (Ok(a), Ok(b)) = (user(&a), user(&b)) {
            let name = RoomName::direct(&a, &b);
            prop_assert_eq!(&name, &RoomName::direct(&b, &a));
            prop_assert_eq!(&room_ref(&format!("@{a}+{b}")), &name.clone().map(RoomRef::Named));
            if let Ok(name) = name {
                prop_assert_eq!(room_ref(name.as_str()), Ok(RoomRef::Named(name)));
            }
        }
    }
}
