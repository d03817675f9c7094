//! Remains of what was deleted, in the pages of the database.
//!
//! SQLite overwrites a row where it stands when it is deleted. But when a page
//! became too full before, rows were moved to a neighbour, and where they had
//! stood is free space that still holds them. So after deletions the database
//! is gone through from its first page to its last, a few pages at a time, and
//! the free space is overwritten: <https://www.sqlite.org/fileformat2.html#b_tree_pages>.

use super::fault::Fault;
use rusqlite::{Connection, OptionalExtension};

/// Bytes of the header of the file, before the first page's own.
const FILE_HEADER: usize = 100;

/// A database has fewer pages than this. Beyond (137 GB), a page that only goes
/// on with a long row could be taken for one of a table, by its first byte.
const PAGES_MAX: u32 = 0x0200_0000;

/// Notes, in the transaction that deletes something, that there may be remains.
pub(super) fn may_be_left(conn: &Connection) -> Result<(), Fault> {
    conn.prepare_cached("INSERT OR IGNORE INTO meta (key, value) VALUES ('remains', '')")?
        .execute(())?;
    Ok(())
}

/// Whether there may be remains.
pub(super) fn are_left(conn: &Connection) -> Result<bool, Fault> {
    Ok(conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'remains')",
        (),
        |row| row.get(0),
    )?)
}

/// Notes that there are none.
pub(super) fn are_gone(conn: &Connection) -> Result<(), Fault> {
    conn.execute("DELETE FROM meta WHERE key = 'remains'", ())?;
    Ok(())
}

/// Goes through `count` pages from `from` on, within a transaction; where to go
/// on, or `None` after the last page.
pub(super) fn erase(conn: &Connection, from: u32, count: u32) -> Result<Option<u32>, Fault> {
    let mut read = conn.prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?")?;
    let mut write = conn.prepare_cached("UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?")?;
    let pages: u32 = conn.query_row("PRAGMA page_count", (), |row| row.get(0))?;
    if pages >= PAGES_MAX {
        return Err(Fault::NotYet(format!(
            "{pages} pages are too many for that"
        )));
    }
    for number in from..from.saturating_add(count) {
        let page: Option<Vec<u8>> = read.query_row([number], |row| row.get(0)).optional()?;
        let Some(mut page) = page else {
            return Ok(None);
        };
        let header = if number == 1 { FILE_HEADER } else { 0 };
        if let Some(free) = free_space(&page, header).filter(|free| !is_zero(&page[free.clone()])) {
            page[free].fill(0);
            write.execute((page, number))?;
        }
    }
    Ok(Some(from.saturating_add(count)))
}

/// Where nothing is stored in a page of a table or index, between the list of
/// its rows and the rows; `None` if it is a page of another kind.
fn free_space(page: &[u8], header: usize) -> Option<std::ops::Range<usize>> {
    let number = |at: usize| {
        Some(usize::from(u16::from_be_bytes([
            *page.get(at)?,
            *page.get(at + 1)?,
        ])))
    };
    let header_bytes = match page.get(header)? {
        // Interior pages also name their last child.
        2 | 5 => 12,
        10 | 13 => 8,
        _ => return None,
    };
    let rows = number(header + 3)?;
    let start = header + header_bytes + 2 * rows;
    let end = match number(header + 5)? {
        0 => 65_536,
        end => end,
    };
    (start <= end && end <= page.len()).then_some(start..end)
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_free_space_lies_between_the_list_of_rows_and_the_rows() {
        let page = |kind: u8, rows: u16, end: u16| {
            let mut page = vec![7; 4096];
            page[0] = kind;
            page[3..5].copy_from_slice(&rows.to_be_bytes());
            page[5..7].copy_from_slice(&end.to_be_bytes());
            page
        };
        assert_eq!(free_space(&page(13, 3, 4000), 0), Some(14..4000));
        assert_eq!(free_space(&page(10, 0, 4096), 0), Some(8..4096));
        assert_eq!(free_space(&page(5, 3, 4000), 0), Some(18..4000));
        assert_eq!(free_space(&page(2, 1, 14), 0), Some(14..14));
        for other in [
            page(0, 3, 4000),
            page(13, 3, 13),
            page(13, 3, 5000),
            vec![13; 4],
        ] {
            assert_eq!(free_space(&other, 0), None);
        }
    }
}
