//! How everything is to look: what is wanted, what the terminal can, and what
//! comes of the two.
//!
//! Knows themes by their names, and no style. Always holds: nothing here waits
//! for the terminal; as long as it has not said what its background is, the
//! theme for a dark one counts.

/// What is wanted, by the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The colours; `None`: as the terminal's background asks for.
    pub theme: Option<ThemeName>,
    /// The theme on a dark background.
    pub dark: ThemeName,
    /// The theme on a light one.
    pub light: ThemeName,
    /// Only ASCII around texts; `None`: as the locale says.
    pub ascii: Option<bool>,
    /// Tell the terminal what links open; `None`: if it is known to take it.
    pub links: Option<bool>,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            theme: None,
            dark: ThemeName::Terminal,
            light: ThemeName::Light,
            ascii: None,
            links: None,
        }
    }
}

/// A theme by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThemeName {
    /// The terminal's own colours.
    Terminal,
    /// Fixed colours on a dark ground.
    Dark,
    /// Fixed colours on a light ground.
    Light,
    /// Black ground, and colours that stand out from it as far as can be.
    Contrast,
    /// The same on white.
    ContrastLight,
    /// Bold, underlined and reversed, but no colour.
    Monochrome,
}

impl ThemeName {
    /// All themes, in the order of the lists.
    pub const ALL: &[Self] = &[
        Self::Terminal,
        Self::Dark,
        Self::Light,
        Self::Contrast,
        Self::ContrastLight,
        Self::Monochrome,
    ];

    /// Its name in the configuration, and what it is.
    pub fn info(self) -> (&'static str, &'static str) {
        match self {
            Self::Terminal => ("terminal", "the terminal's own sixteen colours"),
            Self::Dark => ("dark", "fixed colours on a dark ground"),
            Self::Light => ("light", "fixed colours on a light ground"),
            Self::Contrast => ("contrast", "as much contrast as can be, on black"),
            Self::ContrastLight => ("contrast-light", "as much contrast as can be, on white"),
            Self::Monochrome => ("monochrome", "bold and reversed, but no colour"),
        }
    }

    /// The theme of this name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|theme| theme.info().0 == name)
    }

    /// The colours that a terminal has to have for it to look as it is meant.
    fn needs(self) -> Depth {
        match self {
            Self::Monochrome => Depth::None,
            Self::Terminal => Depth::Eight,
            Self::Dark | Self::Light | Self::Contrast | Self::ContrastLight => Depth::Indexed,
        }
    }

    /// What is to be known of it on this terminal: that it has too few colours.
    pub fn warning(self, able: Able) -> Option<String> {
        let (name, _) = self.info();
        let needs = self.needs();
        (able.depth < needs).then(|| {
            let (has, needs) = (able.depth.words(), needs.words());
            format!("the theme {name} needs {needs}; this terminal has {has}: the nearest are used")
        })
    }
}

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None.
    None,
    /// Eight, and bold that makes them brighter.
    Eight,
    /// Sixteen.
    Sixteen,
    /// 256.
    Indexed,
    /// Any.
    True,
}

impl Depth {
    /// What a terminal says of itself in `TERM` and `COLORTERM`. Any colour only
    /// if it says so; one that nothing is known of has at least the eight.
    pub fn of(term: &str, colorterm: &str) -> Self {
        const NONE: [&str; 6] = ["dumb", "vt1", "vt2", "vt52", "sun", "unknown"];
        let begins = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
        if begins(&NONE) || term.ends_with("-m") || term.ends_with("-mono") {
            Self::None
        } else if ["truecolor", "24bit"].contains(&colorterm) || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color") || begins(&MODERN) {
            Self::Indexed
        } else if term.contains("16color") {
            Self::Sixteen
        } else {
            Self::Eight
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::None => "no colours",
            Self::Eight => "8 colours",
            Self::Sixteen => "16 colours",
            Self::Indexed => "256 colours",
            Self::True => "all colours",
        }
    }
}

/// Terminals that have 256 colours without saying so in their name.
const MODERN: [&str; 7] = [
    "alacritty",
    "contour",
    "foot",
    "xterm-ghostty",
    "kitty",
    "wezterm",
    "xterm-kitty",
];

/// What the terminal's background is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Light text stands out from it.
    Dark,
    /// Dark text stands out from it.
    Light,
}

