//! How many files and sockets this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept back for the database, its readers and whatever else is opened.
const RESERVE: u64 = 128;
/// More connections than this one node is not made for.
const CONNECTIONS_MAX: u64 = 1_000_000;

/// Raises the soft limit to the hard one and returns what holds now. Shells
/// give 1024 by default, which a busy evening passes.
pub fn raise_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let holds = match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::debug!(%error, "the limit on open files stays as it is");
            limit.current
        }
    };
    holds.unwrap_or(u64::MAX)
}

/// How many connections fit under a limit on open files.
pub fn connections_max(open_files: u64) -> usize {
    let connections = if open_files > 2 * RESERVE {
        open_files - RESERVE
    } else {
        open_files / 2
    };
    usize::try_from(connections.clamp(1, CONNECTIONS_MAX)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_descriptors_are_kept_back() {
        for (limit, connections) in [
            (0, 1),
            (64, 32),
            (256, 128),
            (1024, 896),
            (u64::MAX, 1_000_000),
        ] {
            assert_eq!(connections_max(limit), connections, "{limit}");
        }
    }

    #[test]
    fn raising_twice_changes_nothing() {
        assert_eq!(raise_limit(), raise_limit());
    }
}
