//! The characters that are drawn around text: lines and signs.

/// The characters that are drawn around text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// An upright line.
    pub upright: &'static str,
    /// A level line.
    pub level: &'static str,
    /// Corners: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// A message is not even on the disk yet.
    pub saving: &'static str,
    /// A message is kept, and not sent yet.
    pub pending: &'static str,
    /// A message was refused.
    pub refused: &'static str,
    /// Before what a reply answers.
    pub reply: &'static str,
    /// Before how many answers a message has.
    pub thread: &'static str,
    /// There is more below.
    pub below: &'static str,
    /// There is more above.
    pub above: &'static str,
    /// Something was left out.
    pub cut: &'static str,
    /// A room with a draft.
    pub draft: &'static str,
    /// Someone who is online.
    pub online: &'static str,
    /// There is no connection.
    pub offline: &'static str,
    /// Beside a message that names one.
    pub bar: &'static str,
    /// Between two things on one line.
    pub dot: &'static str,
    /// Before what is typed.
    pub prompt: &'static str,
    /// The chosen row, and the current room.
    pub pointer: &'static str,
    /// Something is done.
    pub done: &'static str,
    /// A pinned message.
    pub pin: &'static str,
}

pub(super) const UNICODE: Glyphs = Glyphs {
    upright: "│",
    level: "─",
    corners: ["╭", "╮", "╰", "╯"],
    saving: "·",
    pending: "…",
    refused: "✗",
    reply: "↳",
    thread: "→",
    below: "↓",
    above: "↑",
    cut: "…",
    draft: "✎",
    online: "●",
    offline: "○",
    bar: "▌",
    dot: "·",
    prompt: "›",
    pointer: "▸",
    done: "✓",
    pin: "⚑",
};

pub(super) const ASCII: Glyphs = Glyphs {
    upright: "|",
    level: "-",
    corners: ["+", "+", "+", "+"],
    saving: ".",
    pending: "~",
    refused: "x",
    reply: "`-",
    thread: "->",
    below: "v",
    above: "^",
    cut: "~",
    draft: "+",
    online: "*",
    offline: "o",
    bar: "|",
    dot: "-",
    prompt: ">",
    pointer: ">",
    done: "x",
    pin: "!",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_ascii() {
        let g = ASCII;
        let all = [
            g.upright, g.level, g.saving, g.pending, g.refused, g.reply, g.thread, g.below,
            g.above, g.cut, g.draft, g.online, g.offline, g.bar, g.dot, g.prompt, g.pointer,
            g.done, g.pin,
        ];
        assert!(all.iter().chain(&g.corners).all(|glyph| glyph.is_ascii()));
    }
}
