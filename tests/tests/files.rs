//! Files: up, into a message, down again, and gone; and everything that may
//! come in their place.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chat_tests::bucket::Bucket;
use chat_tests::client::Client;
use chat_tests::http::{Answer, Ask};
use chat_tests::server::{Server, Setup};
use chat_tests::wait::{self, SOON};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

mod bucket;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on";

/// Each test is of files in a directory and of files in a bucket.
macro_rules! on_both {
    ($($name:ident,)*) => {
        mod in_a_directory {
            $(#[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                super::$name(super::Depot::Directory).await
            })*
        }
        mod in_a_bucket {
            $(#[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                super::$name(super::Depot::bucket().await?).await
            })*
        }
    };
}
on_both! {
    a_file_goes_up_into_a_message_and_to_members_alone,
    a_deleted_message_takes_its_files_along_and_from_the_disk,
    a_part_a_head_and_an_unchanged_file_are_answered_as_browsers_ask,
    only_pictures_are_shown_in_place_whatever_a_file_is_called,
    names_lose_paths_and_what_can_not_be_seen,
    who_may_not_or_sends_wrong_is_told_so_and_nothing_is_kept,
    a_file_goes_only_where_it_was_uploaded_for_by_whom_and_once,
    only_so_many_files_wait_for_their_message,
}

/// Where the bytes lie.
enum Depot {
    Directory,
    Bucket(Bucket),
}

impl Depot {
    async fn bucket() -> Result<Self> {
        Ok(Self::Bucket(Bucket::start().await?))
    }

    async fn server(&self, setup: Setup) -> Result<Server> {
        match self {
            Self::Directory => setup.start().await,
            Self::Bucket(bucket) => bucket::setup(setup, bucket).start().await,
        }
    }

    /// Whether the bytes of a file are there.
    fn holds(&self, server: &Server, file: &Value) -> bool {
        let id = file["id"].as_str().unwrap_or_default();
        self.held(server).iter().any(|held| held == id)
    }

    /// What there is, finished or not.
    fn held(&self, server: &Server) -> Vec<String> {
        match self {
            Self::Directory => {
                let entries = std::fs::read_dir(server.data().join("files"));
                let names = entries.into_iter().flatten().flatten();
                names
                    .map(|entry| entry.file_name().to_string_lossy().into_owned())
                    .collect()
            }
            Self::Bucket(bucket) => {
                let keys = bucket.keys().into_iter();
                let whole = keys.map(|key| key.trim_start_matches("uploads/").to_owned());
                let unfinished = (0..bucket.unfinished()).map(|_| "unfinished".to_owned());
                whole.chain(unfinished).collect()
            }
        }
    }
}

async fn a_file_goes_up_into_a_message_and_to_members_alone(depot: Depot) -> Result<()> {
    let mut server = depot.server(Setup::default()).await?;
    let mut ada = member(&server, "ada").await?;
    let mut bob = member(&server, "bob").await?;
    let eve = Client::enter(server.address(), "eve").await?;
    let file = upload(&server, &ada, "Überblick 1.png", PNG).await?;
    assert_eq!(file["mime"], "image/png");
    assert_eq!(
        (&file["name"], &file["size"]),
        (&json!("Überblick 1.png"), &json!(PNG.len()))
    );
    let url = file["url"].as_str().context("url")?.to_owned();
    assert!(url.ends_with("/%C3%9Cberblick%201.png"), "{url}");
    assert_eq!(get(&server, &ada, &url).await?.body, PNG);
    for other in [&bob, &eve] {
        assert_eq!(
            get(&server, other, &url).await?.refusal(),
            (404, "not_found".to_owned())
        );
    }
    let send =
        json!({ "type": "send", "room": "dev", "text": "", "files": [file["id"]], "nonce": "1" });
    let sent = ada.ask("sent", send.clone()).await?;
    let event = bob.event("dev").await?;
    assert_eq!(
        (&event["text"], &event["files"]),
        (&json!(""), &json!([file]))
    );
    server.kill9()?;
    server.restart().await?;
    let (mut ada, mut bob, eve) = (
        Client::come_back(server.address(), ada.token()).await?,
        Client::come_back(server.address(), bob.token()).await?,
        Client::come_back(server.address(), eve.token()).await?,
    );
    let repeated = ada.ask("sent", send).await?;
    assert_eq!(
        (&repeated["seq"], &repeated["duplicate"]),
        (&sent["seq"], &json!(true))
    );
    let page = bob
        .ask("history", json!({ "type": "history", "room": "dev" }))
        .await?;
    assert_eq!(page["events"], json!([event]));
    assert_eq!(get(&server, &bob, &url).await?.body, PNG);
    assert_eq!(get(&server, &eve, &url).await?.status(), 404);
    bob.ask("left", json!({ "type": "leave", "room": "dev" }))
        .await?;
    assert_eq!(get(&server, &bob, &url).await?.status(), 404);
    Ok(())
}

