//! What a configuration says, and what is said of its bad lines.

use super::*;
use crate::core::keymap::KeyMap;
use crate::core::look::ThemeName;
use crate::core::notify::Level;
use chat_proto::RoomRef;

fn problems(text: &str) -> Vec<String> {
    read(text.as_bytes())
        .1
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn what_is_printed_as_default_is_the_default_also_with_every_line_in_use() {
    let printed = print_default();
    assert_eq!(read(printed.as_bytes()), (Settings::default(), vec![]));
    let used: Vec<_> = printed
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = [") && !rest.starts_with("addresses") => rest,
            Some(_) | None => line,
        })
        .collect();
    assert!(used.iter().any(|line| line.starts_with("go = ")));
    let used = used.join("\n");
    assert_eq!(read(used.as_bytes()), (Settings::default(), vec![]));
    assert_eq!(read(b""), (Settings::default(), vec![]));
}

#[test]
fn what_is_said_is_so() {
    let (settings, problems) = read(
        br##"
        preset = "emacs"
        [look]
        theme = "monochrome"
        ascii = true
        hints = false
        [notify]
        bell = false
        [notify.rooms]
        dev = "all"
        "@bob" = "none"
        "#ops" = "mentions"
        [keys]
        members = ["F9", "C-x w"]
        hints = []
        "##,
    );
    assert_eq!(problems, []);
    assert_eq!(settings.look.theme, Some(ThemeName::Monochrome));
    assert_eq!(settings.look.ascii, Some(true));
    assert!(!settings.hints && !settings.bell && settings.title);
    let levels: Vec<_> = settings.levels.iter().map(|(_, level)| *level).collect();
    assert_eq!(levels, [Level::All, Level::None, Level::Mentions]);
    assert_eq!(settings.levels[2].0, RoomRef::parse("ops", 32, 64).unwrap());
    assert!(matches!(settings.levels[1].0, RoomRef::With(_)));
    assert_eq!(settings.keys.chords(Action::Members), "F9, Ctrl-X w");
    assert_eq!(settings.keys.chords(Action::Hints), "");
    assert_eq!(settings.keys.chord(Action::KillToEnd), "Ctrl-K");
}

#[test]
fn levels_of_rooms_have_a_table() {
    let said = problems("[notify]\nrooms = true");
    assert!(said[0].starts_with("line 2: rooms is a table"), "{said:?}");
}

#[test]
fn a_bad_line_is_named_with_what_is_nearest_and_the_rest_counts() {
    for (bad, said) in [
        (
            "[look]\nthem = \"auto\"",
            "line 2: no setting is called them; did you mean theme?",
        ),
        (
            "[keys]\ngp = \"C-g\"",
            "line 2: no action is called gp; did you mean go?",
        ),
        (
            "[keys]\n\ngo = \"C-Dwon\"",
            "line 3: go: \"C-Dwon\" is no key; did you mean C-Down?",
        ),
        ("[keys]\ngo = 7", "line 2: go: keys are written like"),
        (
            "[keys]\ngo = \"C-s\"",
            "line 2: Ctrl-S belongs to the terminal",
        ),
        ("preset = \"vi\"", "line 1: preset is one of default, emacs"),
        (
            "presett = \"emacs\"",
            "line 1: no setting is called presett; did you mean preset?",
        ),
        ("look = 1", "line 1: look is a table"),
        (
            "[notify.rooms]\ndev = \"some\"",
            "line 2: dev is \"all\", \"mentions\" or \"none\"",
        ),
        ("[notify.rooms]\nDev = \"all\"", "line 2: the room's name"),
        ("servers = 1", "line 1: servers is a table of tables"),
        ("[servers]\nwork = 1", "line 2: work is a table"),
        ("[servers.\"a b\"]", "line 1: a b: a server's name has"),
        (
            "[servers.work]",
            "line 1: work: a server has at least one address",
        ),
        (
            "[servers.work]\naddres = \"a\"",
            "line 2: no setting of a server is called addres; did you mean address?",
        ),
        (
            "[servers.work]\naddress = 1",
            "line 2: addresses are written",
        ),
        (
            "[servers.work]\naddress = \"ftp://a\"",
            "line 2: \"ftp://a\" begins with neither",
        ),
        (
            "[servers.work]\naddresses = [\"wss://a\", \"ws://b\"]",
            "line 1: work: the addresses of one server are all wss://",
        ),
        (
            "server = \"wrok\"\n[servers.work]\naddress = \"a\"",
            "line 1: no server is called wrok; did you mean work?",
        ),
        ("[look]\nhints = \"no\"", "line 2: hints is true or false"),
        ("[look]\nhints = fasle", "line 2: "),
        ("[keys]\ngo = \"C-g", "line 2: "),
        ("[keys\ngo = \"C-g\"", "line 1: "),
        ("[keys]\ngo = \"C-g\"\ngo = \"C-y\"", "line 3: "),
    ] {
        let text = format!("{bad}\n[notify]\nbell = false\n");
        let (settings, found) = read(text.as_bytes());
        let words: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert!(
            words.iter().any(|words| words.contains(said)),
            "{bad}: {words:?}"
        );
        assert!(!settings.bell, "{bad}: what follows counts");
    }
}

#[test]
fn two_actions_on_one_key_are_told_with_both_names_and_the_line() {
    assert_eq!(
        problems("[keys]\nkill-to-end = \"C-k\"\n"),
        ["line 2: Ctrl-K is for both kill-to-end and go; give one of them other keys"]
    );
    let (settings, _) = read(b"[keys]\nkill-to-end = \"C-k\"\n");
    assert_eq!(settings.keys, KeyMap::default());
}

#[test]
fn bytes_that_are_no_text_are_named_and_the_rest_counts() {
    let (settings, found) = read(b"[look]\nhints = false\n# \xff\n[notify]\nbell = \xc3(\n");
    let lines: Vec<_> = found.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 5]);
    assert!(found[0].words.contains("0xff is not UTF-8"));
    assert!(!settings.hints && settings.bell);
}

proptest::proptest! {
    #[test]
    fn whatever_the_bytes_are_settings_come_out(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        text in "[\\[\\]a-z=\"'\\n#,. -]{0,200}",
    ) {
        let _ = read(&bytes);
        let (_, problems) = read(text.as_bytes());
        proptest::prop_assert!(problems.len() <= PROBLEMS_MOST);
    }
}
