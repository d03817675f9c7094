//! The overlays that ask: for a name, and what is to become of a large paste.

use super::{boxed, field, take_row};
use crate::core::State;
use crate::core::account::Secret;
use crate::core::actions::Action;
use crate::core::local::NoServer;
use crate::core::overlay::{BigPaste, Confirm, Login};
use crate::neutral;
use crate::view::pen::Pen;
use crate::view::theme::Role;
use crate::view::timeline::grouped;
use crate::view::wrap::wrap;
use ratatui::layout::{Position, Rect};

pub(super) fn login(pen: &mut Pen<'_>, screen: Rect, login: &Login) -> Option<Position> {
    let mut area = boxed(pen, screen, "what is your name?", 52, 9);
    if area.height > 5 {
        take_row(&mut area);
    }
    let row = take_row(&mut area);
    let name = field(pen, row, &login.name, "letters and digits");
    let row = take_row(&mut area);
    let hint = "password; none for a guest";
    let password = field(pen, row, &login.password.shown(), hint);
    if area.height > 2 {
        take_row(&mut area);
    }
    let (words, role) = match (&login.why, login.busy) {
        (_, true) => ("asking the server", Role::Faint),
        (Some(why), false) => (why.as_str(), Role::Warning),
        (None, false) => (
            "Enter comes in; Tab goes to the password of an account",
            Role::Faint,
        ),
    };
    paragraph(pen, area, words, role);
    if login.on_password { password } else { name }
}

pub(super) fn no_server(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    stage: &NoServer,
) -> Option<Position> {
    let mut area = boxed(pen, screen, "no server on this machine", 64, 12);
    let nobody = format!("Nobody listens at {}.", state.address());
    let elsewhere = "For a server elsewhere: chat-tui ADDRESS";
    let lines: Vec<(&str, Role)> = match stage {
        NoServer::Offered => vec![
            (&nobody, Role::Text),
            (
                "Enter starts chat-server here. It goes on when you leave, for others \
                 and for the next time, and keeps its data where it does by itself.",
                Role::Text,
            ),
            (elsewhere, Role::Faint),
        ],
        NoServer::Starting => vec![("chat-server is starting", Role::Faint)],
        NoServer::Failed(said) => [("It did not start:", Role::Warning)]
            .into_iter()
            .chain(said.lines().map(|line| (line, Role::Text)))
            .collect(),
    };
    let blank = u16::from(*stage == NoServer::Offered && area.height > 7);
    for (words, role) in lines {
        let used = (paragraph(pen, area, words, role) + blank).min(area.height);
        area.y += used;
        area.height -= used;
    }
    None
}

pub(super) fn secret(pen: &mut Pen<'_>, screen: Rect, secret: &Secret) -> Option<Position> {
    let mut area = boxed(pen, screen, secret.purpose.title(), 56, 6);
    let row = take_row(&mut area);
    pen.cut(row.left(), row.y, row.right(), secret.step(), Role::Faint);
    let row = take_row(&mut area);
    let cursor = field(pen, row, &secret.line.shown(), "nobody sees it");
    if let Some(why) = &secret.why {
        paragraph(pen, area, why, Role::Warning);
    }
    cursor
}

pub(super) fn paste(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    paste: &BigPaste,
) -> Option<Position> {
    let mut area = boxed(pen, screen, "a large text was pasted", 60, 16);
    let number = |count: usize| grouped(u64::try_from(count).unwrap_or(u64::MAX));
    let words = format!(
        "{} lines, {} characters; limit {}",
        number(paste.lines),
        number(paste.chars),
        number(state.limits().text_chars),
    );
    let problem = paste.problem.as_deref().map(|why| (why, Role::Warning));
    for (words, role) in [(words.as_str(), Role::Title)].into_iter().chain(problem) {
        let used = paragraph(pen, area, words, role);
        area.y += used;
        area.height -= used;
    }
    // The beginning of the text, as far as the choices leave room.
    let choices = u16::try_from(paste.choices.len()).unwrap_or(u16::MAX);
    let preview = area.height.saturating_sub(choices + 2);
    let shown = paste.text.lines().take(usize::from(preview));
    for (y, line) in (area.top() + 1..area.bottom()).zip(shown) {
        let start: String = line.chars().take(usize::from(area.width) * 2).collect();
        pen.cut(area.left(), y, area.right(), &start, Role::Code);
    }
    let top = area.bottom().saturating_sub(choices).max(area.top());
    for (y, (key, words)) in (top..area.bottom()).zip(&paste.choices) {
        let x = pen.text(area.left(), y, area.right(), &key.to_string(), Role::Key);
        pen.cut(x + 2, y, area.right(), words, Role::Text);
    }
    None
}

pub(super) fn confirm(
    pen: &mut Pen<'_>,
    screen: Rect,
    state: &State,
    confirm: &Confirm,
) -> Option<Position> {
    let mut area = boxed(pen, screen, confirm.title(), 64, 12);
    let used = paragraph(pen, area, &confirm.question, Role::Warning);
    area.y += used;
    area.height -= used;
    let key = |action| state.settings.keys.chord(action);
    let (yes, no) = (key(Action::Send), key(Action::Close));
    let row = Rect {
        y: area.bottom().saturating_sub(1).max(area.y),
        height: area.height.min(1),
        ..area
    };
    if row.height > 0 {
        let mut x = pen.text(row.left(), row.y, row.right(), &yes, Role::Key);
        let words = format!(" {}   ", confirm.yes);
        x = pen.cut(x, row.y, row.right(), &words, Role::Text);
        x = pen.text(x, row.y, row.right(), &no, Role::Key);
        let words = format!(" {}", confirm.no());
        pen.cut(x, row.y, row.right(), &words, Role::Text);
    }
    // Blank above and below; what does not fit is cut, and its end shows that.
    let detail = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(3),
        ..area
    };
    super::message::excerpt(pen, detail, &confirm.detail, Role::Quote);
    None
}

/// Words over as many rows as they need; says how many.
pub(super) fn paragraph(pen: &mut Pen<'_>, area: Rect, words: &str, role: Role) -> u16 {
    let words = neutral::line(words);
    let laid = wrap([(&*words, role)], usize::from(area.width));
    let mut used = 0;
    for (row, y) in (0..laid.height()).zip(area.top()..area.bottom()) {
        let mut x = area.left();
        for (part, role) in laid.row(row) {
            x = pen.text(x, y, area.right(), part, role);
        }
        used += 1;
    }
    used
}
