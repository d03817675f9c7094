//! What is done about people in a room, as they and the others see it.

use anyhow::{Context as _, Result, ensure};
use chat_tests::chatter::Chatter;
use chat_tests::client::{Client, is_event};
use chat_tests::server::{Server, Setup};
use serde_json::{Value, json};

use crate::changes::two;

#[tokio::test]
async fn a_removal_is_the_last_event_on_all_connections_and_one_may_come_back() -> Result<()> {
    let server = Server::start().await?;
    let (mut ada, mut bob) = two(&server).await?;
    let mut desk = Client::enter(server.address(), "eve").await?;
    let mut phone = Client::come_back(server.address(), desk.token()).await?;
    desk.join("dev").await?;
    phone.of_type("joined").await?;
    let kick = json!({ "type": "kick", "room": "dev", "user": "Eve", "reason": "spam" });
    let ok = ada.ask("ok", kick.clone()).await?;
    assert_eq!((&ok["room"], &ok["seq"]), (&json!("dev"), &json!(1)));
    for client in [&mut desk, &mut phone, &mut bob, &mut ada] {
        let event = client.event("dev").await?;
        let at = event["at"].clone();
        let expected = json!({
            "type": "member", "room": "dev", "seq": 1, "at": at, "author": "ada", "guest": true,
            "user": "eve", "change": "kicked", "reason": "spam"
        });
        assert_eq!(event, expected);
    }
    ada.send("dev", "without eve", "1").await?;
    assert_eq!(bob.event("dev").await?["seq"], 2);
    let text = json!({ "type": "send", "room": "dev", "text": "x" });
    desk.refused("not_member", text).await?;
    let again = ada.ask("ok", kick).await?;
    assert_eq!(again["seq"], 1, "it is so already");
    let joined = desk.join("dev").await?;
    assert_eq!(
        (&joined["head"], &joined["role"]),
        (&json!(2), &json!("member"))
    );
    assert_eq!(phone.of_type("joined").await?["head"], 2);
    ada.send("dev", "with eve", "2").await?;
    for client in [&mut desk, &mut phone] {
        assert_eq!(client.event("dev").await?["seq"], 3, "nothing between");
    }
    Ok(())
}

#[tokio::test]
async fn a_banned_one_hears_banned_to_whatever_it_asks_there() -> Result<()> {
    let server = Server::start().await?;
    let (mut ada, mut bob) = two(&server).await?;
    act(&mut ada, "ban", "bob").await?;
    assert_eq!(bob.event("dev").await?["change"], "banned");
    let token = bob.token().to_owned();
    let mut again = Client::come_back(server.address(), &token).await?;
    let rooms = again.welcome["rooms"].as_array().context("no rooms")?;
    assert!(rooms.iter().all(|room| room["room"] != "dev"));
    for request in requests(&mut again).await? {
        if request.get("room").is_none() {
            continue;
        }
        let mut request = request;
        request["room"] = "dev".into();
        for client in [&mut bob, &mut again] {
            let reply = client.request(request.clone()).await?;
            assert_eq!(reply["code"], "banned", "{request}: {reply}");
        }
    }
    assert_eq!(act(&mut ada, "unban", "bob").await?["seq"], 2);
    bob.join("dev").await?;
    Ok(())
}

#[tokio::test]
async fn a_muted_one_reads_but_does_not_write() -> Result<()> {
    let server = Server::start().await?;
    let (mut ada, mut bob) = two(&server).await?;
    bob.send("dev", "once", "1").await?;
    act(&mut ada, "mute", "bob").await?;
    for request in [
        json!({ "type": "send", "room": "dev", "text": "x" }),
        json!({ "type": "edit", "room": "dev", "target": 1, "text": "x" }),
        json!({ "type": "react", "room": "dev", "target": 1, "emoji": "👍" }),
        json!({ "type": "pin", "room": "dev", "target": 1 }),
        json!({ "type": "typing", "room": "dev" }),
    ] {
        bob.refused("muted", request).await?;
    }
    let repeated = bob.send("dev", "once", "1").await?;
    assert_eq!(repeated["duplicate"], true, "said before");
    bob.ask("ok", json!({ "type": "read", "room": "dev", "seq": 2 }))
        .await?;
    bob.ask(
        "ok",
        json!({ "type": "delete", "room": "dev", "target": 1 }),
    )
    .await?;
    bob.ask("left", json!({ "type": "leave", "room": "dev" }))
        .await?;
    bob.join("dev").await?;
    let text = json!({ "type": "send", "room": "dev", "text": "x" });
    bob.refused("muted", text.clone()).await?;
    assert_eq!(act(&mut ada, "unmute", "bob").await?["seq"], 4);
    bob.ask("sent", text).await?;
    Ok(())
}

