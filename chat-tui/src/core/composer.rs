//! What is being written: a text and a cursor that always stands on a bound
//! between graphemes. Nothing is selected; what is cut can be put back, and
//! every change can be undone.

mod bounds;

use super::actions::Action;
use chat_proto::Seq;
use smol_str::SmolStr;

/// Steps that can be undone.
const UNDO_STEPS: usize = 200;
/// Texts that Up brings back.
const HISTORY_TEXTS: usize = 100;

/// A text with a cursor.
#[derive(Debug, Clone, Default)]
pub struct Composer {
    text: String,
    cursor: usize,
    /// Earlier states, with where their cursor stood.
    undone: Vec<(String, usize)>,
    redone: Vec<(String, usize)>,
    /// Characters typed in a row are one step of undo.
    typing: bool,
    killed: String,
    /// Texts sent from here, oldest first.
    history: Vec<SmolStr>,
    /// Which of them stands here, and the text that stood here before.
    recalled: Option<(usize, String)>,
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
    /// The message whose text it is to become.
    pub editing: Option<Box<Editing>>,
}

/// The text is to become that of a message that is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Editing {
    /// The message.
    pub target: Seq,
    /// What was being written before, and is again after; edits nothing.
    pub before: Draft,
}

impl Composer {
    /// A text with the cursor at its end.
    pub fn holding(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            cursor: text.len(),
            text,
            ..Self::default()
        }
    }

    /// A text with the cursor at or after a byte.
    pub fn restored(draft: &Draft) -> Self {
        let mut composer = Self::holding(draft.text.as_str());
        composer.cursor = bounds::at_or_after(&draft.text, draft.cursor);
        composer
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor stands, in bytes; always between two graphemes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Puts a typed character in at the cursor.
    pub fn type_char(&mut self, c: char) {
        let row = self.typing && !c.is_whitespace();
        if !row {
            self.remember();
        }
        // As in what is pasted: a lone return would make one cluster with a line end.
        let c = if c == '\r' { '\n' } else { c };
        self.put(c.encode_utf8(&mut [0; 4]));
        self.typing = true;
    }

    /// Puts a text in at the cursor, as one step of undo. Line ends become `\n`.
    pub fn insert(&mut self, text: &str) {
        self.remember();
        self.put(&text.replace("\r\n", "\n").replace('\r', "\n"));
    }

    /// Replaces the bytes from `start` to the cursor; `start` must be a bound of characters.
    pub fn replace_from(&mut self, start: usize, with: &str) {
        self.remember();
        self.text.replace_range(start..self.cursor, "");
        self.cursor = start;
        self.put(with);
    }

    /// Puts another text in the place of this one, as one step of undo.
    pub fn replace(&mut self, text: &str) {
        self.remember();
        self.text.clear();
        self.cursor = 0;
        self.put(&text.replace("\r\n", "\n").replace('\r', "\n"));
        self.recalled = None;
    }

    /// The texts sent from here, the newest first.
    pub fn history(&self) -> impl Iterator<Item = &SmolStr> {
        self.history.iter().rev()
    }

    /// Whether Up has something to bring back.
    pub fn has_history(&self) -> bool {
        !self.history.is_empty()
    }

    /// Empties it, but can be undone.
    pub fn clear(&mut self) {
        self.remember();
        self.text.clear();
        self.cursor = 0;
    }

    /// Gives the text away for good, and remembers it for Up. What was written
    /// before can't be brought back by undo: it is sent.
    pub fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.cursor = 0;
        self.undone.clear();
        self.redone.clear();
        self.typing = false;
        self.recalled = None;
        self.recall_later(&text);
        text
    }

    /// Shows another text, with its cursor. What was sent and cut here stays
    /// within reach; undo does not lead back to the text before.
    pub fn show_draft(&mut self, draft: &Draft) {
        self.text.clone_from(&draft.text);
        self.cursor = bounds::at_or_after(&self.text, draft.cursor);
        self.undone.clear();
        self.redone.clear();
        self.typing = false;
        self.recalled = None;
    }

    /// Adds lines below what is written.
    pub fn append(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.remember();
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.cursor = self.text.len();
    }

    /// Remembers a text for Up.
    pub fn recall_later(&mut self, text: &str) {
        if self.history.last().is_none_or(|last| last != text) {
            self.history.push(text.into());
        }
        if self.history.len() > HISTORY_TEXTS {
            self.history.remove(0);
        }
    }

    /// Remembers a text for yank.
    pub fn keep_killed(&mut self, text: String) {
        self.killed = text;
    }

    /// Does an editing action; `false` if it is none, or if it could not
    /// do anything (the cursor is at the edge already).
    pub fn edit(&mut self, action: Action) -> bool {
        let before = (self.cursor, self.text.len());
        match action {
            Action::NewLine => self.insert("\n"),
            Action::Left => self.go(bounds::before(&self.text, self.cursor)),
            Action::Right => self.go(bounds::after(&self.text, self.cursor)),
            Action::WordLeft => self.go(bounds::word_before(&self.text, self.cursor)),
            Action::WordRight => self.go(bounds::word_after(&self.text, self.cursor)),
            Action::LineStart => self.go(bounds::line_start(&self.text, self.cursor)),
            Action::LineEnd => self.go(bounds::line_end(&self.text, self.cursor)),
            Action::Backspace => self.delete(bounds::before(&self.text, self.cursor)),
            Action::Delete => self.delete(bounds::after(&self.text, self.cursor)),
            Action::KillWordBack => self.kill(bounds::word_before(&self.text, self.cursor)),
            Action::KillWord => self.kill(bounds::word_after(&self.text, self.cursor)),
            Action::KillToStart => self.kill(bounds::line_start(&self.text, self.cursor)),
            Action::KillToEnd => self.kill(bounds::line_end(&self.text, self.cursor)),
            Action::Yank if !self.killed.is_empty() => {
                let killed = self.killed.clone();
                self.insert(&killed);
            }
            Action::Undo => return self.undo(),
            Action::Redo => return self.redo(),
            Action::Up => return self.line_up() || self.recall_older(),
            Action::Down => return self.line_down() || self.recall_newer(),
            _ => return false,
        }
        before != (self.cursor, self.text.len())
    }

    fn go(&mut self, to: usize) {
        self.cursor = to;
        self.typing = false;
    }

    fn put(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.cursor = bounds::at_or_after(&self.text, self.cursor + text.len());
    }

    fn remember(&mut self) {
        self.undone.push((self.text.clone(), self.cursor));
        if self.undone.len() > UNDO_STEPS {
            self.undone.remove(0);
        }
        self.redone.clear();
        self.typing = false;
    }

    fn delete(&mut self, other: usize) {
        if other == self.cursor {
            return;
        }
        self.remember();
        let (from, to) = (other.min(self.cursor), other.max(self.cursor));
        self.text.replace_range(from..to, "");
        self.cursor = bounds::at_or_after(&self.text, from);
    }

    fn kill(&mut self, other: usize) {
        let (from, to) = (other.min(self.cursor), other.max(self.cursor));
        if from < to {
            self.killed = self.text[from..to].to_owned();
            self.delete(other);
        }
    }

    fn undo(&mut self) -> bool {
        let Some((text, cursor)) = self.undone.pop() else {
            return false;
        };
        let now = (std::mem::replace(&mut self.text, text), self.cursor);
        self.redone.push(now);
        self.go(cursor);
        true
    }

    fn redo(&mut self) -> bool {
        let Some((text, cursor)) = self.redone.pop() else {
            return false;
        };
        let now = (std::mem::replace(&mut self.text, text), self.cursor);
        self.undone.push(now);
        self.go(cursor);
        true
    }

    fn line_up(&mut self) -> bool {
        let start = bounds::line_start(&self.text, self.cursor);
        if start == 0 {
            return false;
        }
        let column = bounds::count(&self.text[start..self.cursor]);
        let above = bounds::line_start(&self.text, start - 1);
        self.go(above + bounds::column(&self.text[above..start - 1], column));
        true
    }

    fn line_down(&mut self) -> bool {
        let end = bounds::line_end(&self.text, self.cursor);
        if end == self.text.len() {
            return false;
        }
        let start = bounds::line_start(&self.text, self.cursor);
        let column = bounds::count(&self.text[start..self.cursor]);
        let below_end = bounds::line_end(&self.text, end + 1);
        self.go(end + 1 + bounds::column(&self.text[end + 1..below_end], column));
        true
    }

    /// Up from the first line of a text: the text sent before. What was being
    /// written comes back when one has gone through them all.
    fn recall_older(&mut self) -> bool {
        let at = self
            .recalled
            .as_ref()
            .map_or(self.history.len(), |(at, _)| *at);
        if at == 0 || self.text.is_empty() {
            return false;
        }
        let own = match self.recalled.take() {
            Some((_, own)) => own,
            None => self.text.clone(),
        };
        self.show(self.history[at - 1].to_string());
        self.recalled = Some((at - 1, own));
        true
    }

    fn recall_newer(&mut self) -> bool {
        let Some((at, own)) = self.recalled.take() else {
            return false;
        };
        match self.history.get(at + 1) {
            Some(newer) => {
                self.show(newer.to_string());
                self.recalled = Some((at + 1, own));
            }
            None => self.show(own),
        }
        true
    }

    fn show(&mut self, text: String) {
        self.remember();
        self.cursor = text.len();
        self.text = text;
    }
}

#[cfg(test)]
mod tests;
