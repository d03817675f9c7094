//! What all overlays with rows have in common: one row is chosen, by keys, by
//! the mouse, or by its number or name where there is no screen.

use super::{
    EmojiPicker, Inbox, MemberList, Overlay, Palette, PersonMenu, Picker, RoomList, Sent,
    ServerList, Themes, theme_name,
};
use crate::core::composer::Composer;
use crate::core::search::Search;

/// Rows of which one is chosen.
pub(in crate::core) trait List {
    /// How many there are.
    fn rows(&self) -> usize;

    /// Which of them is chosen.
    fn chosen(&mut self) -> &mut usize;

    /// What narrows them.
    fn query(&mut self) -> Option<&mut Composer> {
        None
    }

    /// The row that is called so, without a sign before the name.
    fn named(&self, _name: &str) -> Option<usize> {
        None
    }

    /// Whether the first row must be meant, because nothing else fits.
    fn is_sure(&self) -> bool {
        false
    }
}

impl dyn List + '_ {
    /// Chooses a row, or the last one where there are fewer.
    pub(in crate::core) fn choose(&mut self, at: usize) {
        *self.chosen() = moved(at, 0, self.rows());
    }

    /// Moves by so many rows, as far as there are any.
    pub(in crate::core) fn step(&mut self, by: isize) {
        *self.chosen() = moved(*self.chosen(), by, self.rows());
    }
}

/// Where one comes to among so many rows.
pub(super) fn moved(from: usize, by: isize, rows: usize) -> usize {
    from.saturating_add_signed(by).min(rows.saturating_sub(1))
}

impl Overlay {
    /// Its rows, if one of them can be chosen.
    pub(in crate::core) fn list(&mut self) -> Option<&mut dyn List> {
        match self {
            Self::Picker(list) => Some(list),
            Self::Palette(list) => Some(list),
            Self::Inbox(list) => Some(list),
            Self::Sent(list) => Some(list),
            Self::Members(list) => Some(list),
            Self::Rooms(list) => Some(list),
            Self::Servers(list) => Some(list),
            Self::Themes(list) => Some(list),
            Self::Emoji(list) => Some(list),
            Self::Person(list) => Some(list),
            Self::Search(list) => Some(&mut **list),
            Self::Prompt(_)
            | Self::Help(_)
            | Self::Login(_)
            | Self::Paste(_)
            | Self::Confirm(_)
            | Self::NoServer(_)
            | Self::Secret(_)
            | Self::Links(_)
            | Self::Info { .. } => None,
        }
    }
}

macro_rules! rows {
    ($rows:ident) => {
        fn rows(&self) -> usize {
            self.$rows.len()
        }

        fn chosen(&mut self) -> &mut usize {
            &mut self.chosen
        }
    };
}

macro_rules! narrowed {
    () => {
        fn query(&mut self) -> Option<&mut Composer> {
            Some(&mut self.query)
        }
    };
}

macro_rules! called {
    ($rows:ident, $row:ident => $name:expr) => {
        fn named(&self, name: &str) -> Option<usize> {
            self.$rows.iter().position(|$row| $name == name)
        }
    };
}

impl List for Picker {
    rows!(found);
    narrowed!();

    fn named(&self, name: &str) -> Option<usize> {
        let is = |choice: &super::Choice| choice.room.as_str() == name && !choice.join;
        self.found.iter().position(is)
    }

    fn is_sure(&self) -> bool {
        let mut here = self.found.iter().map(|choice| !choice.join);
        here.next() == Some(true) && !here.any(|is_here| is_here)
    }
}

impl List for EmojiPicker {
    rows!(found);
    narrowed!();
    called!(found, choice => choice.emoji);

    fn is_sure(&self) -> bool {
        self.found.len() == 1
    }
}

impl List for Palette {
    rows!(found);
    narrowed!();
    called!(found, offer => offer.action.info().name);
}

impl List for MemberList {
    rows!(members);
    called!(members, member => member.name.as_str());
}

impl List for RoomList {
    rows!(rooms);
    called!(rooms, room => room.room.as_str());
}

impl List for ServerList {
    rows!(known);
    called!(known, known => known.name.as_str());
}

impl List for Themes {
    rows!(found);
    called!(found, theme => theme_name(*theme));
}

impl List for Sent {
    rows!(found);
    narrowed!();
}

impl List for Search {
    rows!(hits);
    narrowed!();
}

impl List for Inbox {
    rows!(found);
}

impl List for PersonMenu {
    rows!(found);
}
