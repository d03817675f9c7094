//! The themes with colours of their own.
//!
//! Always holds, by the tests beside [`super::Theme`]: each text stands out
//! from its ground by 4.5 to 1, in those of high contrast by 7 to 1.

use super::colour::Rgb;
use super::fewer::Ink;
use super::{AUTHORS, Role, Token};
use crate::core::look::Depth;
use ratatui::style::{Modifier, Style};

/// The colours of a theme.
#[derive(Debug)]
pub(super) struct Palette {
    ground: u32,
    text: u32,
    faint: u32,
    link: u32,
    key: u32,
    live: u32,
    warning: u32,
    refused: u32,
    authors: [u32; AUTHORS as usize],
    /// Text and ground.
    code: (u32, u32),
    /// Words, texts, numbers and comments on the ground of code.
    tokens: [u32; 4],
    chosen: (u32, u32),
    mention: (u32, u32),
    mark: (u32, u32),
}

pub(super) const DARK: Palette = Palette {
    ground: 0x1a_1c22,
    text: 0xd8_dbe2,
    faint: 0x93_9aa9,
    link: 0x6c_b0ff,
    key: 0x5c_cfc4,
    live: 0x7b_c275,
    warning: 0xe5_c453,
    refused: 0xff_8078,
    authors: [
        0x6c_c7d9, 0x8f_cf7d, 0xd7_9be0, 0x8a_b0ff, 0xf2_937e, 0xd9_bd5a,
    ],
    code: (0xe6_bb8c, 0x27_2a33),
    tokens: [0xd7_9be0, 0x8f_cf7d, 0xf2_a07e, 0xa0_a7b5],
    chosen: (0xff_ffff, 0x3a_4660),
    mention: (0x1a_1c22, 0xe5_c453),
    mark: (0x1a_1c22, 0xff_8078),
};

pub(super) const LIGHT: Palette = Palette {
    ground: 0xfb_faf7,
    text: 0x22_252b,
    faint: 0x5e_646f,
    link: 0x0b_57c4,
    key: 0x00_666b,
    live: 0x1f_6f2c,
    warning: 0x7d_5400,
    refused: 0xb3_201b,
    authors: [
        0x00_697a, 0x2a_6b1d, 0x8a_2d9a, 0x24_50b5, 0xa8_3f1c, 0x77_5a00,
    ],
    code: (0x7a_3e00, 0xef_ece4),
    tokens: [0x7d_2390, 0x26_611a, 0xa0_3612, 0x5a_606a],
    chosen: (0x11_1318, 0xcf_e0f7),
    mention: (0x22_252b, 0xf5_cf5b),
    mark: (0xff_ffff, 0xb3_201b),
};

pub(super) const CONTRAST: Palette = Palette {
    ground: 0x00_0000,
    text: 0xff_ffff,
    faint: 0xc8_c8c8,
    link: 0x8c_c8ff,
    key: 0x55_ffff,
    live: 0x7d_ff7d,
    warning: 0xff_e600,
    refused: 0xff_a0a0,
    authors: [
        0x66_e6ff, 0x8c_ff8c, 0xff_a8ff, 0xa0_c4ff, 0xff_b496, 0xff_e066,
    ],
    code: (0xff_d08a, 0x1c_1c1c),
    tokens: [0xff_a8ff, 0x8c_ff8c, 0xff_b496, 0xc8_c8c8],
    chosen: (0x00_0000, 0xff_ffff),
    mention: (0x00_0000, 0xff_e600),
    mark: (0x00_0000, 0xff_a0a0),
};

pub(super) const CONTRAST_LIGHT: Palette = Palette {
    ground: 0xff_ffff,
    text: 0x00_0000,
    faint: 0x40_4040,
    link: 0x00_349a,
    key: 0x00_4a50,
    live: 0x0a_4a12,
    warning: 0x57_3a00,
    refused: 0x8a_0000,
    authors: [
        0x00_4658, 0x14_4a08, 0x64_0a72, 0x10_2f86, 0x72_2400, 0x4d_3a00,
    ],
    code: (0x5a_2800, 0xf2_f2f2),
    tokens: [0x5e_066c, 0x0e_4404, 0x6c_2000, 0x40_4040],
    chosen: (0xff_ffff, 0x00_0000),
    mention: (0x00_0000, 0xff_e066),
    mark: (0xff_ffff, 0x8a_0000),
};

impl Palette {
    /// How a role looks with the colours there are.
    pub(super) fn style(&self, role: Role, depth: Depth) -> Style {
        let (text, ground) = self.colours(role);
        let few = depth <= Depth::Sixteen;
        // A tint of the ground is the ground, or no tint, among so few.
        let reversed = few && stands_apart(role);
        let (text, ground) = match (few, reversed) {
            (true, true) => (self.text, self.ground),
            (true, false) => (text, self.ground),
            (false, _) => (text, ground),
        };
        let ink = Ink {
            text: Rgb::hex(text),
            ground: Rgb::hex(ground),
        };
        let style = ink.style(depth).add_modifier(modifiers(role));
        if reversed { style.reversed() } else { style }
    }

    /// The text and its ground.
    fn colours(&self, role: Role) -> (u32, u32) {
        let text = match role {
            Role::Code => return self.code,
            Role::Mark => return self.mark,
            Role::Chosen => return self.chosen,
            Role::Mention | Role::Mentioned => return self.mention,
            Role::Token(token) => return (self.tokens[place(token)], self.code.1),
            Role::Shaped(_)
            | Role::Text
            | Role::Own
            | Role::Title
            | Role::Unread
            | Role::Reaction(true) => self.text,
            Role::Faint
            | Role::Reaction(false)
            | Role::Pending
            | Role::Border
            | Role::Quote
            | Role::Notice => self.faint,
            Role::Author(number) => self.authors[usize::from(number % AUTHORS)],
            Role::Link | Role::Label => self.link,
            Role::New | Role::Refused => self.refused,
            Role::Warning => self.warning,
            Role::Key | Role::Replies => self.key,
            Role::Live => self.live,
        };
        (text, self.ground)
    }
}

fn place(token: Token) -> usize {
    match token {
        Token::Word => 0,
        Token::Text => 1,
        Token::Number => 2,
        Token::Comment => 3,
    }
}

/// Whether a role is told by the ground behind its text.
fn stands_apart(role: Role) -> bool {
    matches!(
        role,
        Role::Mark | Role::Chosen | Role::Mention | Role::Mentioned
    )
}

fn modifiers(role: Role) -> Modifier {
    match role {
        Role::Text
        | Role::Faint
        | Role::Reaction(false)
        | Role::Pending
        | Role::Border
        | Role::Code
        | Role::Mark
        | Role::Chosen
        | Role::Token(Token::Text | Token::Number)
        | Role::Live => Modifier::empty(),
        Role::Shaped(shape) => shape.modifiers(),
        Role::Quote | Role::Notice | Role::Token(Token::Comment) => Modifier::ITALIC,
        Role::Link => Modifier::UNDERLINED,
        Role::Own => Modifier::BOLD.union(Modifier::UNDERLINED),
        Role::Author(_)
        | Role::Label
        | Role::Token(Token::Word)
        | Role::Mention
        | Role::Mentioned
        | Role::New
        | Role::Refused
        | Role::Warning
        | Role::Title
        | Role::Unread
        | Role::Key
        | Role::Reaction(true)
        | Role::Replies => Modifier::BOLD,
    }
}
