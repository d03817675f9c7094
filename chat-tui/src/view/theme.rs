//! How each thing looks: a style for every role.
//!
//! The theme called `terminal` uses the terminal's own sixteen colours, so that
//! it is readable on whatever background their owner chose; others have colours
//! of their own (`palette`), brought down to what the terminal has
//! (`fewer`). Knows nothing of what is drawn. Always holds: in monochrome no
//! style has a colour; roles that have to be told apart differ in every theme.

mod colour;
mod fewer;
mod palette;

use super::glyphs::{ASCII, Glyphs, UNICODE};
use crate::core::look::{Dress, ThemeName};
use ratatui::style::{Color, Modifier, Style};
use std::rc::Rc;

/// What a piece of text is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// What people wrote.
    Text,
    /// What may be overlooked: times, hints, separators.
    Faint,
    /// Someone's name; the number picks one of [`AUTHORS`] colours.
    Author(u8),
    /// One's own name.
    Own,
    /// The word that names one.
    Mention,
    /// An address that can be opened.
    Link,
    /// What people wrote, and marked.
    Shaped(Shape),
    /// The words that stand for an address, which follows.
    Label,
    /// Code between back-ticks.
    Code,
    /// A part of code.
    Token(Token),
    /// A hostile character, made visible.
    Mark,
    /// What a reply answers.
    Quote,
    /// News about a room: topics, members.
    Notice,
    /// The line before the first unread message.
    New,
    /// A message not yet acknowledged.
    Pending,
    /// A message that was refused, and errors in general.
    Refused,
    /// Something that wants attention but is no error.
    Warning,
    /// Frames and lines.
    Border,
    /// The name of a box or of the room.
    Title,
    /// The row that is chosen.
    Chosen,
    /// A room with unread messages.
    Unread,
    /// A room in which one was named.
    Mentioned,
    /// A key that may be pressed.
    Key,
    /// How many answers a message has; a click opens them.
    Replies,
    /// A reaction, and whether it is one's own as well; a click puts or takes it.
    Reaction(bool),
    /// The connection is up; someone is online.
    Live,
}

/// How people mark what they write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape(u8);

impl Shape {
    /// Not at all.
    pub const NONE: Self = Self(0);
    /// `**so**`
    pub const STRONG: Self = Self(1);
    /// `*so*`
    pub const EMPHASIS: Self = Self(2);
    /// `~~so~~`
    pub const STRUCK: Self = Self(4);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn modifiers(self) -> Modifier {
        [
            (Self::STRONG, Modifier::BOLD),
            (Self::EMPHASIS, Modifier::ITALIC),
            (Self::STRUCK, Modifier::CROSSED_OUT),
        ]
        .into_iter()
        .filter(|(shape, _)| self.0 & shape.0 != 0)
        .fold(Modifier::empty(), |all, (_, modifier)| all.union(modifier))
    }
}

/// What a part of code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// A word of the language.
    Word,
    /// Between quotes.
    Text,
    /// A number.
    Number,
    /// What is for people.
    Comment,
}

/// How many colours authors are told apart by.
pub const AUTHORS: u8 = 6;

impl Role {
    /// All roles.
    const ALL: [Self; 41] = [
        Self::Text,
        Self::Faint,
        Self::Border,
        Self::Author(0),
        Self::Author(1),
        Self::Author(2),
        Self::Author(3),
        Self::Author(4),
        Self::Author(5),
        Self::Own,
        Self::Mention,
        Self::Link,
        Self::Shaped(Shape(1)),
        Self::Shaped(Shape(2)),
        Self::Shaped(Shape(3)),
        Self::Shaped(Shape(4)),
        Self::Shaped(Shape(5)),
        Self::Shaped(Shape(6)),
        Self::Shaped(Shape(7)),
        Self::Label,
        Self::Code,
        Self::Token(Token::Word),
        Self::Token(Token::Text),
        Self::Token(Token::Number),
        Self::Token(Token::Comment),
        Self::Mark,
        Self::Quote,
        Self::Notice,
        Self::New,
        Self::Pending,
        Self::Refused,
        Self::Warning,
        Self::Title,
        Self::Chosen,
        Self::Unread,
        Self::Mentioned,
        Self::Key,
        Self::Replies,
        Self::Reaction(false),
        Self::Reaction(true),
        Self::Live,
    ];
}

