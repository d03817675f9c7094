//! What the command line could not send: the same text, said again, bears the
//! same nonce, so that it is said once.

use super::cache::{Cache, StoreError};

impl Cache {
    /// The nonce of an earlier attempt of the command line to send this text;
    /// `fresh` is kept as such if there was none.
    pub fn retry(&mut self, room: &str, text: &str, fresh: &str) -> Result<String, StoreError> {
        self.db.pragma_update(None, "synchronous", "FULL")?;
        self.db.execute(
            "INSERT OR IGNORE INTO retries (room, text, nonce) VALUES (?1, ?2, ?3)",
            [room, text, fresh],
        )?;
        let nonce = self.db.query_row(
            "SELECT nonce FROM retries WHERE room = ?1 AND text = ?2",
            [room, text],
            |row| row.get(0),
        )?;
        Ok(nonce)
    }

    /// The text is sent, or refused for good: the next one like it is another one.
    pub fn settle_retry(&mut self, room: &str, text: &str) -> Result<(), StoreError> {
        self.db.execute(
            "DELETE FROM retries WHERE room = ?1 AND text = ?2",
            [room, text],
        )?;
        Ok(())
    }
}
