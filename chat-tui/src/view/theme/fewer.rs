//! Colours brought down to those that a terminal has: the nearest that is as
//! readable.
//!
//! What the sixteen look like is their owner's choice; xterm's are reckoned
//! with. The first sixteen of the 256 are never used, for the same reason.

use super::colour::{Rgb, contrast};
use crate::core::look::Depth;
use ratatui::style::{Color, Modifier, Style};

/// A text must stand out from its ground this far.
const READABLE: f64 = 4.5;
/// Where the colours were chosen to stand out further, and there is choice.
const CLEAR: f64 = 7.0;

/// The sixteen, as xterm shows them; the brighter ones last.
pub(super) const SIXTEEN: [(Color, Rgb); 16] = [
    (Color::Black, Rgb(0, 0, 0)),
    (Color::Red, Rgb(205, 0, 0)),
    (Color::Green, Rgb(0, 205, 0)),
    (Color::Yellow, Rgb(205, 205, 0)),
    (Color::Blue, Rgb(0, 0, 238)),
    (Color::Magenta, Rgb(205, 0, 205)),
    (Color::Cyan, Rgb(0, 205, 205)),
    (Color::Gray, Rgb(229, 229, 229)),
    (Color::DarkGray, Rgb(127, 127, 127)),
    (Color::LightRed, Rgb(255, 0, 0)),
    (Color::LightGreen, Rgb(0, 255, 0)),
    (Color::LightYellow, Rgb(255, 255, 0)),
    (Color::LightBlue, Rgb(92, 92, 255)),
    (Color::LightMagenta, Rgb(255, 0, 255)),
    (Color::LightCyan, Rgb(0, 255, 255)),
    (Color::White, Rgb(255, 255, 255)),
];

/// A text and what is behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    pub(super) text: Rgb,
    pub(super) ground: Rgb,
}

impl Ink {
    /// Its style with the colours there are.
    pub(super) fn style(self, depth: Depth) -> Style {
        let colours: Vec<(Color, Rgb)> = match depth {
            Depth::None => return Style::new(),
            Depth::Eight => SIXTEEN[..8].to_vec(),
            Depth::Sixteen => SIXTEEN.to_vec(),
            Depth::Indexed => (16..=255)
                .map(|at| (Color::Indexed(at), indexed(at)))
                .collect(),
            Depth::True => {
                let [text, ground] = [self.text, self.ground].map(|c| Color::Rgb(c.0, c.1, c.2));
                return Style::new().fg(text).bg(ground);
            }
        };
        let (ground, behind) = nearest(&colours, self.ground, |_| true);
        let clear = contrast(self.text, self.ground) >= CLEAR && depth == Depth::Indexed;
        let least = if clear { CLEAR } else { READABLE };
        let stands_out = |colour: Rgb| contrast(colour, behind) >= least;
        let (text, _) = nearest(&colours, self.text, stands_out);
        Style::new().fg(text).bg(ground)
    }
}

/// The nearest of the colours that fits; if none does, the nearest.
fn nearest(colours: &[(Color, Rgb)], wanted: Rgb, fits: impl Fn(Rgb) -> bool) -> (Color, Rgb) {
    let best = colours
        .iter()
        .min_by_key(|(_, rgb)| (!fits(*rgb), rgb.distance(wanted)));
    best.copied().unwrap_or((Color::Reset, wanted))
}

/// Of the 256, those above the first sixteen: a cube, and greys.
fn indexed(index: u8) -> Rgb {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index.checked_sub(232) {
        Some(grey) => {
            let grey = 8 + 10 * grey;
            Rgb(grey, grey, grey)
        }
        None => {
            let at = usize::from(index.saturating_sub(16));
            Rgb(STEPS[at / 36], STEPS[at / 6 % 6], STEPS[at % 6])
        }
    }
}

/// A style that has none but the sixteen: on a terminal with eight, bold is
/// what makes a text brighter.
pub(super) fn named(style: Style, depth: Depth) -> Style {
    let bright = SIXTEEN[8..].iter().position(|(c, _)| Some(*c) == style.fg);
    match bright {
        Some(at) if depth < Depth::Sixteen => style.fg(SIXTEEN[at].0).add_modifier(Modifier::BOLD),
        Some(_) | None => style,
    }
}

/// What a colour of ours looks like.
#[cfg(test)]
pub(super) fn shown(colour: Color) -> Rgb {
    match colour {
        Color::Rgb(r, g, b) => Rgb(r, g, b),
        Color::Indexed(index) => indexed(index),
        named => SIXTEEN.iter().find(|(c, _)| *c == named).unwrap().1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_colour_is_taken_unless_it_can_not_be_read() {
        let ink = |text, ground| Ink {
            text: Rgb::hex(text),
            ground: Rgb::hex(ground),
        };
        let style = ink(0xff_0000, 0).style(Depth::Indexed);
        assert_eq!(style.fg, Some(Color::Indexed(196)));
        let style = ink(0xe0_e000, 0).style(Depth::Eight);
        assert_eq!(
            (style.fg, style.bg),
            (Some(Color::Yellow), Some(Color::Black))
        );
        // Dark blue on black is what nobody can read.
        let style = ink(0x30_30ff, 0).style(Depth::Eight);
        assert_ne!(style.fg, Some(Color::Blue));
        assert_eq!(ink(0, 0).style(Depth::None), Style::new());
    }

    #[test]
    fn where_there_are_eight_bold_is_brighter() {
        let bright = Style::new().fg(Color::LightRed);
        assert_eq!(
            named(bright, Depth::Eight),
            Style::new().fg(Color::Red).bold()
        );
        assert_eq!(named(bright, Depth::Sixteen), bright);
    }
}
