//! What is known of languages: their words, quotes and comments.

/// A language.
#[derive(Debug)]
pub(super) struct Language {
    names: &'static [&'static str],
    /// In the order of their bytes.
    pub(super) words: &'static [&'static str],
    /// Its words may be in upper case as well.
    pub(super) any_case: bool,
    /// What a comment begins with that ends with the line.
    pub(super) comments: &'static [&'static str],
    /// What is around a comment of several lines.
    pub(super) block: Option<(&'static str, &'static str)>,
    /// Around a text.
    pub(super) quotes: &'static str,
    /// Between two `'` stands one character, and one `'` may stand alone.
    pub(super) characters: bool,
    /// Its lines tell what has changed elsewhere.
    pub(super) lines_changed: bool,
}

impl Language {
    /// Whether something in particular may begin with this character.
    pub(super) fn begins(&self, c: char) -> bool {
        let begins = |sign: &&str| sign.starts_with(c);
        c.is_alphanumeric()
            || c == '_'
            || self.quotes.contains(c)
            || self.characters && c == '\''
            || self.comments.iter().any(begins)
            || self.block.is_some_and(|(open, _)| open.starts_with(c))
    }
}

const PLAIN: Language = Language {
    names: &[],
    words: &[],
    any_case: false,
    comments: &[],
    block: None,
    quotes: "\"'",
    characters: false,
    lines_changed: false,
};

/// Like C: most languages are.
const C: Language = Language {
    names: &[
        "c", "h", "cpp", "c++", "cc", "hpp", "cs", "csharp", "c#", "java", "kotlin", "kt",
    ],
    words: &[
        "abstract",
        "auto",
        "bool",
        "boolean",
        "break",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "constexpr",
        "continue",
        "default",
        "delete",
        "do",
        "double",
        "else",
        "enum",
        "extends",
        "false",
        "final",
        "finally",
        "float",
        "for",
        "fun",
        "if",
        "implements",
        "import",
        "in",
        "include",
        "inline",
        "int",
        "interface",
        "long",
        "namespace",
        "new",
        "null",
        "nullptr",
        "operator",
        "override",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "string",
        "struct",
        "super",
        "switch",
        "template",
        "this",
        "throw",
        "throws",
        "true",
        "try",
        "typedef",
        "typename",
        "union",
        "unsigned",
        "using",
        "val",
        "var",
        "virtual",
        "void",
        "volatile",
        "when",
        "while",
    ],
    comments: &["//"],
    block: Some(("/*", "*/")),
    ..PLAIN
};

