//! From a cursor, a head and a ring: what a reader gets next. Pure, and the
//! heart of the server.

use chat_proto::Seq;
use chat_proto::limits::{LAG_EVENTS, RESUME_EVENTS};

/// Whether a reader that is far behind takes a `gap` for what it missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    /// It reads the rest by `history` if it wants to.
    Taken,
    /// It asked for every event that is kept, however many.
    Refused,
}

/// What a reader gets next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It has everything.
    Nothing,
    /// The ring has all that it lacks.
    Ring,
    /// The ring should be filled from the store: it is short, and what this
    /// reader lacks will be lacked by others too.
    Fill,
    /// It lacks more than a ring holds: a page from the store, of its own.
    Store,
    /// It is told that it missed the events up to and with `to`, because they
    /// are too many or because they are not kept any more.
    Gap {
        /// The first event missed.
        from: Seq,
        /// The last event missed.
        to: Seq,
    },
}

/// For a reader that is connected: `start` is the first event in the ring,
/// `first` the oldest that is kept.
pub fn next(cursor: Seq, head: Seq, start: Seq, first: Seq, gaps: Gaps) -> Next {
    let missing = head.since(cursor);
    if missing == 0 {
        Next::Nothing
    } else if cursor.next() >= start {
        Next::Ring
    } else if missing > LAG_EVENTS && gaps == Gaps::Taken {
        Next::Gap {
            from: cursor.next(),
            to: head,
        }
    } else if cursor.next() < first {
        Next::Gap {
            from: cursor.next(),
            to: first.minus(1).min(head),
        }
    } else if missing <= RESUME_EVENTS {
        Next::Fill
    } else {
        Next::Store
    }
}

/// Where a reader begins that comes with a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begin {
    /// Where delivery goes on.
    pub cursor: Seq,
    /// What is told first: the first and the last event that are not delivered.
    pub gap: Option<(Seq, Seq)>,
}

/// The cursor of a reader that comes back, `had` being the last event it has
/// and `first` the oldest that is kept; `None` if `had` lies beyond the head,
/// and so in another history.
pub fn begin(had: Seq, head: Seq, first: Seq, gaps: Gaps) -> Option<Begin> {
    if had > head {
        None
    } else if head.since(had) > RESUME_EVENTS && gaps == Gaps::Taken {
        Some(Begin {
            cursor: head,
            gap: Some((had.next(), head)),
        })
    } else if had.next() < first {
        Some(Begin {
            cursor: first.minus(1),
            gap: Some((had.next(), first.minus(1))),
        })
    } else {
        Some(Begin {
            cursor: had,
            gap: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seq(n: u64) -> Seq {
        Seq::new(n).expect("small")
    }

    #[test]
    fn a_reader_is_served_from_the_nearest_place_that_has_it() {
        use Gaps::{Refused, Taken};
        for (cursor, head, start, gaps, expected) in [
            (5, 5, 6, Taken, Next::Nothing),
            (9, 5, 6, Taken, Next::Nothing),
            (4, 5, 5, Taken, Next::Ring),
            (3, 5, 5, Taken, Next::Fill),
            (0, 500, 501, Taken, Next::Fill),
            (0, 501, 502, Taken, Next::Store),
            (0, 501, 1, Taken, Next::Ring),
            (0, 10_000, 9_999, Taken, Next::Store),
            (
                0,
                10_001,
                9_999,
                Taken,
                Next::Gap {
                    from: seq(1),
                    to: seq(10_001),
                },
            ),
            (0, 10_001, 9_999, Refused, Next::Store),
        ] {
            assert_eq!(
                next(seq(cursor), seq(head), seq(start), Seq::FIRST, gaps),
                expected,
                "{cursor} {head} {start} {gaps:?}"
            );
        }
    }

    #[test]
    fn what_is_not_kept_is_told_as_a_gap_whoever_asks() {
        for gaps in [Gaps::Taken, Gaps::Refused] {
            let at = |cursor, first| next(seq(cursor), seq(9), seq(10), seq(first), gaps);
            let gap = |from, to| Next::Gap {
                from: seq(from),
                to: seq(to),
            };
            assert_eq!(at(2, 5), gap(3, 4));
            assert_eq!(at(4, 5), Next::Fill);
            assert_eq!(at(2, 10), gap(3, 9), "nothing is kept");
            assert_eq!(at(9, 10), Next::Nothing);
            let begins = |had, first| begin(seq(had), seq(9), seq(first), gaps);
            let plain = |cursor, gap| {
                Some(Begin {
                    cursor: seq(cursor),
                    gap,
                })
            };
            assert_eq!(begins(2, 5), plain(4, Some((seq(3), seq(4)))));
            assert_eq!(begins(4, 5), plain(4, None));
            assert_eq!(begins(2, 10), plain(9, Some((seq(3), seq(9)))));
            assert_eq!(begins(9, 10), plain(9, None));
        }
        assert_eq!(
            begin(seq(2), seq(900), seq(5), Gaps::Taken).and_then(|begin| begin.gap),
            Some((seq(3), seq(900))),
            "one gap, not two"
        );
    }

    #[test]
    fn whoever_missed_more_than_500_events_is_told_one_gap_up_to_the_head() {
        let at = |had, head, gaps| begin(seq(had), seq(head), Seq::FIRST, gaps);
        let plain = |cursor| {
            Some(Begin {
                cursor: seq(cursor),
                gap: None,
            })
        };
        assert_eq!(at(0, 500, Gaps::Taken), plain(0));
        assert_eq!(
            at(0, 501, Gaps::Taken),
            Some(Begin {
                cursor: seq(501),
                gap: Some((seq(1), seq(501)))
            })
        );
        assert_eq!(at(0, 501, Gaps::Refused), plain(0));
        assert_eq!(at(7, 7, Gaps::Taken), plain(7));
        assert_eq!(at(8, 7, Gaps::Taken), None);
    }
}