/// The look of everything.
#[derive(Debug, Clone)]
pub struct Theme {
    dress: Dress,
    /// Those of [`Role::ALL`].
    styles: Rc<[Style]>,
}

impl Theme {
    /// The theme that this asks for.
    pub fn new(dress: Dress) -> Self {
        let style: &dyn Fn(Role) -> Style = match dress.theme {
            ThemeName::Monochrome => &monochrome,
            ThemeName::Terminal => &|role| fewer::named(coloured(role), dress.depth),
            ThemeName::Dark => &|role| palette::DARK.style(role, dress.depth),
            ThemeName::Light => &|role| palette::LIGHT.style(role, dress.depth),
            ThemeName::Contrast => &|role| palette::CONTRAST.style(role, dress.depth),
            ThemeName::ContrastLight => &|role| palette::CONTRAST_LIGHT.style(role, dress.depth),
        };
        let styles = Role::ALL.map(style);
        Self {
            dress,
            styles: Rc::new(styles),
        }
    }

    /// What it was made for.
    pub fn dress(&self) -> Dress {
        self.dress
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        let at = Role::ALL.iter().position(|known| *known == role);
        at.map_or_else(Style::new, |at| self.styles[at])
    }

    /// Whether some role has a cell look so; colours left to the terminal are reset ones.
    #[cfg(test)]
    pub(super) fn has(&self, text: Color, ground: Color) -> bool {
        let colour = |colour: Option<Color>| colour.unwrap_or(Color::Reset);
        let mut styles = self.styles.iter();
        styles.any(|style| (colour(style.fg), colour(style.bg)) == (text, ground))
    }

    /// The characters drawn around text.
    pub fn glyphs(&self) -> &'static Glyphs {
        if self.dress.ascii { &ASCII } else { &UNICODE }
    }
}

/// Which of [`AUTHORS`] colours a name has; the same on every screen.
pub fn author(name: &str) -> Role {
    let sum = name.bytes().fold(0u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    // The remainder is below AUTHORS.
    Role::Author((sum % u32::from(AUTHORS)) as u8)
}

/// What is faint is dimmed, not grey: a grey that is readable on every background
/// is not among the sixteen.
fn coloured(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text => plain,
        Role::Faint | Role::Reaction(false) | Role::Pending | Role::Border => plain.dim(),
        Role::Author(colour) => plain.fg(author_colour(colour)).bold(),
        Role::Own => plain.bold().underlined(),
        Role::Mention | Role::Mentioned => plain.fg(Color::Yellow).bold().reversed(),
        Role::Link => plain.fg(Color::LightBlue).underlined(),
        Role::Shaped(shape) => plain.add_modifier(shape.modifiers()),
        Role::Label => plain.fg(Color::LightBlue).bold(),
        Role::Code => plain.fg(Color::Cyan),
        Role::Token(Token::Word) => plain.fg(Color::Magenta).bold(),
        Role::Token(Token::Number) => plain.fg(Color::LightRed),
        Role::Mark => plain.fg(Color::Red).reversed(),
        Role::Quote | Role::Notice | Role::Token(Token::Comment) => plain.dim().italic(),
        Role::New | Role::Refused => plain.fg(Color::Red).bold(),
        Role::Warning => plain.fg(Color::Yellow).bold(),
        Role::Title | Role::Unread | Role::Reaction(true) => plain.bold(),
        Role::Chosen => plain.reversed(),
        Role::Key | Role::Replies => plain.fg(Color::Cyan).bold(),
        Role::Live | Role::Token(Token::Text) => plain.fg(Color::Green),
    }
}

fn author_colour(number: u8) -> Color {
    match number % AUTHORS {
        0 => Color::Cyan,
        1 => Color::Green,
        2 => Color::Magenta,
        3 => Color::LightBlue,
        4 => Color::LightRed,
        _ => Color::Yellow,
    }
}