async fn a_deleted_message_takes_its_files_along_and_from_the_disk(depot: Depot) -> Result<()> {
    let mut server = depot.server(Setup::default()).await?;
    let mut ada = member(&server, "ada").await?;
    let file = upload(&server, &ada, "cat.png", PNG).await?;
    let kept = upload(&server, &ada, "dog.png", PNG).await?;
    let sent = send(&mut ada, &[&file]).await?;
    send(&mut ada, &[&kept]).await?;
    assert!(depot.holds(&server, &file) && depot.holds(&server, &kept));
    let delete = json!({ "type": "delete", "room": "dev", "target": sent["seq"] });
    ada.ask("ok", delete).await?;
    let url = file["url"].as_str().context("url")?;
    assert_eq!(get(&server, &ada, url).await?.status(), 404);
    wait::until("the bytes to be gone", SOON, || {
        (!depot.holds(&server, &file)).then_some(())
    })
    .await?;
    assert!(depot.holds(&server, &kept));
    // A server that dies at that moment takes them away at its next start.
    let last = upload(&server, &ada, "late.png", PNG).await?;
    let sent = send(&mut ada, &[&last]).await?;
    let delete = json!({ "type": "delete", "room": "dev", "target": sent["seq"] });
    ada.ask("ok", delete).await?;
    server.kill9()?;
    server.restart().await?;
    wait::until("the bytes to be gone", SOON, || {
        (!depot.holds(&server, &last)).then_some(())
    })
    .await?;
    Ok(())
}