const LANGUAGES: &[Language] = &[
    C,
    Language {
        names: &["rust", "rs"],
        words: &[
            "Self", "as", "async", "await", "box", "break", "const", "continue", "crate", "dyn",
            "else", "enum", "extern", "false", "fn", "for", "if", "impl", "in", "let", "loop",
            "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static", "struct",
            "super", "trait", "true", "type", "unsafe", "use", "where", "while",
        ],
        quotes: "\"",
        characters: true,
        ..C
    },
    Language {
        names: &["javascript", "js", "jsx", "typescript", "ts", "tsx", "mjs"],
        words: &[
            "any",
            "as",
            "async",
            "await",
            "boolean",
            "break",
            "case",
            "catch",
            "class",
            "const",
            "continue",
            "debugger",
            "default",
            "delete",
            "do",
            "else",
            "enum",
            "export",
            "extends",
            "false",
            "finally",
            "for",
            "from",
            "function",
            "if",
            "implements",
            "import",
            "in",
            "instanceof",
            "interface",
            "let",
            "new",
            "null",
            "number",
            "of",
            "private",
            "public",
            "readonly",
            "return",
            "static",
            "string",
            "super",
            "switch",
            "this",
            "throw",
            "true",
            "try",
            "type",
            "typeof",
            "undefined",
            "var",
            "void",
            "while",
            "yield",
        ],
        quotes: "\"'`",
        ..C
    },
    Language {
        names: &["go", "golang"],
        words: &[
            "break",
            "case",
            "chan",
            "const",
            "continue",
            "default",
            "defer",
            "else",
            "fallthrough",
            "false",
            "for",
            "func",
            "go",
            "goto",
            "if",
            "import",
            "interface",
            "map",
            "nil",
            "package",
            "range",
            "return",
            "select",
            "struct",
            "switch",
            "true",
            "type",
            "var",
        ],
        quotes: "\"'`",
        ..C
    },
    Language {
        names: &["python", "py", "python3"],
        words: &[
            "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case",
            "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from",
            "global", "if", "import", "in", "is", "lambda", "match", "nonlocal", "not", "or",
            "pass", "raise", "return", "self", "try", "while", "with", "yield",
        ],
        comments: &["#"],
        ..PLAIN
    },
    Language {
        names: &["ruby", "rb", "elixir", "ex"],
        words: &[
            "alias", "and", "begin", "break", "case", "class", "def", "do", "else", "elsif", "end",
            "ensure", "false", "fn", "for", "if", "in", "module", "next", "nil", "not", "or",
            "raise", "require", "rescue", "return", "self", "super", "then", "true", "unless",
            "until", "when", "while", "yield",
        ],
        comments: &["#"],
        ..PLAIN
    },
    Language {
        names: &[
            "sh",
            "bash",
            "zsh",
            "shell",
            "fish",
            "console",
            "make",
            "dockerfile",
        ],
        words: &[
            "case", "do", "done", "elif", "else", "esac", "exit", "export", "fi", "for",
            "function", "if", "in", "local", "return", "set", "then", "until", "while",
        ],
        comments: &["#"],
        ..PLAIN
    },
    Language {
        names: &["json", "jsonc", "toml", "yaml", "yml", "ini", "conf"],
        words: &["false", "no", "null", "true", "yes"],
        comments: &["#", "//"],
        ..PLAIN
    },
    Language {
        names: &["sql", "sqlite", "postgres"],
        words: &[
            "all",
            "alter",
            "and",
            "as",
            "asc",
            "begin",
            "between",
            "by",
            "case",
            "commit",
            "create",
            "delete",
            "desc",
            "distinct",
            "drop",
            "else",
            "end",
            "exists",
            "from",
            "group",
            "having",
            "in",
            "index",
            "inner",
            "insert",
            "into",
            "is",
            "join",
            "key",
            "left",
            "like",
            "limit",
            "not",
            "null",
            "on",
            "or",
            "order",
            "primary",
            "references",
            "returning",
            "select",
            "set",
            "table",
            "then",
            "union",
            "unique",
            "update",
            "values",
            "view",
            "when",
            "where",
            "with",
        ],
        any_case: true,
        comments: &["--"],
        block: Some(("/*", "*/")),
        ..PLAIN
    },
    Language {
        names: &["lua"],
        words: &[
            "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in",
            "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
        ],
        comments: &["--"],
        ..PLAIN
    },
    Language {
        names: &["html", "xml", "svg"],
        block: Some(("<!--", "-->")),
        ..PLAIN
    },
    Language {
        names: &["css", "scss"],
        block: Some(("/*", "*/")),
        ..PLAIN
    },
    Language {
        names: &["diff", "patch"],
        lines_changed: true,
        ..PLAIN
    },
];

/// The language that is called so after a fence; more may stand after its name.
pub(super) fn named(name: &str) -> Option<&'static Language> {
    let name = name.split([' ', ',', '{']).next()?;
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    LANGUAGES
        .iter()
        .find(|language| language.names.iter().any(is))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_their_order_and_names_are_of_one_language() {
        let mut names: Vec<&str> = Vec::new();
        for language in LANGUAGES {
            assert!(language.words.is_sorted(), "{:?}", language.names);
            names.extend(language.names);
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(named("Rust,ignore").is_some() && named("klingon").is_none());
    }
}
