//! Writing and changing a text, key by key.

use super::*;

/// `|` marks the cursor.
fn composer(marked: &str) -> Composer {
    let cursor = marked.find('|').unwrap();
    Composer::restored(&Draft {
        text: marked.replacen('|', "", 1),
        cursor,
        ..Draft::default()
    })
}

fn marked(composer: &Composer) -> String {
    let mut text = composer.text().to_owned();
    text.insert(composer.cursor(), '|');
    text
}

#[test]
fn moves_and_deletions_go_by_whole_graphemes_and_words() {
    use Action::*;
    for (before, action, after) in [
        ("a👩‍👩‍👧‍👦|b", Left, "a|👩‍👩‍👧‍👦b"),
        ("a|👩‍👩‍👧‍👦b", Right, "a👩‍👩‍👧‍👦|b"),
        ("a👩‍👩‍👧‍👦|b", Backspace, "a|b"),
        ("e\u{301}|", Backspace, "|"),
        ("|🇦🇺🇦🇹", Delete, "|🇦🇹"),
        ("|", Backspace, "|"),
        ("one two|", WordLeft, "one |two"),
        ("one |two", WordLeft, "|one two"),
        ("|one two", WordRight, "one| two"),
        ("one  two|  ", KillWordBack, "one  |  "),
        ("a b|c d", KillToStart, "|c d"),
        ("a\nb|c\nd", KillToStart, "a\n|c\nd"),
        ("a\nb|c\nd", KillToEnd, "a\nb|\nd"),
        ("|one two", KillWord, "| two"),
        ("a\nb|c\nd", LineEnd, "a\nbc|\nd"),
        ("abc\nde|f", Up, "ab|c\ndef"),
        ("ab|c\nd\nefg", Down, "abc\nd|\nefg"),
        ("ab|", NewLine, "ab\n|"),
    ] {
        let mut composer = composer(before);
        composer.edit(action);
        assert_eq!(marked(&composer), after, "{action:?} on {before}");
    }
}

#[test]
fn a_character_that_joins_its_neighbour_leaves_the_cursor_on_a_bound() {
    let mut composer = composer("👩|\u{200d}👧");
    assert_eq!(composer.cursor(), composer.text().len());
    composer.type_char('\u{301}');
    assert_eq!(composer.cursor(), composer.text().len());
}

#[test]
fn undo_takes_words_back_and_redo_brings_them_again() {
    let mut composer = Composer::default();
    for c in "one two".chars() {
        composer.type_char(c);
    }
    assert!(composer.edit(Action::Undo));
    assert_eq!(marked(&composer), "one|");
    assert!(composer.edit(Action::Redo));
    assert_eq!(marked(&composer), "one two|");
    composer.edit(Action::KillToStart);
    composer.edit(Action::Undo);
    assert_eq!(composer.text(), "one two");
    composer.clear();
    composer.edit(Action::Yank);
    assert_eq!(composer.text(), "one two");
    composer.clear();
    composer.edit(Action::Undo);
    assert_eq!(composer.text(), "one two");
}

#[test]
fn a_draft_survives_a_walk_through_what_was_sent() {
    let mut composer = Composer::holding("first");
    composer.take();
    composer.insert("second");
    composer.take();
    assert!(
        !composer.edit(Action::Up),
        "an empty composer selects messages"
    );
    composer.insert("begun");
    assert!(composer.edit(Action::Up));
    assert_eq!(composer.text(), "second");
    assert!(composer.edit(Action::Up));
    assert_eq!(composer.text(), "first");
    assert!(!composer.edit(Action::Up));
    assert!(composer.edit(Action::Down));
    assert!(composer.edit(Action::Down));
    assert_eq!(marked(&composer), "begun|");
}

proptest::proptest! {
    #[test]
    fn whatever_is_pressed_the_cursor_stands_on_a_bound(
        text in "[a👩\u{200d}\u{301}🇦\n ]{0,12}",
        steps in proptest::collection::vec(0usize..40, 0..30),
    ) {
        let mut composer = Composer::default();
        composer.insert(&text);
        for step in steps {
            match Action::ALL.get(Action::ALL.len() - 1 - step) {
                Some(action) => { composer.edit(*action); }
                None => composer.type_char('\u{200d}'),
            }
            let cursor = composer.cursor();
            proptest::prop_assert_eq!(bounds::at_or_after(composer.text(), cursor), cursor);
        }
    }
}
