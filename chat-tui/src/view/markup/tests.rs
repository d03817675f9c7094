//! What people mark by signs, and what only looks like it.

use super::*;
use crate::view::theme::Token;
use proptest::prelude::*;
use std::cell::Cell;

thread_local! {
    /// Bytes that were looked at.
    pub(super) static LOOKED_AT: Cell<usize> = const { Cell::new(0) };
}

fn all(text: &str) -> Parts<'_> {
    let parts = parts(text, Some("Ada"));
    let whole: String = parts.iter().map(|(part, _)| *part).collect();
    assert_eq!(whole, text);
    parts
}

/// What stands out, but for the signs.
fn special(text: &str) -> Parts<'_> {
    let mut parts = all(text);
    parts.retain(|(_, role)| !matches!(role, Role::Text | Role::Faint));
    parts
}

#[test]
fn what_stands_out_is_found_and_nothing_is_lost() {
    for (text, expected) in [
        (
            "see https://a.b/c?d=e.",
            vec![("https://a.b/c?d=e", Role::Link)],
        ),
        (
            "(http://a.b/x_(y))",
            vec![("http://a.b/x_(y))", Role::Link)],
        ),
        ("https:// is none", vec![]),
        (
            "https://ex\u{200b}ample.org",
            vec![("https://ex", Role::Link)],
        ),
        ("mailto:ada@a.b, or", vec![("mailto:ada@a.b", Role::Link)]),
        ("ssh://a.b", vec![("ssh://a.b", Role::Link)]),
        ("at 10:30, or 10://", vec![]),
        (
            "https://a.b/_x_ y_z_",
            vec![("https://a.b/_x_", Role::Link)],
        ),
        ("hi @ada, and @adam", vec![("@ada", Role::Mention)]),
        ("mail@ada is none", vec![]),
        ("@ROOM now", vec![("@ROOM", Role::Mention)]),
        ("try `ls -l`, not `", vec![("`ls -l`", Role::Code)]),
        ("``a`b`` c", vec![("``a`b``", Role::Code)]),
        ("``", vec![]),
        ("hhh@@@", vec![]),
    ] {
        assert_eq!(special(text), expected, "{text:?}");
    }
}

