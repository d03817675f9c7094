//! How a file comes back: in parts, under which name, and as what.

use super::*;

pub(super) async fn a_part_a_head_and_an_unchanged_file_are_answered_as_browsers_ask(
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

pub(super) async fn only_pictures_are_shown_in_place_whatever_a_file_is_called(
    depot: Depot,
) -> Result<()> {
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

pub(super) async fn names_lose_paths_and_what_can_not_be_seen(depot: Depot) -> Result<()> {
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
