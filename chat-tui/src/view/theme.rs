//! How each thing looks: a style for every role.
//!
//! Only the terminal's own sixteen colours are used, so that they are readable
//! on whatever background their owner chose. Knows nothing of what is drawn.
//! Always holds: in monochrome no style has a colour, and roles that have to be
//! told apart still differ.

use super::glyphs::{ASCII, Glyphs, UNICODE};
use crate::core::settings::{Look, ThemeName};
use ratatui::style::{Color, Modifier, Style};

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
    /// Code between back-ticks.
    Code,
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
    /// The connection is up; someone is online.
    Live,
}

/// How many colours authors are told apart by.
pub const AUTHORS: u8 = 6;

/// The look of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Whether colours may be used; `NO_COLOR` says no.
    pub colours: bool,
    /// Whether nothing but ASCII is drawn, for terminals that know no UTF-8:
    /// of what others write, each other character becomes a question mark.
    pub ascii: bool,
    /// Whether the terminal is told what links open (OSC 8).
    pub links: bool,
}

/// What the terminal can, and its owner wants, as the environment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Able {
    /// Colours; `NO_COLOR` says no.
    pub colours: bool,
    /// Characters beyond ASCII.
    pub utf8: bool,
    /// OSC 8.
    pub links: bool,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            colours: true,
            ascii: false,
            links: false,
        }
    }
}

impl Theme {
    /// How it is drawn by the settings; what they leave open the terminal decides.
    pub fn of(look: Look, able: Able) -> Self {
        Self {
            colours: match look.theme {
                ThemeName::Auto => able.colours,
                ThemeName::Terminal => true,
                ThemeName::Monochrome => false,
            },
            ascii: look.ascii.unwrap_or(!able.utf8),
            links: look.links.unwrap_or(able.links),
        }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        if self.colours {
            coloured(role)
        } else {
            monochrome(role)
        }
    }

    /// The characters drawn around text.
    pub fn glyphs(&self) -> &'static Glyphs {
        if self.ascii { &ASCII } else { &UNICODE }
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
        Role::Faint | Role::Pending | Role::Border => plain.dim(),
        Role::Author(colour) => plain.fg(author_colour(colour)).bold(),
        Role::Own => plain.bold().underlined(),
        Role::Mention | Role::Mentioned => plain.fg(Color::Yellow).bold().reversed(),
        Role::Link => plain.fg(Color::Blue).underlined(),
        Role::Code => plain.fg(Color::Cyan),
        Role::Mark => plain.fg(Color::Red).reversed(),
        Role::Quote | Role::Notice => plain.dim().italic(),
        Role::New | Role::Refused => plain.fg(Color::Red).bold(),
        Role::Warning => plain.fg(Color::Yellow).bold(),
        Role::Title | Role::Unread => plain.bold(),
        Role::Chosen => plain.reversed(),
        Role::Key => plain.fg(Color::Cyan).bold(),
        Role::Live => plain.fg(Color::Green),
    }
}

fn author_colour(number: u8) -> Color {
    match number % AUTHORS {
        0 => Color::Cyan,
        1 => Color::Green,
        2 => Color::Magenta,
        3 => Color::Blue,
        4 => Color::LightRed,
        _ => Color::Yellow,
    }
}

fn monochrome(role: Role) -> Style {
    let bare = Style::new();
    let modifiers = match role {
        Role::Text | Role::Live | Role::Code => Modifier::empty(),
        Role::Faint | Role::Pending | Role::Border => Modifier::DIM,
        Role::Quote | Role::Notice => Modifier::DIM.union(Modifier::ITALIC),
        Role::Author(_) | Role::Title | Role::Unread | Role::New | Role::Key => Modifier::BOLD,
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

    const ALL: [Role; 21] = [
        Role::Text,
        Role::Faint,
        Role::Author(3),
        Role::Own,
        Role::Mention,
        Role::Link,
        Role::Code,
        Role::Mark,
        Role::Quote,
        Role::Notice,
        Role::New,
        Role::Pending,
        Role::Refused,
        Role::Warning,
        Role::Border,
        Role::Title,
        Role::Chosen,
        Role::Unread,
        Role::Mentioned,
        Role::Key,
        Role::Live,
    ];

    #[test]
    fn monochrome_has_no_colour() {
        let theme = Theme {
            colours: false,
            ..Theme::default()
        };
        for role in ALL {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }

    #[test]
    fn what_must_be_told_apart_differs_without_colours_too() {
        for colours in [true, false] {
            let theme = Theme {
                colours,
                ..Theme::default()
            };
            for role in [
                Role::Chosen,
                Role::Unread,
                Role::Mention,
                Role::Refused,
                Role::Mark,
                Role::Own,
            ] {
                assert_ne!(theme.style(role), theme.style(Role::Text), "{role:?}");
            }
            assert_ne!(theme.style(Role::Unread), theme.style(Role::Mentioned));
            assert_ne!(theme.style(Role::Own), theme.style(Role::Author(0)));
        }
    }

    #[test]
    fn only_the_terminals_own_colours_are_used() {
        let theme = Theme::default();
        for role in ALL {
            let style = theme.style(role);
            for colour in [style.fg, style.bg].into_iter().flatten() {
                assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)));
            }
        }
    }
}
