//! What is being written: a text and a cursor that always stands on a bound
//! between graphemes.

use chat_proto::Seq;

/// A text with a cursor.
#[derive(Debug, Clone, Default)]
pub struct Composer {
    text: String,
    cursor: usize,
}

/// A text begun, as it is kept on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// Where the cursor stands, in bytes.
    pub cursor: usize,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
}

impl Composer {
    /// A text with the cursor at its end.
    pub fn holding(text: impl Into<String>) -> Self {
        let text = text.into();
        let cursor = text.len();
        Self { text, cursor }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor stands, in bytes; always between two graphemes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }
}
