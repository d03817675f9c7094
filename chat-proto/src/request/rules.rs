//! The rules that bind several fields of a request.

use super::{GetHistory, Request};
use crate::ErrorReply;
use crate::event::RoomKind;
use crate::fields::invalid;

impl Request {
    /// The rules that bind several fields of a request.
    pub(crate) fn check(&self) -> Result<(), ErrorReply> {
        match self {
            Self::GetHistory(request) => request.check(),
            Self::Send(send)
                if send.text.is_none() && send.files.as_ref().is_none_or(Vec::is_empty) =>
            {
                Err(invalid(
                    "text",
                    "is missing; say something, or attach files",
                ))
            }
            Self::Hello(hello) if hello.name.is_none() && hello.token.is_none() => Err(invalid(
                "name",
                "is missing; say {\"type\":\"hello\",\"name\":\"your-name\"}",
            )),
            Self::Create(create) if create.kind == Some(RoomKind::Direct) => Err(invalid(
                "kind",
                "must be \"public\" or \"private\"; \"direct\" opens the room of two people",
            )),
            Self::Search(search) if search.query.trim().is_empty() => {
                Err(invalid("query", "is empty; name at least one word"))
            }
            _ => Ok(()),
        }
    }
}

impl GetHistory {
    fn check(&self) -> Result<(), ErrorReply> {
        // Of a thread one may look at what is older than something.
        let before = self.before.filter(|_| self.thread.is_none());
        let places = [
            ("before", before.is_some()),
            ("after", self.after.is_some()),
            ("around", self.around.is_some()),
            ("at", self.at.is_some()),
            ("changed_after", self.changed_after.is_some()),
            ("thread", self.thread.is_some()),
        ];
        let mut named = places
            .iter()
            .filter(|(_, there)| *there)
            .map(|(name, _)| name);
        match (named.next(), named.next()) {
            (Some(first), Some(second)) => Err(invalid(
                second,
                &format!("can't stand beside {first}; name one place"),
            )),
            _ => Ok(()),
        }
    }
}
