//! Reading `[notify.rooms]`: what one is told of single rooms.

use super::{Entry, Reader};
use crate::core::notify::Level;
use chat_proto::{Limits, RoomRef};
use toml::de::{DeTable, DeValue};

impl Reader<'_> {
    /// The table of rooms; those of two by `@name`.
    pub(super) fn levels(&mut self, table: &DeTable<'_>) {
        for entry in self.entries(table) {
            match level(&entry) {
                Ok(told) => self.settings.levels.push(told),
                Err(why) => self.tell(&entry.1, why),
            }
        }
    }
}

fn level((name, _, value): &Entry<'_, '_>) -> Result<(RoomRef, Level), String> {
    let limits = Limits::DEFAULT;
    let bare = name.strip_prefix('#').unwrap_or(name);
    let room = RoomRef::parse(bare, limits.name_chars, limits.room_chars)
        .map_err(|why| format!("the room's name {why}"))?;
    let level = match value {
        DeValue::String(text) => Level::named(text),
        _ => None,
    };
    let level = level.ok_or_else(|| format!("{name} is \"all\", \"mentions\" or \"none\""))?;
    Ok((room, level))
}

/// As the printed configuration shows it.
pub(super) const TABLE: &str = "
# What of single rooms you are told of; of one that is yours and another's by
# \"@name\". What /notify and /mute-room say wins, until `/notify usual`.
# [notify.rooms]
# dev = \"all\"
# \"@bob\" = \"none\"
";