/// What the terminal can, and its owner wants, as the environment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Able {
    /// Colours.
    pub depth: Depth,
    /// `NO_COLOR` is set.
    pub no_color: bool,
    /// Characters beyond ASCII.
    pub utf8: bool,
    /// It leaves out sequences that it does not know, as OSC 8.
    pub modern: bool,
}

impl Default for Able {
    fn default() -> Self {
        Self {
            depth: Depth::True,
            no_color: false,
            utf8: true,
            modern: false,
        }
    }
}

/// What it is drawn by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dress {
    /// The theme.
    pub theme: ThemeName,
    /// The colours that it may use.
    pub depth: Depth,
    /// Whether nothing but ASCII is drawn, for terminals that know no UTF-8:
    /// of what others write, each other character becomes a question mark.
    pub ascii: bool,
    /// Whether the terminal is told what links open (OSC 8).
    pub links: bool,
}

impl Dress {
    /// What the settings say; what they leave open the terminal decides. A theme
    /// that is named counts even where `NO_COLOR` is set.
    pub fn of(look: Look, ground: Option<Ground>, able: Able) -> Self {
        let unnamed = || match ground {
            _ if able.no_color => ThemeName::Monochrome,
            Some(Ground::Light) => look.light,
            Some(Ground::Dark) | None => look.dark,
        };
        let theme = match able.depth {
            Depth::None => ThemeName::Monochrome,
            Depth::Eight | Depth::Sixteen | Depth::Indexed | Depth::True => {
                look.theme.unwrap_or_else(unnamed)
            }
        };
        Self {
            theme,
            depth: able.depth,
            ascii: look.ascii.unwrap_or(!able.utf8),
            links: look.links.unwrap_or(able.modern),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_is_used_only_where_the_terminal_says_so() {
        for (term, colorterm, depth) in [
            ("xterm-256color", "truecolor", Depth::True),
            ("xterm-256color", "", Depth::Indexed),
            ("tmux-256color", "", Depth::Indexed),
            ("foot", "", Depth::Indexed),
            ("xterm-kitty", "24bit", Depth::True),
            ("xterm-direct", "", Depth::True),
            ("xterm-16color", "", Depth::Sixteen),
            ("xterm", "", Depth::Eight),
            ("xterm-color", "", Depth::Eight),
            ("linux", "", Depth::Eight),
            ("screen", "", Depth::Eight),
            ("", "", Depth::Eight),
            ("vt100", "", Depth::None),
            ("vt220", "truecolor", Depth::None),
            ("linux-m", "", Depth::None),
        ] {
            assert_eq!(Depth::of(term, colorterm), depth, "{term} {colorterm}");
        }
    }

    #[test]
    fn the_background_decides_where_no_theme_is_named_and_nobody_waits_for_it() {
        let look = Look {
            dark: ThemeName::Contrast,
            ..Look::default()
        };
        let theme = |look, ground, able| Dress::of(look, ground, able).theme;
        let able = Able::default();
        assert_eq!(theme(look, None, able), ThemeName::Contrast);
        assert_eq!(theme(look, Some(Ground::Dark), able), ThemeName::Contrast);
        assert_eq!(theme(look, Some(Ground::Light), able), ThemeName::Light);
        let no_color = Able {
            no_color: true,
            ..able
        };
        let named = Look {
            theme: Some(ThemeName::Dark),
            ..look
        };
        assert_eq!(theme(look, None, no_color), ThemeName::Monochrome);
        assert_eq!(theme(named, Some(Ground::Light), no_color), ThemeName::Dark);
        let none = Able {
            depth: Depth::None,
            ..able
        };
        assert_eq!(theme(named, None, none), ThemeName::Monochrome);
    }

    #[test]
    fn a_theme_that_needs_more_colours_than_there_are_says_so() {
        let with = |depth| Able {
            depth,
            ..Able::default()
        };
        assert_eq!(ThemeName::Dark.warning(with(Depth::Indexed)), None);
        assert_eq!(ThemeName::Terminal.warning(with(Depth::Eight)), None);
        assert_eq!(ThemeName::Monochrome.warning(with(Depth::None)), None);
        let said = ThemeName::Light.warning(with(Depth::Sixteen)).unwrap();
        assert!(said.contains("256 colours") && said.contains("16 colours"));
    }
}
