//! Finding messages.

use super::Session;
use super::answer::Refusal;
use crate::search::Query;
use crate::store::{Place, Search};
use chat_proto::codec::{Frame, invalid_field};
use chat_proto::limits::SEARCH_DEFAULT;
use chat_proto::reply::Found;
use chat_proto::{ErrorReply, RequestId, request};
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    pub(super) async fn search(
        &mut self,
        id: Option<&RequestId>,
        ask: request::Search,
    ) -> Result<(), Refusal> {
        let query = Query::parse(&ask.query)
            .ok_or_else(|| invalid_field("query", "is empty; give a word to look for"))?;
        let before = ask.cursor.as_deref().map(place).transpose()?;
        let room = match ask.room {
            Some(room) => Some(self.readable(self.named(room)?).await?.id),
            None => None,
        };
        let limit = ask
            .limit
            .map_or(SEARCH_DEFAULT, |limit| limit.get() as usize);
        let person = self.person()?;
        let search = Search {
            user: person.id(),
            query,
            room,
            author: ask.author.map(|author| author.key()),
            since: ask.since,
            until: ask.until,
            before,
            limit: limit.min(self.node.settings.limits.history_page),
        };
        let hits = loop {
            let stays = person.stays();
            let hits = self.node.store.search(search.clone()).await?;
            // What is in a room that was lost meanwhile is not theirs to see
            // any more. Nobody loses rooms faster than they come into some, so
            // this ends.
            if !person.has_lost(&stays) {
                break hits;
            }
        };
        let found = Found {
            hits: hits.entries,
            more: hits.next.is_some(),
            next: hits.next.as_ref().map(Place::to_string),
        };
        self.push(&Frame::Found(found), id);
        Ok(())
    }
}

fn place(cursor: &str) -> Result<Place, ErrorReply> {
    cursor.parse().map_err(|_| {
        invalid_field(
            "cursor",
            "is none that was given out here; repeat the 'next' of the page before",
        )
    })
}
