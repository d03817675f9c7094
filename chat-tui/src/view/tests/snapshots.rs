//! Screens at the sizes that matter, word for word.

use super::scene::*;

#[test]
fn a_conversation() {
    let state = conversation();
    println!("{}", screen(&state, 100, 30));
    println!("{}", screen(&state, 80, 24));
    println!("{}", screen(&state, 40, 12));
    println!("{}", screen(&state, 20, 6));
}
