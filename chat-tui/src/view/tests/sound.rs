//! What holds on every screen, whatever it shows: nothing panics, no row is
//! wider than the screen, lines stay in their columns.

use super::scene::*;
use crate::core::State;
use crate::core::actions::Action;
use crate::core::composer::Composer;
use crate::core::disk_trouble::DiskTrouble;
use crate::core::link::Phase;
use crate::core::look::ThemeName;
use crate::core::overlay::{
    BigPaste, Candidate, Choice, Completion, Help, HelpRow, Login, MemberList, Notice, Offer,
    Overlay, Palette, Picker, Prompt, RoomList,
};
use crate::core::room::{Anchor, Place};
use crate::neutral::{self, odd};
use crate::view::theme::Theme;
use chat_proto::event::{EventBody, MemberChange, MemberChanged, Role, RoomKind};
use chat_proto::reply::{FileInfo, MemberListing, RoomListing};
use chat_proto::{Entry, RoomName, UserName};
use proptest::prelude::*;
use ratatui::buffer::{Buffer, CellDiffOption, CellWidth};
use ratatui::style::Color;
use std::time::Duration;

/// What the screens are filled with.
#[derive(Debug, Clone)]
struct Oddities {
    texts: Vec<String>,
    names: Vec<String>,
    overlay: usize,
    place: Place,
    numbers: Vec<u64>,
}

fn oddities() -> impl Strategy<Value = Oddities> {
    let place = proptest::option::of((0u64..60, -5i32..5)).prop_flat_map(|at| {
        let anchor = at.map(|(number, row)| Anchor {
            seq: seq(number),
            row,
        });
        let scroll = prop_oneof![Just(0), -40i32..40, Just(i32::MIN), Just(i32::MAX)];
        scroll.prop_map(move |scroll| Place { anchor, scroll })
    });
    (
        proptest::collection::vec(odd::text(60), 8..12),
        proptest::collection::vec(odd::text(12), 8..12),
        0usize..10,
        place,
        proptest::collection::vec(1u64..50, 3..9),
    )
        .prop_map(|(texts, names, overlay, place, numbers)| Oddities {
            texts,
            names,
            overlay,
            place,
            numbers,
        })
}

impl Oddities {
    fn text(&self, at: usize) -> String {
        self.texts[at % self.texts.len()].clone()
    }

    /// Names come without controls; all else they may hold.
    fn name(&self, at: usize) -> UserName {
        let name = self.names[at % self.names.len()].replace(char::is_control, "");
        UserName::trusted(&name).unwrap_or_else(|| name_of("bob"))
    }

    fn room(&self, at: usize) -> RoomName {
        RoomName::trusted(self.name(at).as_str()).unwrap()
    }

    fn entry(&self, number: u64, at: usize) -> Entry {
        let text = format!("{0} https://a.b/{at}/{0}", self.text(at));
        let mut entry = message(number, crate_at(at), "bob", &text);
        entry.event.author = self.name(at);
        match (&mut entry.event.body, at % 5) {
            (EventBody::Message(message), 0) => {
                message.reply_to = Some(seq(number.saturating_sub(3)));
                message.files.push(FileInfo {
                    id: "f".into(),
                    name: self.text(at + 1),
                    size: 1 << (at % 40),
                    mime: self.text(at + 2),
                    url: String::new(),
                });
            }
            (EventBody::Message(message), 1) => message.text = None,
            (_, 2) => {
                let names = vec!["ada".into()];
                entry.fold.reactions.insert(self.text(at + 1), names);
                entry.fold.pinned = true;
                entry.fold.rev = Some(seq(number + 1));
            }
            (body, 3) => {
                *body = EventBody::Topic {
                    topic: self.text(at),
                }
            }
            (body, 4) => {
                *body = EventBody::Member(MemberChange {
                    user: self.name(at + 1),
                    change: MemberChanged::Role,
                    role: Some(Role::Owner),
                    reason: Some(self.text(at)),
                });
            }
            _ => {}
        }
        entry
    }

