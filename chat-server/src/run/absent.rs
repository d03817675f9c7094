//! Stands in the place of a store until there is one: everything is unavailable.

use crate::store::*;
use chat_proto::{Event, RoomName, Seq, Timestamp, UserName};

pub(super) struct Absent;

fn no<T: Send + 'static>() -> Pending<'static, T> {
    Box::pin(std::future::ready(Err(StoreError::Unavailable(
        "there is no store".to_owned(),
    ))))
}

impl Store for Absent {
    fn epoch(&self) -> &'static str {
        "none"
    }
    fn commit(&self, _: Vec<Change>, _: Timestamp) -> Pending<'_, Vec<Outcome>> {
        no()
    }
    fn standings(&self, _: UserId, _: UserName) -> Pending<'_, Vec<Standing>> {
        no()
    }
    fn standing(&self, _: UserId, _: UserName, _: RoomId) -> Pending<'_, Option<Standing>> {
        no()
    }
    fn room(&self, _: RoomName, _: UserId) -> Pending<'_, Option<(RoomRow, bool)>> {
        no()
    }
    fn events(&self, _: RoomId, _: Seq, _: usize) -> Pending<'_, Vec<Event>> {
        no()
    }
    fn history(&self, _: RoomId, _: Anchor, _: usize) -> Pending<'_, Page> {
        no()
    }
    fn rooms(&self, _: UserId, _: String, _: bool, _: String, _: usize) -> Pending<'_, RoomsPage> {
        no()
    }
    fn members(&self, _: RoomId, _: String, _: usize) -> Pending<'_, MembersPage> {
        no()
    }
    fn ready(&self) -> Pending<'_, ()> {
        no()
    }
}
