//! A store full of messages, and the words that people use.

use anyhow::{Context as _, Result, bail};
use chat_proto::{RoomName, Text, Timestamp, UserName};
use chat_server::store::sqlite::SqliteStore;
use chat_server::store::{
    Change, Committed, Hello, Join, Pending, RoomId, SendMessage, Store as _, TokenHash, UserId,
};

/// Different words.
pub(crate) const WORDS: u64 = 50_000;

/// A store with people who are in all rooms, and a clock that moves by a ms for each message.
pub(crate) struct Filled {
    pub(crate) store: SqliteStore,
    runtime: tokio::runtime::Runtime,
    pub(crate) users: Vec<UserId>,
    pub(crate) names: Vec<UserName>,
    pub(crate) rooms: Vec<(RoomName, RoomId)>,
    pub(crate) dice: Dice,
    pub(crate) now: i64,
    _dir: tempfile::TempDir,
}

impl Filled {
    pub(crate) fn new(people: usize, rooms: usize) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let store = SqliteStore::open(dir.path(), Timestamp::from_millis(0))?;
        let mut bench = Self {
            store,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            users: Vec::new(),
            names: Vec::new(),
            rooms: Vec::new(),
            dice: Dice(1),
            now: 0,
            _dir: dir,
        };
        for person in 0..people {
            let name = UserName::trusted(&format!("person-{person}")).context("a name")?;
            let mut token = [0; 32];
            token[..8].copy_from_slice(&person.to_le_bytes());
            let hello = Change::Hello(Hello {
                name: Some(name.clone()),
                token: None,
                fresh: TokenHash(token),
                default_rooms: Vec::new(),
                guests: true,
            });
            match bench.commit(vec![hello])?.pop() {
                Some(Committed::Welcomed(welcomed)) => bench.users.push(welcomed.user.id),
                other => bail!("hello came to {other:?}"),
            }
            bench.names.push(name);
        }
        for room in 0..rooms {
            let name = RoomName::trusted(&format!("room-{room}")).context("a name")?;
            let joins = bench.users.iter().map(|user| {
                Change::Join(Join {
                    user: *user,
                    room: name.clone(),
                    after: None,
                    create: true,
                    rooms_max: 1_000,
                })
            });
            match bench.commit(joins.collect())?.pop() {
                Some(Committed::Joined { standing, .. }) => {
                    bench.rooms.push((name, standing.room.id));
                }
                other => bail!("join came to {other:?}"),
            }
        }
        Ok(bench)
    }

    pub(crate) fn commit(&mut self, batch: Vec<Change>) -> Result<Vec<Committed>> {
        self.now += batch.len() as i64;
        let now = Timestamp::from_millis(self.now);
        let outcomes = self.wait(self.store.commit(batch, now))?;
        outcomes
            .into_iter()
            .map(|outcome| {
                outcome
                    .decision
                    .map_err(|refusal| anyhow::anyhow!("{refusal:?}"))
            })
            .collect()
    }

    pub(crate) fn say(&self, author: usize, room: usize, text: &str) -> Result<Change> {
        Ok(Change::Send(SendMessage {
            author: self.users[author],
            room: self.rooms[room].0.clone(),
            text: Some(Text::parse(text, 4000)?),
            nonce: None,
            reply_to: None,
            files: Box::default(),
            rooms_max: 1_000,
        }))
    }

    pub(crate) fn text(&mut self) -> String {
        let words = 1 + self.dice.rank(30);
        let words: Vec<_> = (0..words).map(|_| word(self.dice.rank(WORDS))).collect();
        words.join(" ")
    }

    pub(crate) fn wait<T>(&self, pending: Pending<'_, T>) -> Result<T> {
        Ok(self.runtime.block_on(pending)?)
    }
}

/// The commoner a word, the shorter: the first 26 are letters.
pub(crate) fn word(mut rank: u64) -> String {
    let mut word = String::new();
    loop {
        word.push(char::from(b'a' + (rank % 26) as u8));
        rank /= 26;
        if rank == 0 {
            return word;
        }
        rank -= 1;
    }
}

/// Splitmix64: the same numbers from the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    /// A rank below `bound` of which the first are the likeliest, as in Zipf's law.
    pub(crate) fn rank(&mut self, bound: u64) -> u64 {
        let unit = self.below(1 << 53) as f64 / (1_u64 << 53) as f64;
        let rank = (bound as f64 + 1.0).powf(unit) - 1.0;
        (rank as u64).min(bound - 1)
    }
}
