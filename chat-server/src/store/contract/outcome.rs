//! What a change came to, in short words; anything else than what a promise
//! expects fails it.

use super::*;

pub(super) fn changed(decision: Decision) -> Option<Seq> {
    match decision {
        Ok(Committed::Changed { seq, .. }) => seq,
        other => panic!("{other:?}"),
    }
}

pub(super) fn sent(decision: Decision) -> Seq {
    match decision {
        Ok(Committed::Sent {
            seq,
            duplicate: false,
            ..
        }) => seq,
        other => panic!("{other:?}"),
    }
}

pub(super) fn repeated(decision: Decision) -> Seq {
    match decision {
        Ok(Committed::Sent {
            seq,
            duplicate: true,
            ..
        }) => seq,
        other => panic!("{other:?}"),
    }
}

/// Whom a `member` event is about, and what became of them.
pub(super) fn member(event: &Event) -> (&str, MemberChanged) {
    match &event.body {
        EventBody::Member(MemberChange { user, change, .. }) => (user.as_str(), *change),
        other => panic!("{other:?}"),
    }
}

pub(super) fn refused(decision: Decision) -> ErrorCode {
    match decision {
        Err(refusal) => refusal.code,
        other => panic!("{other:?}"),
    }
}

pub(super) fn text(event: &Event) -> &str {
    match &event.body {
        EventBody::Message(message) => message.text.as_deref().unwrap(),
        other => panic!("{other:?}"),
    }
}