    fn state(&self) -> State {
        let mut state = state();
        state.me.name = Some(self.name(0));
        let lobby = open(&mut state);
        for (at, number) in self.numbers.iter().enumerate() {
            load(lobby, vec![self.entry(*number, at)]);
        }
        lobby.place = self.place;
        lobby.new_from = Some(seq(self.numbers[0]));
        lobby.selected = Some(seq(self.numbers[1]));
        lobby.reply_to = Some(seq(self.numbers[2]));
        lobby.state.topic = self.text(3);
        lobby.composer = Composer::holding(self.text(4));
        lobby.typing = vec![(self.name(5), Duration::MAX)];
        lobby.state.unread = 1000;
        for at in 0..self.names.len() {
            let mut other = room("x", at as u32, 1);
            other.gone = at % 2 == 0;
            other.state.room = self.room(at);
            state.rooms.entry(self.room(at)).or_insert(other);
        }
        state.outbox.items.push(unsent("a", &self.text(5), None));
        state
            .outbox
            .items
            .push(unsent("b", &self.text(6), Some(&self.text(7))));
        state.link.phase = Phase::Waiting {
            until: Duration::ZERO,
        };
        state.link.why = self.text(1);
        state.notices.push(Notice {
            text: self.text(2),
            error: true,
            until: Duration::MAX,
        });
        state.completion = Some(Completion {
            found: self
                .texts
                .iter()
                .map(|text| Candidate {
                    word: text.clone(),
                    shown: text.clone(),
                    matched: 0..text.chars().next().map_or(0, char::len_utf8),
                    about: "",
                })
                .collect(),
            chosen: Some(self.overlay),
            typed: String::new(),
            start: 0,
        });
        state.disk_trouble = Some(DiskTrouble::new(self.text(0), Duration::ZERO));
        state.overlays.extend(self.overlay());
        state
    }

    fn overlay(&self) -> Option<Overlay> {
        let query = Composer::holding(self.text(0));
        let rooms = 0..self.names.len();
        Some(match self.overlay {
            1 => Overlay::Picker(Picker {
                query,
                found: rooms
                    .map(|at| Choice {
                        room: self.room(at),
                        kind: Some(RoomKind::Public),
                        unread: 7,
                        mentions: 1,
                        matched: vec![0],
                        join: at % 2 == 0,
                    })
                    .collect(),
                chosen: 3,
            }),
            2 => Overlay::Help(Help {
                query,
                rows: Action::ALL.iter().copied().map(HelpRow::Action).collect(),
                top: 5,
            }),
            7 => Overlay::Palette(Palette {
                query,
                found: Action::ALL
                    .iter()
                    .map(|action| Offer {
                        action: *action,
                        matched: vec![0, 3],
                    })
                    .collect(),
                chosen: 9,
            }),
            8 => Overlay::Prompt(Prompt {
                action: Action::Join,
                line: query,
                why: Some(self.text(1)),
            }),
            3 => Overlay::Members(MemberList {
                room: self.room(1),
                total: Some(12),
                members: rooms
                    .map(|at| MemberListing {
                        name: self.name(at),
                        role: Role::Owner,
                        online: true,
                    })
                    .collect(),
                loading: false,
                chosen: 1,
            }),
            4 => Overlay::Rooms(RoomList {
                rooms: rooms
                    .map(|at| RoomListing {
                        room: self.room(at),
                        kind: RoomKind::Public,
                        topic: self.text(at),
                        members: 4_000_000,
                        head: seq(1),
                    })
                    .collect(),
                loading: false,
                chosen: 2,
                query: Some(self.text(2)),
            }),
            5 => Overlay::Login(Login {
                name: query,
                why: Some(self.text(1)),
                busy: false,
                ..Login::default()
            }),
            6 => Overlay::Paste(BigPaste {
                text: self.texts.join("\n"),
                lines: 10_000,
                chars: 700_000,
                problem: Some(self.text(1)),
                choices: vec![('s', "split it".into()), ('d', "discard it".into())],
            }),
            _ => return None,
        })
    }
}

fn name_of(text: &str) -> UserName {
    name(text)
}

fn crate_at(hours: usize) -> chat_proto::Timestamp {
    let hours = u32::try_from(hours).unwrap();
    at(1 + hours / 3, hours % 3, 0)
}

/// Goes over a row as a terminal does; gives the columns in which cells begin.
fn begins(buffer: &Buffer, y: u16) -> Vec<u16> {
    let mut begins = Vec::new();
    let mut x = 0;
    while x < buffer.area.width {
        begins.push(x);
        x += buffer[(x, y)].cell_width().max(1);
    }
    assert_eq!(x, buffer.area.width, "row {y} is too wide");
    begins
}