async fn a_part_a_head_and_an_unchanged_file_are_answered_as_browsers_ask(
    depot: Depot,
) -> Result<()> {
    let server = depot.server(Setup::default()).await?;
    let ada = member(&server, "ada").await?;
    let bytes: Vec<u8> = (0..600_000_u32).map(|n| (n % 251) as u8).collect();
    let file = upload(&server, &ada, "data.bin", &bytes).await?;
    let url = file["url"].as_str().context("url")?.to_owned();
    let ask = |method: &str| Ask::new(method, &url).bearer(ada.token());
    let whole = ask("GET").send(server.address()).await?;
    assert_eq!((whole.status(), whole.body.len()), (200, bytes.len()));
    assert_eq!(whole.header("accept-ranges").as_deref(), Some("bytes"));
    for (range, part, header) in [
        ("bytes=0-9", 0..10, "bytes 0-9/600000"),
        (
            "bytes=599990-",
            599_990..600_000,
            "bytes 599990-599999/600000",
        ),
        ("bytes=-3", 599_997..600_000, "bytes 599997-599999/600000"),
        (
            "bytes=250000-349999",
            250_000..350_000,
            "bytes 250000-349999/600000",
        ),
    ] {
        let answer = ask("GET")
            .header("Range", range)
            .send(server.address())
            .await?;
        assert_eq!(answer.status(), 206, "{range}");
        assert_eq!(answer.header("content-range").as_deref(), Some(header));
        assert!(answer.body == bytes[part], "{range}");
    }
    let beyond = ask("GET")
        .header("Range", "bytes=600000-")
        .send(server.address())
        .await?;
    assert_eq!(beyond.refusal(), (416, "invalid".to_owned()));
    assert_eq!(
        beyond.header("content-range").as_deref(),
        Some("bytes */600000")
    );
    let head = ask("HEAD").send(server.address()).await?;
    assert_eq!((head.status(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-length").as_deref(), Some("600000"));
    let etag = whole.header("etag").context("etag")?;
    let known = ask("GET")
        .header("If-None-Match", &etag)
        .send(server.address())
        .await?;
    assert_eq!((known.status(), known.body.len()), (304, 0));
    Ok(())
}

async fn only_pictures_are_shown_in_place_whatever_a_file_is_called(depot: Depot) -> Result<()> {
    let server = depot.server(Setup::default()).await?;
    let ada = member(&server, "ada").await?;
    for (name, bytes, mime, shown) in [
        ("cat.html", PNG, "image/png", "inline"),
        (
            "cat.jpg",
            b"\xff\xd8\xff\xe0\0\x10JFIF",
            "image/jpeg",
            "inline",
        ),
        (
            "cat.png",
            b"<!doctype html><script>alert(1)</script>",
            "text/html",
            "attachment",
        ),
        (
            "cat.png",
            b"<svg onload='alert(1)'>",
            "image/svg+xml",
            "attachment",
        ),
        ("x.png", b"#!/bin/sh\n", "text/plain", "attachment"),
        ("x.png", b"", "application/octet-stream", "attachment"),
    ] {
        let file = upload(&server, &ada, name, bytes).await?;
        assert_eq!(file["mime"], mime, "{name}");
        let answer = get(&server, &ada, file["url"].as_str().context("url")?).await?;
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(kind.starts_with(mime), "{kind}");
        let disposition = answer.header("content-disposition").unwrap_or_default();
        assert!(disposition.starts_with(shown), "{mime}: {disposition}");
        assert_eq!(
            answer.header("x-content-type-options").as_deref(),
            Some("nosniff")
        );
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.contains("sandbox") && policy.contains("default-src 'none'"),
            "{policy}"
        );
        assert_eq!(answer.body, bytes);
    }
    Ok(())
}

async fn names_lose_paths_and_what_can_not_be_seen(depot: Depot) -> Result<()> {
    let server = depot.server(Setup::default()).await?;
    let ada = member(&server, "ada").await?;
    for (given, name) in [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C%3A%5Ccat.png", "cat.png"),
        ("a%0D%0ASet-Cookie%3A+x", "aSet-Cookie: x"),
        ("evil%E2%80%AEgnp.exe", "evilgnp.exe"),
        ("%00", "file"),
        ("%E7%8C%AB.jpg", "猫.jpg"),
        ("..", "file"),
    ] {
        let answer = Ask::new("POST", &format!("/files?room=dev&name={given}"))
            .bearer(ada.token())
            .body("x")
            .send(server.address())
            .await?;
        assert_eq!(answer.json()["name"], name, "{given}: {}", answer.text());
    }
    for path in [
        "/files/../chat.db/x",
        "/files/..%2Fchat.db/x",
        "/files/chat.db/x",
        "/files/%00/x",
    ] {
        let answer = get(&server, &ada, path).await?;
        assert_eq!(answer.status(), 404, "{path}");
    }
    Ok(())
}

async fn who_may_not_or_sends_wrong_is_told_so_and_nothing_is_kept(depot: Depot) -> Result<()> {
    let server = depot.server(Setup::default()).await?;
    let mut ada = member(&server, "ada").await?;
    let limit = ada.greeting["limits"]["file_bytes"]
        .as_u64()
        .context("limit")?;
    let post = |path: &str| Ask::new("POST", path).body("hi");
    let dev = "/files?room=dev&name=x";
    for (ask, status, code) in [
        (post(dev), 401, "unauthenticated"),
        (post(dev).bearer("nonsense"), 401, "bad_credentials"),
        (
            post(dev).header("Authorization", "Basic abc"),
            401,
            "unauthenticated",
        ),
        (
            post("/files?room=nowhere").bearer(ada.token()),
            404,
            "not_found",
        ),
        (post("/files").bearer(ada.token()), 400, "invalid"),
        (post("/files?room=Dev").bearer(ada.token()), 400, "invalid"),
    ] {
        let answer = ask.send(server.address()).await?;
        assert_eq!(answer.refusal(), (status, code.to_owned()));
        let asks = answer.header("www-authenticate");
        assert_eq!(asks.as_deref(), (status == 401).then_some("Bearer"));
    }
    ada.join("other").await?;
    ada.ask("left", json!({ "type": "leave", "room": "other" }))
        .await?;
    let left = post("/files?room=other")
        .bearer(ada.token())
        .send(server.address())
        .await?;
    assert_eq!(left.refusal(), (404, "not_member".to_owned()));

    let announced = Ask::new("POST", dev)
        .bearer(ada.token())
        .header("Content-Length", &(limit + 1).to_string())
        .send(server.address())
        .await;
    // Refused before a byte of it came.
    assert_eq!(announced?.refusal(), (413, "too_large".to_owned()));
    let mut chunked = format!("{limit:x}\r\n").into_bytes();
    chunked.resize(chunked.len() + usize::try_from(limit)?, b'x');
    chunked.extend_from_slice(b"\r\n1\r\nx\r\n0\r\n\r\n");
    let streamed = Ask::new("POST", dev)
        .bearer(ada.token())
        .header("Transfer-Encoding", "chunked")
        .raw(chunked)
        .patience(Duration::from_secs(30))
        .send(server.address())
        .await?;
    assert_eq!(streamed.refusal(), (413, "too_large".to_owned()));
    let short = Ask::new("POST", dev)
        .bearer(ada.token())
        .header("Content-Length", "100000")
        .raw(vec![b'x'; 50_000]);
    let mut short = short.begin(server.address()).await?;
    short.shutdown().await?;
    drop(short);
    let cut = Ask::new("POST", dev)
        .bearer(ada.token())
        .header("Transfer-Encoding", "chunked")
        .raw(b"ffff\r\nabc".to_vec());
    drop(cut.begin(server.address()).await?);
    wait::until("nothing to be left", SOON, || {
        depot.held(&server).is_empty().then_some(())
    })
    .await?;
    // Nothing of it counts against her, either: as much as may wait can wait.
    upload(&server, &ada, "x", &vec![b'x'; usize::try_from(limit)?]).await?;
    Ok(())
}

async fn a_file_goes_only_where_it_was_uploaded_for_by_whom_and_once(depot: Depot) -> Result<()> {
    let server = depot.server(Setup::default()).await?;
    let mut ada = member(&server, "ada").await?;
    let mut bob = member(&server, "bob").await?;
    ada.join("ops").await?;
    let file = upload(&server, &ada, "cat.png", PNG).await?;
    let with = |room: &str, files: Value| json!({ "type": "send", "room": room, "text": "", "files": files });
    bob.refused("conflict", with("dev", json!([file["id"]])))
        .await?;
    ada.refused("conflict", with("ops", json!([file["id"]])))
        .await?;
    ada.refused("conflict", with("dev", json!([file["id"], file["id"]])))
        .await?;
    for id in ["", "nonsense", "../chat.db", "AAAAAAAAAAAAAAAAAAAAAA"] {
        ada.refused("not_found", with("dev", json!([id]))).await?;
    }
    ada.refused("too_large", with("dev", json!(vec![&file["id"]; 11])))
        .await?;
    ada.refused("invalid", with("dev", json!([]))).await?;
    ada.refused("invalid", with("dev", json!([7]))).await?;
    ada.refused("invalid", with("dev", json!("id"))).await?;
    ada.ask("sent", with("dev", json!([file["id"]]))).await?;
    ada.refused("conflict", with("dev", json!([file["id"]])))
        .await?;
    let only = bob.event("dev").await?;
    assert_eq!((&only["seq"], &only["files"]), (&json!(1), &json!([file])));
    Ok(())
}

async fn only_so_many_files_wait_for_their_message(depot: Depot) -> Result<()> {
    let server = depot.server(Setup::without_rates()).await?;
    let mut ada = member(&server, "ada").await?;
    let mut last = Value::Null;
    for _ in 0..20 {
        last = upload(&server, &ada, "x", b"x").await?;
    }
    let more = || {
        Ask::new("POST", "/files?room=dev&name=x")
            .bearer(ada.token())
            .body("x")
    };
    let refused = more().send(server.address()).await?;
    assert_eq!(refused.refusal(), (413, "too_large".to_owned()));
    let more = more();
    send(&mut ada, &[&last]).await?;
    assert_eq!(more.send(server.address()).await?.status(), 201);
    Ok(())
}

/// Someone in the room dev.
async fn member(server: &Server, name: &str) -> Result<Client> {
    let mut client = Client::enter(server.address(), name).await?;
    client.join("dev").await?;
    Ok(client)
}

async fn upload(server: &Server, by: &Client, name: &str, bytes: &[u8]) -> Result<Value> {
    let name: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let answer = Ask::new("POST", &format!("/files?room=dev&name={name}"))
        .bearer(by.token())
        .body(bytes)
        .patience(Duration::from_secs(30))
        .send(server.address())
        .await?;
    ensure!(answer.status() == 201, "{} {}", answer.head, answer.text());
    let file = answer.json();
    assert_eq!(answer.header("location").as_deref(), file["url"].as_str());
    Ok(file)
}

async fn get(server: &Server, by: &Client, url: &str) -> Result<Answer> {
    Ask::new("GET", url)
        .bearer(by.token())
        .send(server.address())
        .await
}

async fn send(by: &mut Client, files: &[&Value]) -> Result<Value> {
    let ids: Vec<&Value> = files.iter().map(|file| &file["id"]).collect();
    by.ask(
        "sent",
        json!({ "type": "send", "room": "dev", "text": "look", "files": ids }),
    )
    .await
}