#[test]
fn what_people_mark_has_its_shape_and_the_rest_is_as_typed() {
    const BOTH: Shape = Shape::STRONG.and(Shape::EMPHASIS);
    let shaped = |text, shape| (text, Role::Shaped(shape));
    for (text, expected) in [
        ("a **b** c", vec![shaped("b", Shape::STRONG)]),
        ("__b__", vec![shaped("b", Shape::STRONG)]),
        ("*i* _i_", vec![shaped("i", Shape::EMPHASIS); 2]),
        ("~~gone~~", vec![shaped("gone", Shape::STRUCK)]),
        ("***b***", vec![shaped("b", BOTH)]),
        (
            "**b *bi* b**",
            vec![
                shaped("b ", Shape::STRONG),
                shaped("bi", BOTH),
                shaped(" b", Shape::STRONG),
            ],
        ),
        (
            "**a `c` @ada**",
            vec![
                shaped("a ", Shape::STRONG),
                ("`c`", Role::Code),
                shaped(" ", Shape::STRONG),
                ("@ada", Role::Mention),
            ],
        ),
        ("这是**粗体**文字", vec![shaped("粗体", Shape::STRONG)]),
        ("snake_case_name 2*3*4 *.rs, *.toml", vec![]),
        ("*not\nover lines*", vec![]),
        ("**begun", vec![]),
        ("*never** ended", vec![]),
        ("**a *b**", vec![shaped("a *b", Shape::STRONG)]),
        (
            "***a** b*",
            vec![shaped("a", BOTH), shaped(" b", Shape::EMPHASIS)],
        ),
        ("* a * b", vec![shaped("* ", Shape::STRONG)]),
        ("~one~ ~~~~four~~~~ *****", vec![]),
        ("/* a comment */", vec![]),
        ("*a ~~b* c~~", vec![shaped("a ~~b", Shape::EMPHASIS)]),
        ("- item", vec![shaped("- ", Shape::STRONG)]),
        ("  12. item", vec![shaped("  12. ", Shape::STRONG)]),
        ("-1 is no item", vec![]),
        ("> **said**\nnot", vec![("> **said**\n", Role::Quote)]),
    ] {
        let mut found: Parts<'_> = Vec::new();
        for (part, role) in special(text) {
            match found.last_mut() {
                // What was typed around a sign that is none.
                Some((before, same))
                    if *same == role && text.contains(&format!("{before}{part}")) =>
                {
                    let at = text.find(&format!("{before}{part}")).unwrap();
                    *before = &text[at..at + before.len() + part.len()];
                }
                _ => found.push((part, role)),
            }
        }
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn a_named_link_shows_its_label_and_where_it_leads() {
    assert_eq!(
        special("see [the plan](https://a.b/c_(d)), ok"),
        [("the plan", Role::Label), ("https://a.b/c_(d)", Role::Link)]
    );
    // What opens nothing by itself is not made to look as if it did.
    for text in [
        "[a](b)",
        "[a](javascript:x)",
        "[ ](https://a.b)",
        "[a]",
        "a[0](1)",
    ] {
        assert!(
            special(text).iter().all(|(_, role)| *role != Role::Label),
            "{text}"
        );
    }
}

#[test]
fn a_block_of_code_has_colours_by_its_language() {
    let token = |text, token| (text, Role::Token(token));
    assert_eq!(
        special("look:\n```rust\nlet x: &'a str = \"y\"; // 1\n```\nok"),
        [
            token("let", Token::Word),
            (" x: &'a str = ", Role::Code),
            token("\"y\"", Token::Text),
            ("; ", Role::Code),
            token("// 1", Token::Comment),
            ("\n", Role::Code),
        ]
    );
    assert_eq!(
        special("```py\ndef f(): return 0x1f # '\n```"),
        [
            token("def", Token::Word),
            (" f(): ", Role::Code),
            token("return", Token::Word),
            (" ", Role::Code),
            token("0x1f", Token::Number),
            (" ", Role::Code),
            token("# '", Token::Comment),
            ("\n", Role::Code),
        ]
    );
    assert_eq!(special("```\nlet x;\n``` ok"), [("let x;\n", Role::Code)]);
    assert_eq!(special("```rust\nlet x;"), [], "it has no end");
    assert_eq!(special("```one line```"), [("```one line```", Role::Code)]);
}

/// Signs of every kind, at random.
fn signs() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("*"),
        Just("**"),
        Just("_"),
        Just("~~"),
        Just("`"),
        Just("```"),
        Just("\n"),
        Just("["),
        Just("]("),
        Just(")"),
        Just("https://a"),
        Just("mailto:"),
        Just("://"),
        Just("@ada"),
        Just("> "),
        Just("- "),
        Just(" "),
        Just("a"),
        Just("漢"),
        Just("\u{301}"),
        Just("\"\"\""),
        Just("/*"),
        Just("rs\n"),
        Just("\\"),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// How often a byte may be looked at, at the most.
const LOOKS: usize = 12;

fn looks(text: &str) -> usize {
    LOOKED_AT.with(|count| count.set(0));
    all(text);
    LOOKED_AT.with(Cell::get)
}

proptest! {
    #[test]
    fn no_text_breaks_it_and_each_byte_is_looked_at_a_few_times(piece in signs(), times in 1usize..200) {
        let text = piece.repeat(times);
        prop_assert!(looks(&text) <= LOOKS * (text.len() + 1), "{} of {}", looks(&text), text.len());
    }
}

#[test]
fn the_work_is_linear_in_whatever_is_sent() {
    for piece in [
        "*",
        "* ",
        "*a ",
        "*a* ",
        "a*",
        "**a*",
        "_a",
        "~~a",
        "`",
        "`a",
        "``a`",
        "```\n",
        "```a\n",
        "[",
        "[a",
        "[a](",
        "[a](https://",
        "](",
        "(",
        "@",
        "@a",
        ":",
        "a://",
        "https://",
        "https://)",
        "mailto:",
        "> ",
        "- ",
        "\n",
        "*a _b ~~c ",
        "*a _b* c_ ",
    ] {
        let text = piece.repeat(10_000);
        let looks = looks(&text);
        assert!(
            looks <= LOOKS * text.len(),
            "{piece:?}: {looks} of {}",
            text.len()
        );
        let code = format!("```rs\n{text}\n```");
        let looks = self::looks(&code);
        assert!(
            looks <= LOOKS * code.len(),
            "{piece:?}: {looks} of {}",
            code.len()
        );
    }
}
