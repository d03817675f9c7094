//! Text by which others would steer a terminal, and whether an output holds any
//! of it as an order.

use anyhow::{Result, ensure};

/// All that a text may try: the title, the clipboard, a wiped screen, a question,
/// a string of device control, colours in two ways, and characters that move or
/// hide what is read.
pub const TEXT: &str = "\u{1b}]0;x\u{7}\u{1b}]52;c;eA==\u{7}\u{1b}[2J\u{1b}[6n\u{1b}Pq\u{1b}\\\u{9b}31m\u{7}\r\u{8}\u{2028}\u{202e}\u{2067}\u{1b}[31mevil";

/// What a name may try: no client takes one that has a control character.
pub const NAME: &str = "e\u{202e}ve";

/// [`NAME`] as it is seen.
pub const NAME_SEEN: &str = "e\\u{202e}ve";

/// Parts of the above that no output of the client holds by itself.
const ORDERS: &[&str] = &[
    "\x1b]0;",
    "\x1b]52;",
    "\x1b[6n",
    "\x1bP",
    "\x1b[31mevil",
    "\u{8}",
    "\u{9b}",
    "\u{2028}",
    "\u{202e}",
    "\u{2066}",
    "\u{2067}",
];

/// Fails if an output would have steered its terminal.
pub fn steers_nothing(output: &[u8]) -> Result<()> {
    let output = String::from_utf8_lossy(output);
    for order in ORDERS {
        ensure!(!output.contains(order), "{order:?} reached the terminal");
    }
    Ok(())
}
