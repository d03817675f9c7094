//! Into a message and out of the world with it: by whom, where and how many.

use super::*;

pub(super) async fn a_file_goes_up_into_a_message_and_to_members_alone(depot: Depot) -> Result<()> {
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

pub(super) async fn a_deleted_message_takes_its_files_along_and_from_the_disk(
    depot: Depot,
) -> Result<()> {
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

pub(super) async fn a_file_goes_only_where_it_was_uploaded_for_by_whom_and_once(
    depot: Depot,
) -> Result<()> {
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

pub(super) async fn only_so_many_files_wait_for_their_message(depot: Depot) -> Result<()> {
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
