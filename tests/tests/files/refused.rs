//! What is refused on the way up leaves nothing.

use super::*;

pub(super) async fn who_may_not_or_sends_wrong_is_told_so_and_nothing_is_kept(
    depot: Depot,
) -> Result<()> {
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
