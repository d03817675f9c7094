//! The choice of a theme: what is chosen is shown while one moves.

use super::Overlay;
use super::outcome::Outcome;
use crate::core::actions::Action;
use crate::core::effect::Effect;
use crate::core::look::ThemeName;
use crate::core::state::{State, Turn};
use chat_proto::codec::nearest;

/// Choosing a theme; what is chosen is shown.
#[derive(Debug, Clone)]
pub struct Themes {
    /// All there are; `None`: as the background asks for.
    pub found: Vec<Option<ThemeName>>,
    /// Which of them is chosen.
    pub chosen: usize,
}

/// What the configuration calls no theme in particular.
const AUTO: &str = "auto";

impl State {
    /// Puts on the theme that was said, or opens the choice.
    pub(in crate::core) fn set_theme(&mut self, turn: &mut Turn, said: Option<&str>) {
        let named = match said {
            None => return self.overlays.push(Overlay::Themes(self.themes())),
            Some(AUTO) => Some(None),
            Some(name) => ThemeName::named(name).map(Some),
        };
        match named {
            Some(theme) => self.put_on(turn, theme),
            None => {
                let names: Vec<_> = Themes::all().map(name).collect();
                let said = said.unwrap_or_default();
                let near = nearest(said, &names).map(|near| format!("; did you mean {near}?"));
                let near = near.unwrap_or_else(|| format!("; there are {}", names.join(", ")));
                self.complain(turn, format!("no theme is called {said}{near}"));
            }
        }
    }

    fn themes(&self) -> Themes {
        let found: Vec<_> = Themes::all().collect();
        let worn = self.settings.look.theme;
        let chosen = found.iter().position(|theme| *theme == worn);
        Themes {
            chosen: chosen.unwrap_or_default(),
            found,
        }
    }

    /// Wears a theme from now on, also after the next start.
    pub(super) fn put_on(&mut self, turn: &mut Turn, theme: Option<ThemeName>) {
        self.settings.look.theme = theme;
        turn.effects.push(Effect::KeepTheme(theme));
        self.say(turn, format!("the theme is {}", name(theme)));
        if let Some(warning) = theme.and_then(|theme| theme.warning(self.setup.able)) {
            self.complain(turn, warning);
        }
    }
}

impl Themes {
    fn all() -> impl Iterator<Item = Option<ThemeName>> {
        let named = ThemeName::ALL.iter().copied().map(Some);
        [None].into_iter().chain(named)
    }

    /// The theme that is chosen.
    pub fn theme(&self) -> Option<ThemeName> {
        self.found.get(self.chosen).copied().flatten()
    }

    pub(super) fn press(&self, action: Option<Action>) -> Outcome {
        match action {
            Some(Action::Close | Action::Theme) => Outcome::Close,
            Some(Action::Send) => Outcome::Theme(self.theme()),
            _ => Outcome::Done,
        }
    }
}

/// What a theme is called in the configuration.
pub fn name(theme: Option<ThemeName>) -> &'static str {
    theme.map_or(AUTO, |theme| theme.info().0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::clock::Now;
    use crate::core::state::Setup;

    fn said(state: &mut State, words: Option<&str>) -> Vec<Effect> {
        let mut turn = Turn::new(Now::default());
        state.set_theme(&mut turn, words);
        turn.effects
    }

    #[test]
    fn a_theme_can_be_named_and_a_slip_is_told() {
        let mut state = State::new(Setup::default(), Now::default());
        let keeps = said(&mut state, Some("contrast"));
        assert_eq!(keeps, [Effect::KeepTheme(Some(ThemeName::Contrast))]);
        assert_eq!(state.dress().theme, ThemeName::Contrast);
        assert_eq!(said(&mut state, Some("auto")), [Effect::KeepTheme(None)]);
        assert_eq!(said(&mut state, Some("drak")), []);
        let told = &state.notices.last().unwrap().text;
        assert!(told.contains("did you mean dark?"), "{told}");
    }

    #[test]
    fn what_is_chosen_is_worn_until_the_choice_is_closed() {
        let mut state = State::new(Setup::default(), Now::default());
        said(&mut state, None);
        let list = state.overlays.last_mut().and_then(Overlay::list).unwrap();
        assert_eq!(*list.chosen(), 0, "begins with what is worn");
        list.step(2);
        assert_eq!(state.dress().theme, ThemeName::Dark);
        state.overlays.clear();
        assert_eq!(state.dress().theme, ThemeName::Terminal);
    }
}