#[tokio::test]
async fn a_stuck_reader_reads_up_to_its_removal_and_not_beyond() -> Result<()> {
    // Far enough behind to be served by the ring, from the store, and by a gap.
    for behind in [300, 3_000, 12_600] {
        let server = Setup::without_rates().start().await?;
        let (mut ada, mut bob) = two(&server).await?;
        let mut stuck = Vec::new();
        for gaps in [true, false] {
            let name = format!("eve-{gaps}");
            let mut eve = Client::connect(server.address()).await?;
            eve.hello(json!({ "name": name, "gaps": gaps })).await?;
            eve.join("dev").await?;
            stuck.push((name, eve));
        }
        // From here on they read nothing until all is done.
        say_often(&mut ada, behind).await?;
        for (n, (name, _)) in (1..).zip(&stuck) {
            ada.say(&json!({ "type": "kick", "room": "dev", "user": name, "id": name }))
                .await?;
            for _ in 0..300 {
                ada.say(&json!({ "type": "send", "room": "dev", "text": "after" }))
                    .await?;
            }
            bob.find(|frame| frame["seq"] == behind + n * 301).await?;
        }
        for (name, eve) in &mut stuck {
            let ok = ada.reply(&json!(name)).await?;
            let removal = ok["seq"].as_u64().context("no seq")?;
            let told_gap = read_up_to(eve, removal).await?;
            let takes_gaps = name == "eve-true";
            assert_eq!(told_gap, takes_gaps && behind > 10_000, "{name} {behind}");
            let rest = eve.so_far().await?;
            assert!(!rest.iter().any(is_event), "{name} {behind}: {rest:?}");
        }
    }
    Ok(())
}

/// Reads all events up to this one, without a hole; true if there was a gap.
async fn read_up_to(eve: &mut Client, removal: u64) -> Result<bool> {
    let (mut next, mut told_gap) = (1, false);
    while next <= removal {
        let event = eve.event("dev").await?;
        if event["type"] == "gap" {
            told_gap = true;
            ensure!(event["from"] == next, "at {next}: {event}");
            next = event["to"].as_u64().context("no end")? + 1;
            ensure!(next <= removal, "the removal itself is told: {event}");
        } else {
            ensure!(event["seq"] == next, "at {next}: {event}");
            let removed = event["change"] == "kicked" && next == removal;
            ensure!(removed == (next == removal), "{event}");
            next += 1;
        }
    }
    Ok(told_gap)
}

/// Kicked and back again and again while others talk without pause, the kick
/// racing with the coming back: what each connection is told begins with
/// `joined`, has no hole, and ends with the removal.
#[tokio::test]
async fn stays_are_whole_on_each_connection_while_others_talk() -> Result<()> {
    const STAYS: usize = 60;
    let server = Setup::without_rates().start().await?;
    let (mut ada, bob) = two(&server).await?;
    let mut desk = Client::enter(server.address(), "eve").await?;
    let mut phone = Client::come_back(server.address(), desk.token()).await?;
    let talk = Chatter::start(bob, "dev");
    let (mut at_desk, mut on_phone) = (Stay::default(), Stay::default());
    let kick = json!({ "type": "kick", "room": "dev", "user": "eve" });
    for round in 0..STAYS {
        let join = json!({ "type": "join", "room": "dev", "id": format!("join {round}") });
        desk.say(&join).await?;
        if round % 2 == 0 {
            ada.request(kick.clone()).await?;
        }
        loop {
            let frame = desk.next().await?;
            at_desk.take(&frame)?;
            if frame["id"] == join["id"] {
                break;
            }
        }
        ada.ask("ok", kick.clone()).await?;
        while at_desk.cursor.is_some() {
            at_desk.take(&desk.next().await?)?;
        }
        for frame in phone.so_far().await? {
            on_phone.take(&frame)?;
        }
    }
    talk.stop().await?;
    for frame in phone.so_far().await? {
        on_phone.take(&frame)?;
    }
    while on_phone.cursor.is_some() {
        on_phone.take(&phone.next().await?)?;
    }
    // Of the others each may have ended before it was told to have begun.
    assert!(at_desk.ended >= STAYS / 2, "{}", at_desk.ended);
    assert!(on_phone.ended > 0);
    Ok(())
}