pub(crate) fn check_rows(buffer: &Buffer) {
    for y in 0..buffer.area.height {
        begins(buffer, y);
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let symbol = unlinked(cell.symbol());
            if matches!(symbol.as_bytes(), [b' '..=b'~']) {
                continue;
            }
            assert_eq!(neutral::line(symbol), symbol, "at {x},{y}");
            let pieces = neutral::pieces(symbol).map(|(_, piece)| piece);
            for piece in pieces {
                if let neutral::Piece::Cluster(cluster) = piece
                    && cluster.is_doubtful()
                {
                    let forced = matches!(cell.diff_option, CellDiffOption::ForcedWidth(_));
                    assert!(forced, "{symbol:?} at {x},{y}");
                    assert!(usize::from(x) + cluster.widest <= usize::from(buffer.area.width));
                    let right = x + cell.cell_width();
                    let renewed = (right..buffer.area.width)
                        .all(|x| buffer[(x, y)].diff_option != CellDiffOption::None);
                    assert!(renewed, "what stands after {symbol:?} is drawn anew");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_size_and_no_text_breaks_a_screen(
        oddities in oddities(),
        sizes in proptest::collection::vec((1u16..120, 1u16..40), 6),
    ) {
        let state = oddities.state();
        for (width, height) in sizes.into_iter().chain([(1, 1), (20, 6), (80, 24)]) {
            let (buffer, drawn) = draw(&state, width, height);
            check_rows(&buffer);
            if let Some(cursor) = drawn.cursor {
                prop_assert!(cursor.x < width && cursor.y < height);
            }
            for target in &drawn.seen.targets {
                prop_assert!(target.x + target.width <= width);
                prop_assert!(target.y + target.height <= height);
            }
        }
    }

    #[test]
    fn where_only_ascii_is_known_nothing_else_is_drawn_and_without_colours_none(
        oddities in oddities(),
    ) {
        let mut state = oddities.state();
        let look = &mut state.settings.look;
        look.theme = Some(ThemeName::Monochrome);
        (look.ascii, look.links) = (Some(true), Some(false));
        let (buffer, _) = draw(&state, 80, 24);
        for cell in buffer.content() {
            prop_assert!(cell.symbol().is_ascii(), "{cell:?}");
            prop_assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
        }
    }

    #[test]
    fn the_line_beside_the_rooms_stays_in_one_column(oddities in oddities(), width in 72u16..120) {
        let mut state = oddities.state();
        state.overlays.clear();
        let (buffer, _) = draw(&state, width, 24);
        let column = (width / 5).clamp(15, 26);
        for y in 0..22 {
            prop_assert_eq!(buffer[(column, y)].symbol(), "│");
            prop_assert!(begins(&buffer, y).contains(&column));
        }
    }

    #[test]
    fn boxes_keep_their_sides(oddities in oddities(), overlay in 1usize..9) {
        let mut state = Oddities { overlay, ..oddities }.state();
        state.completion = None;
        state.notices.clear();
        let (buffer, _) = draw(&state, 80, 24);
        let corner = |glyph| {
            (0..24)
                .flat_map(|y| (0..80).map(move |x| (x, y)))
                .find(|at| buffer[*at].symbol() == glyph)
        };
        let (left, top) = corner("╭").unwrap();
        let (right, bottom) = corner("╯").unwrap();
        for y in top + 1..bottom {
            for x in [left, right] {
                prop_assert_eq!(buffer[(x, y)].symbol(), "│");
                prop_assert!(begins(&buffer, y).contains(&x));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    /// So that the test of a theme's pairs is one of all that is ever shown.
    #[test]
    fn text_and_ground_of_every_cell_are_a_pair_of_the_theme(oddities in oddities()) {
        let mut state = oddities.state();
        for name in ThemeName::ALL {
            state.settings.look.theme = Some(*name);
            let theme = Theme::new(state.dress());
            let (buffer, _) = draw(&state, 100, 30);
            for cell in buffer.content() {
                prop_assert!(theme.has(cell.fg, cell.bg), "{name:?}: {cell:?}");
            }
        }
    }
}

#[test]
fn every_size_is_drawn_in_every_situation() {
    let calm = conversation();
    let mut empty = state();
    empty.open = None;
    empty.rooms.clear();
    for width in 1..=60 {
        for height in 1..=20 {
            for state in [&calm, &empty] {
                check_rows(&draw(state, width, height).0);
            }
        }
    }
}
