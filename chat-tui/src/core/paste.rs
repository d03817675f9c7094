//! Pasted text: small ones go in, large ones are held until it is said what is
//! to become of them.

use super::actions::Action;
use super::overlay::{BigPaste, Confirm, Overlay, Then};
use super::state::{State, Turn};
use super::transfers::Source;
use unicode_segmentation::UnicodeSegmentation;

/// A text with more lines is held.
const LINES: usize = 12;
/// Messages that a large text may become.
const PARTS_MOST: usize = 40;

impl State {
    /// A text came at once.
    pub(super) fn paste(&mut self, turn: &mut Turn, text: &str) {
        self.link.watch(turn.now);
        // A terminal that does not mark pastes may deliver a long one in pieces.
        let mut whole = match self.overlays.pop() {
            Some(Overlay::Paste(begun)) => begun.text,
            Some(other) => {
                self.overlays.push(other);
                return self.paste_overlay(turn, text);
            }
            None => String::new(),
        };
        whole.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
        let text = whole;
        let (lines, chars) = (text.lines().count(), text.chars().count());
        let max = self.limits().text_chars;
        let live = self.link.is_live();
        let Some(room) = self.here_mut() else {
            return;
        };
        room.selected = None;
        let held = room.composer.text().chars().count();
        if lines <= LINES && held + chars <= max {
            room.composer.insert(&text);
            return self.edited(turn);
        }
        let too_long = held + chars > max;
        let problem = too_long.then(|| format!("{} characters; the limit is {max}", held + chars));
        let mut choices = vec![('i', "put it into the composer".to_owned())];
        if block(&text).is_some_and(|block| held + block.chars().count() <= max) {
            choices.push(('b', "put it in as a block of code".to_owned()));
        }
        if too_long && chars.div_ceil(max) <= PARTS_MOST {
            let many = messages(&text, max).len();
            choices.push(('s', format!("send it as {many} messages, after asking")));
        }
        if too_long {
            choices.push(('c', "cut it to what one message holds".to_owned()));
        }
        if live {
            choices.push(('f', "send it as a file".to_owned()));
        }
        choices.push(('d', "drop it".to_owned()));
        let paste = BigPaste {
            text,
            lines,
            chars,
            problem,
            choices,
        };
        self.overlays.push(Overlay::Paste(paste));
    }

    /// What is to become of the held text was chosen.
    pub(super) fn paste_chosen(&mut self, turn: &mut Turn, choice: char) {
        let Some(Overlay::Paste(paste)) = self.overlays.pop() else {
            return;
        };
        let max = self.limits().text_chars;
        match choice {
            'i' => self.put_in(turn, &paste.text),
            'c' => {
                let held = self
                    .here()
                    .map_or(0, |room| room.composer.text().chars().count());
                let parts = parts(&paste.text, max.saturating_sub(held));
                self.put_in(turn, parts.first().map_or("", |first| *first));
            }
            'b' => self.put_in(turn, &block(&paste.text).unwrap_or(paste.text)),
            's' => self.ask_to_split(paste.text, max),
            'f' => self.upload(turn, "paste.txt".to_owned(), Source::Text(paste.text)),
            _ => {
                let yank = self.settings.keys.way(Action::Yank);
                if let Some(room) = self.here_mut() {
                    room.composer.keep_killed(paste.text);
                }
                self.say(turn, format!("dropped; {yank} puts it in after all"));
            }
        }
    }

    /// Nothing is lost by a no.
    fn ask_to_split(&mut self, text: String, max: usize) {
        let many = messages(&text, max).len();
        let yank = self.settings.keys.way(Action::Yank);
        if let Some(room) = self.here_mut() {
            room.composer.keep_killed(text.clone());
        }
        self.overlays.push(Overlay::Confirm(Confirm {
            question: format!("Send this as {many} messages? Else {yank} puts it in."),
            detail: text.clone(),
            yes: "send them",
            then: Then::Split(text),
        }));
    }

    fn put_in(&mut self, turn: &mut Turn, text: &str) {
        if let Some(room) = self.here_mut() {
            room.composer.insert(text);
            self.edited(turn);
        }
    }

    /// Sends a text as several messages.
    pub(super) fn send_parts(&mut self, turn: &mut Turn, text: &str) {
        let max = self.limits().text_chars;
        let Some(room) = self.here().filter(|room| !room.gone) else {
            return self.put_in(turn, text);
        };
        let (name, thread) = (room.name().clone(), room.thread);
        let parts = messages(text, max);
        if let Some(why) = parts.iter().find_map(|part| self.check_text(part).err()) {
            self.put_in(turn, text);
            return self.complain(turn, why);
        }
        for part in parts {
            let unsent = self.unsent(turn, &name, part.trim_end().to_owned(), thread);
            // What is written in the composer stays.
            self.accept(turn, unsent, None);
        }
    }
}

/// What a text is sent as, where it does not fit into one message.
fn messages(text: &str, max: usize) -> Vec<&str> {
    let mut parts = parts(text, max);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// A text as a block of code, where it can be one: a row of it that looks like
/// the end of a block would end it.
fn block(text: &str) -> Option<String> {
    const FENCE: &str = "```";
    let ends = text.lines().any(|line| line.starts_with(FENCE));
    let text = text.trim_end_matches('\n');
    (!ends).then(|| format!("{FENCE}\n{text}\n{FENCE}"))
}

/// A text in parts of at most `max` characters, cut after a line where there
/// is one, else between two graphemes.
fn parts(text: &str, max: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let cut = cut(rest, max.max(1));
        let (part, after) = rest.split_at(cut);
        parts.push(part);
        rest = after;
    }
    parts
}

fn cut(text: &str, max: usize) -> usize {
    let Some((limit, _)) = text.char_indices().nth(max) else {
        return text.len();
    };
    if let Some(newline) = text[..limit].rfind('\n') {
        return newline + 1;
    }
    let bounds = text.grapheme_indices(true).map(|(start, _)| start);
    let last = bounds.take_while(|start| *start <= limit).last();
    last.filter(|start| *start > 0).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::{block, parts};

    #[test]
    fn a_block_of_code_does_not_end_within_it() {
        assert_eq!(block("a\n``b\n").as_deref(), Some("```\na\n``b\n```"));
        assert_eq!(block("a\n```rust\nb"), None);
    }

    #[test]
    fn a_large_text_is_cut_after_lines_and_between_graphemes_and_nothing_is_lost() {
        for (text, max, expected) in [
            ("ab\ncd\nef", 5, vec!["ab\n", "cd\nef"]),
            ("abcdef", 4, vec!["abcd", "ef"]),
            ("abe\u{301}d", 3, vec!["ab", "e\u{301}d"]),
            (
                "👩‍👩‍👧‍👦",
                2,
                vec!["👩\u{200d}", "👩\u{200d}", "👧\u{200d}", "👦"],
            ),
            ("", 3, vec![]),
        ] {
            assert_eq!(parts(text, max), expected);
            assert_eq!(parts(text, max).concat(), text);
        }
    }
}
