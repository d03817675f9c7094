//! Keys, and what a terminal sends for them.

/// A key that is no plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// The arrow up.
    Up,
    /// The arrow down.
    Down,
    /// The arrow left.
    Left,
    /// The arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// F1.
    F1,
    /// Control and Home.
    CtrlHome,
    /// Control and End.
    CtrlEnd,
    /// Control and a letter.
    Ctrl(char),
    /// Alt and a character.
    Alt(char),
    /// Alt and Enter.
    AltEnter,
    /// The terminal got the focus.
    FocusIn,
    /// The terminal lost the focus.
    FocusOut,
}

impl Key {
    /// What a terminal sends for it.
    pub fn bytes(self) -> Vec<u8> {
        let text = match self {
            Self::Enter => "\r",
            Self::Esc => "\x1b",
            Self::Tab => "\t",
            Self::BackTab => "\x1b[Z",
            Self::Backspace => "\x7f",
            Self::Delete => "\x1b[3~",
            Self::Up => "\x1b[A",
            Self::Down => "\x1b[B",
            Self::Right => "\x1b[C",
            Self::Left => "\x1b[D",
            Self::Home => "\x1b[H",
            Self::End => "\x1b[F",
            Self::PageUp => "\x1b[5~",
            Self::PageDown => "\x1b[6~",
            Self::F1 => "\x1bOP",
            Self::CtrlHome => "\x1b[1;5H",
            Self::CtrlEnd => "\x1b[1;5F",
            Self::AltEnter => "\x1b\r",
            Self::FocusIn => "\x1b[I",
            Self::FocusOut => "\x1b[O",
            Self::Ctrl(letter) => return vec![letter as u8 & 0x1f],
            Self::Alt(character) => return format!("\x1b{character}").into_bytes(),
        };
        text.as_bytes().to_vec()
    }
}