/// What a connection was told of its stays in `dev`.
#[derive(Default)]
struct Stay {
    /// The last event; none while outside.
    cursor: Option<u64>,
    ended: usize,
}

impl Stay {
    fn take(&mut self, frame: &Value) -> Result<()> {
        if frame["room"] != "dev" {
            return Ok(());
        }
        if frame["type"] == "joined" {
            ensure!(self.cursor.is_none(), "in already: {frame}");
            self.cursor = Some(frame["head"].as_u64().context("no head")?);
        } else if is_event(frame) {
            let cursor = self.cursor.with_context(|| format!("outside: {frame}"))?;
            ensure!(frame["type"] != "gap", "nobody is so far behind: {frame}");
            ensure!(frame["seq"] == cursor + 1, "after {cursor}: {frame}");
            self.cursor = Some(cursor + 1);
            if frame["change"] == "kicked" {
                self.cursor = None;
                self.ended += 1;
            }
        } else {
            ensure!(frame["type"] != "left", "nobody left: {frame}");
        }
        Ok(())
    }
}

#[tokio::test]
async fn roles_pass_on_and_settings_bind_guests() -> Result<()> {
    let server = Server::start().await?;
    let (mut ada, mut bob) = two(&server).await?;
    let role = json!({ "type": "role", "room": "dev", "user": "bob", "role": "moderator" });
    bob.refused("forbidden", role.clone()).await?;
    assert_eq!(ada.ask("ok", role).await?["seq"], 1);
    let event = bob.event("dev").await?;
    assert_eq!(
        (&event["change"], &event["role"]),
        (&json!("role"), &json!("moderator"))
    );
    let upward = json!({ "type": "kick", "room": "dev", "user": "ada" });
    bob.refused("forbidden", upward).await?;
    for what in ["kick", "ban", "mute"] {
        let oneself = json!({ "type": what, "room": "dev", "user": "ada" });
        let error = ada.refused("invalid", oneself).await?;
        assert_eq!(error["field"], "user");
    }
    let settings = json!({ "type": "settings", "room": "dev", "guests": false });
    let ok = ada.ask("ok", settings).await?;
    assert_eq!((&ok["room"], ok.get("seq")), (&json!("dev"), None));
    let text = json!({ "type": "send", "room": "dev", "text": "x" });
    let error = bob.refused("forbidden", text).await?;
    let message = error["message"].as_str().context("no message")?;
    assert!(message.contains("register"), "{message}");
    let nothing = json!({ "type": "settings", "room": "dev" });
    assert_eq!(ada.refused("invalid", nothing).await?["field"], "guests");
    ada.ask("left", json!({ "type": "leave", "room": "dev" }))
        .await?;
    assert_eq!(bob.join("dev").await?["role"], "owner");
    Ok(())
}

async fn act(client: &mut Client, what: &str, user: &str) -> Result<Value> {
    let request = json!({ "type": what, "room": "dev", "user": user });
    client.ask("ok", request).await
}

/// Says something so often, first of all what fills the buffers between a
/// server and a client that does not read, and waits for the last reply.
async fn say_often(client: &mut Client, times: u64) -> Result<()> {
    let long = "x".repeat(3_500);
    for n in 1..=times {
        let text = if n <= 2_500 { &long } else { "short" };
        let id = json!(format!("say {n}"));
        client
            .say(&json!({ "type": "send", "room": "dev", "text": text, "id": id }))
            .await?;
        // What comes back is read now and then, or both sides would wait.
        if n % 100 == 0 || n == times {
            client.reply(&id).await?;
            client.so_far().await?;
        }
    }
    Ok(())
}

/// Every request, as `help` shows it.
async fn requests(client: &mut Client) -> Result<Vec<Value>> {
    let help = client.ask("help", json!({ "type": "help" })).await?;
    let rows = help["requests"].as_array().context("no requests")?;
    Ok(rows.iter().map(|row| row["example"].clone()).collect())
}