fn monochrome(role: Role) -> Style {
    let bare = Style::new();
    let modifiers = match role {
        Role::Text | Role::Live | Role::Code | Role::Token(Token::Text | Token::Number) => {
            Modifier::empty()
        }
        Role::Shaped(shape) => shape.modifiers(),
        Role::Faint
        | Role::Reaction(false)
        | Role::Pending
        | Role::Border
        | Role::Token(Token::Comment) => Modifier::DIM,
        Role::Quote | Role::Notice => Modifier::DIM.union(Modifier::ITALIC),
        Role::Author(_)
        | Role::Title
        | Role::Unread
        | Role::New
        | Role::Key
        | Role::Replies
        | Role::Reaction(true)
        | Role::Label
        | Role::Token(Token::Word) => Modifier::BOLD,
        Role::Own => Modifier::BOLD.union(Modifier::UNDERLINED),
        Role::Link => Modifier::UNDERLINED,
        Role::Mention | Role::Mentioned | Role::Refused | Role::Warning => {
            Modifier::BOLD.union(Modifier::REVERSED)
        }
        Role::Mark | Role::Chosen => Modifier::REVERSED,
    };
    bare.add_modifier(modifiers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::look::{Able, Depth, Look};

    fn theme(name: ThemeName, depth: Depth) -> Theme {
        let look = Look {
            theme: Some(name),
            ..Look::default()
        };
        let able = Able {
            depth,
            ..Able::default()
        };
        Theme::new(Dress::of(look, None, able))
    }

    const DEPTHS: [Depth; 5] = [
        Depth::None,
        Depth::Eight,
        Depth::Sixteen,
        Depth::Indexed,
        Depth::True,
    ];

    /// With its name, for what fails.
    fn all() -> impl Iterator<Item = (Theme, Depth)> {
        ThemeName::ALL
            .iter()
            .flat_map(|name| DEPTHS.map(|depth| (theme(*name, depth), depth)))
    }

    #[test]
    fn monochrome_and_a_terminal_without_colours_have_none() {
        for (theme, depth) in all() {
            if theme.dress.theme == ThemeName::Monochrome || depth == Depth::None {
                for role in Role::ALL {
                    let style = theme.style(role);
                    assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
                }
            }
        }
    }

    #[test]
    fn what_must_be_told_apart_differs_in_every_theme_and_with_any_colours() {
        for (theme, _) in all() {
            for role in [
                Role::Chosen,
                Role::Unread,
                Role::Mention,
                Role::Refused,
                Role::Mark,
                Role::Own,
                Role::Link,
            ] {
                assert_ne!(theme.style(role), theme.style(Role::Text), "{role:?}");
            }
            assert_ne!(theme.style(Role::Unread), theme.style(Role::Mentioned));
            assert_ne!(theme.style(Role::Own), theme.style(Role::Author(0)));
        }
    }

    #[test]
    fn no_style_has_a_colour_that_the_terminal_has_not() {
        let is_bright = |colour| fewer::SIXTEEN[8..].iter().any(|(c, _)| *c == colour);
        for (theme, depth) in all() {
            for role in Role::ALL {
                let style = theme.style(role);
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    let needs = match colour {
                        Color::Rgb(..) => Depth::True,
                        Color::Indexed(_) => Depth::Indexed,
                        named if is_bright(named) => Depth::Sixteen,
                        _ => Depth::Eight,
                    };
                    assert!(needs <= depth, "{theme:?} {role:?}");
                }
            }
        }
    }

    #[test]
    fn the_terminals_theme_leaves_text_and_background_to_it() {
        let theme = theme(ThemeName::Terminal, Depth::True);
        assert_eq!(theme.style(Role::Text), Style::new());
        for role in Role::ALL {
            let style = theme.style(role);
            for colour in [style.fg, style.bg].into_iter().flatten() {
                assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)));
            }
        }
    }

    #[test]
    fn every_text_of_a_theme_with_fixed_colours_stands_out_from_its_ground() {
        for (theme, depth) in all() {
            let least = match theme.dress.theme {
                ThemeName::Terminal | ThemeName::Monochrome => continue,
                ThemeName::Dark | ThemeName::Light => 4.5,
                ThemeName::Contrast | ThemeName::ContrastLight => match depth {
                    Depth::True | Depth::Indexed => 7.0,
                    Depth::None | Depth::Eight | Depth::Sixteen => 4.5,
                },
            };
            for role in Role::ALL {
                let style = theme.style(role);
                let (Some(text), Some(ground)) = (style.fg, style.bg) else {
                    panic!("{role:?} of {theme:?} leaves a colour to the terminal");
                };
                assert!(!style.add_modifier.contains(Modifier::DIM), "{role:?}");
                let contrast = colour::contrast(fewer::shown(text), fewer::shown(ground));
                let name = theme.dress.theme;
                assert!(
                    contrast >= least,
                    "{name:?} {depth:?} {role:?}: {contrast:.2}"
                );
            }
        }
    }
}
