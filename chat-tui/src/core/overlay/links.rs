//! The links in sight, each with a letter.

use super::outcome::Outcome;
use super::{Confirm, Overlay, Then};
use crate::core::actions::Action;
use crate::core::effect::Effect;
use crate::core::input::{Key, KeyCode};
use crate::core::room::Hit;
use crate::core::state::{State, Turn};
use crate::weblink;

/// Links with a letter each, from `a`.
#[derive(Debug, Clone)]
pub struct Links {
    /// The links, from the top of the screen.
    pub found: Vec<String>,
}

/// As many links have a letter; of more, the lowest.
const LETTERS: usize = 26;

impl State {
    /// Gives each link in sight a letter.
    pub(in crate::core) fn label_links(&mut self, turn: &mut Turn) {
        let mut found = self.links_in_sight();
        if found.is_empty() {
            return self.complain(turn, "no link is in sight");
        }
        found.drain(..found.len().saturating_sub(LETTERS));
        self.overlays.push(Overlay::Links(Links { found }));
        self.say(turn, "its letter opens a link, with Shift it copies it");
    }

    /// The links on the screen, from the top; each once.
    fn links_in_sight(&self) -> Vec<String> {
        let mut parts: Vec<_> = self
            .targets
            .iter()
            .filter_map(|target| match &target.is {
                Hit::Link(link) => Some((target.y, target.x, link)),
                _ => None,
            })
            .collect();
        parts.sort_by_key(|(y, x, _)| (*y, *x));
        let mut found: Vec<String> = Vec::new();
        for (_, _, link) in parts {
            if !found.contains(link) {
                found.push(link.clone());
            }
        }
        found
    }

    /// Opens a link; asks before it goes to what is neither a browser nor a
    /// mail program, or to another host than it seems.
    pub(in crate::core) fn open_link(&mut self, turn: &mut Turn, link: String) {
        let host = weblink::true_host(&link);
        let question = match &host {
            Some(host) => format!("it leads to {host}; open it?"),
            None if weblink::opens(&link) => return self.open_now(turn, link),
            None => "this is no address of the web; open it with another program?".to_owned(),
        };
        let confirm = Confirm {
            question,
            detail: link.clone(),
            yes: "open it",
            then: Then::Open(link),
        };
        self.overlays.push(Overlay::Confirm(confirm));
    }

    pub(in crate::core) fn open_now(&mut self, turn: &mut Turn, link: String) {
        self.say(turn, format!("opening {link}"));
        turn.effects.push(Effect::Open(link));
    }

    pub(in crate::core) fn copy_address(&mut self, turn: &mut Turn, link: String) {
        let said = format!("copied {link}");
        self.copy(turn, link, said);
    }
}

impl Links {
    /// The letter of a link.
    pub fn letter(&self, link: &str) -> Option<char> {
        let at = self.found.iter().position(|found| found == link)?;
        Some(char::from(b'a' + u8::try_from(at).ok()?))
    }

    pub(super) fn press(&self, key: Key, action: Option<Action>) -> Outcome {
        if matches!(action, Some(Action::Close | Action::Links)) {
            return Outcome::Close;
        }
        let KeyCode::Char(c) = key.code else {
            return Outcome::Done;
        };
        let wanted = |link: &&String| self.letter(link) == Some(c.to_ascii_lowercase());
        match self.found.iter().find(wanted) {
            Some(link) if c.is_ascii_uppercase() => Outcome::CopyLink(link.clone()),
            Some(link) => Outcome::OpenLink(link.clone()),
            None => Outcome::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::clock::Now;
    use crate::core::room::Target;
    use crate::core::state::Setup;

    fn seeing(links: &[&str]) -> State {
        let mut state = State::new(Setup::default(), Now::default());
        for (y, link) in links.iter().enumerate() {
            state.targets.push(Target {
                x: 0,
                y: u16::try_from(y).unwrap(),
                width: 9,
                height: 1,
                is: Hit::Link((*link).to_owned()),
            });
        }
        state
    }

    fn pressed(state: &mut State, c: char) -> Vec<Effect> {
        let mut turn = Turn::new(Now::default());
        state.label_links(&mut turn);
        state.press_overlay(&mut turn, Key::plain(KeyCode::Char(c)), None);
        turn.effects
    }

    #[test]
    fn a_letter_opens_and_with_shift_it_copies() {
        let links = ["https://a.b", "https://a.b", "mailto:a@b.c"];
        let open = |link: &str| vec![Effect::Open(link.to_owned())];
        assert_eq!(pressed(&mut seeing(&links), 'a'), open(links[0]));
        assert_eq!(pressed(&mut seeing(&links), 'b'), open(links[2]));
        let copy = vec![Effect::Copy(links[2].to_owned())];
        assert_eq!(pressed(&mut seeing(&links), 'B'), copy);
        assert_eq!(pressed(&mut seeing(&links), 'c'), []);
    }

    #[test]
    fn what_is_not_of_the_web_or_not_what_it_seems_is_asked_about() {
        for (link, said) in [
            ("ssh://a.b", "another program"),
            ("https://google.com@evil.example/", "evil.example"),
            ("https://p\u{430}ypal.com", "xn--"),
        ] {
            let mut state = seeing(&[link]);
            assert_eq!(pressed(&mut state, 'a'), [], "{link}");
            let Some(Overlay::Confirm(confirm)) = state.overlays.last() else {
                panic!("{link} is not asked about");
            };
            assert!(confirm.question.contains(said), "{}", confirm.question);
            assert_eq!(confirm.then, Then::Open(link.to_owned()));
        }
    }

    #[test]
    fn of_more_than_there_are_letters_the_lowest_have_them() {
        let links: Vec<_> = (0..30).map(|n| format!("https://a.b/{n}")).collect();
        let links: Vec<_> = links.iter().map(String::as_str).collect();
        let opened = pressed(&mut seeing(&links), 'z');
        assert_eq!(opened, [Effect::Open(links[29].to_owned())]);
    }
}
