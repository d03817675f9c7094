//! Faults of ours, as those who meet one are told and can name them to an operator.

/// Storage is away for now.
pub const STORAGE_AWAY: &str = "storage can't be reached now; nothing was done, try again";

/// A few characters by which an operator finds a fault in the log.
pub fn reference() -> String {
    let mut bytes = [0; 5];
    // Without randomness the reference is all zeros; the log line is still there.
    let _ = getrandom::fill(&mut bytes);
    data_encoding::BASE32_NOPAD.encode(&bytes)
}
