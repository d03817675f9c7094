//! What only a bucket has: parts, and being away.

use super::*;
use chat_tests::bucket::{Mood, NAME};

/// Files go into a part of the bucket.
pub(super) fn setup(setup: Setup, bucket: &Bucket) -> Setup {
    let place = format!("s3://{NAME}/uploads");
    let setup = setup.arg("--files").arg(place);
    bucket
        .environment()
        .into_iter()
        .fold(setup, |setup, (name, value)| setup.env(name, value))
}

async fn start() -> Result<(Bucket, Server, Client)> {
    let bucket = Bucket::start().await?;
    let server = setup(Setup::default(), &bucket).start().await?;
    let ada = member(&server, "ada").await?;
    Ok((bucket, server, ada))
}

#[tokio::test]
async fn a_large_file_goes_up_in_parts_and_down_in_pieces() -> Result<()> {
    let (bucket, server, ada) = start().await?;
    let bytes: Vec<u8> = (0..12_000_000_u32).map(|n| (n % 251) as u8).collect();
    let file = upload(&server, &ada, "data.bin", &bytes).await?;
    let parts = bucket.asked();
    let parts = parts.iter().filter(|asked| asked.starts_with("PUT"));
    assert_eq!(parts.count(), 3);
    let id = file["id"].as_str().context("id")?;
    assert_eq!(bucket.keys(), [format!("uploads/{id}")]);
    let url = file["url"].as_str().context("url")?;
    let whole = get(&server, &ada, url).await?;
    assert!(whole.body == bytes);
    let piece = Ask::new("GET", url)
        .bearer(ada.token())
        .header("Range", "bytes=5242870-5242889")
        .send(server.address())
        .await?;
    assert!(piece.body == bytes[5_242_870..5_242_890]);
    Ok(())
}

#[tokio::test]
async fn while_the_bucket_is_away_files_are_unavailable_and_nothing_is_left_half_done() -> Result<()>
{
    let (bucket, server, mut ada) = start().await?;
    let file = upload(&server, &ada, "cat.png", PNG).await?;
    let url = file["url"].as_str().context("url")?;
    let unavailable = (503, "unavailable".to_owned());
    for mood in [
        Mood::Broken,
        Mood::Cut,
        Mood::BrokenForParts,
        Mood::BrokenAtTheEnd,
    ] {
        bucket.feel(mood);
        let unfinished = bucket.unfinished();
        let refused = post(&server, &ada, "x", &[7; 100]).await?;
        assert_eq!(refused.refusal(), unavailable, "{mood:?}");
        // Where it hears of it, an upload is taken back.
        if mood != Mood::Cut {
            assert_eq!(bucket.unfinished(), unfinished, "{mood:?}");
        }
        if mood == Mood::Broken {
            assert_eq!(get(&server, &ada, url).await?.refusal(), unavailable);
        }
        // The chat itself does not mind.
        let said = json!({ "type": "send", "room": "dev", "text": "still here" });
        ada.ask("sent", said).await?;
    }
    bucket.feel(Mood::Well);
    assert_eq!(get(&server, &ada, url).await?.body, PNG);
    upload(&server, &ada, "dog.png", PNG).await?;
    wait::until("nothing else to be there", SOON, || {
        (bucket.keys().len() == 2).then_some(())
    })
    .await
}

#[tokio::test]
async fn what_was_deleted_while_the_bucket_was_away_goes_once_it_is_back() -> Result<()> {
    let (bucket, mut server, mut ada) = start().await?;
    let file = upload(&server, &ada, "cat.png", PNG).await?;
    let sent = send(&mut ada, &[&file]).await?;
    bucket.feel(Mood::Broken);
    let delete = json!({ "type": "delete", "room": "dev", "target": sent["seq"] });
    ada.ask("ok", delete).await?;
    let url = file["url"].as_str().context("url")?;
    assert_eq!(get(&server, &ada, url).await?.status(), 404);
    wait::until("the server to try", SOON, || {
        let asked = bucket.asked();
        asked
            .iter()
            .any(|asked| asked.starts_with("DELETE"))
            .then_some(())
    })
    .await?;
    assert_eq!(bucket.keys().len(), 1);
    bucket.feel(Mood::Well);
    server.kill9()?;
    server.restart().await?;
    wait::until("the bytes to be gone", SOON, || {
        bucket.keys().is_empty().then_some(())
    })
    .await
}

#[tokio::test]
async fn a_server_starts_and_chats_without_its_bucket() -> Result<()> {
    let bucket = Bucket::start().await?;
    let setup = setup(Setup::default(), &bucket);
    drop(bucket);
    let server = setup.start().await?;
    let mut ada = member(&server, "ada").await?;
    let said = json!({ "type": "send", "room": "dev", "text": "hi" });
    ada.ask("sent", said).await?;
    let refused = post(&server, &ada, "x", b"x").await?;
    assert_eq!(refused.refusal(), (503, "unavailable".to_owned()));
    let said = server.output();
    assert!(!said.contains("bucket-secret"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_place_that_is_none_is_refused_with_what_would_be_one() -> Result<()> {
    let args = ["--files", "/srv/files"];
    let (status, said) = chat_tests::server::run(&args, SOON).await?;
    assert!(!status.success());
    assert!(said.contains("--files") && said.contains("s3://"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_no_keys_are_told_says_so_at_its_start_and_chats() -> Result<()> {
    // It knows no keys either, where a role's would be asked for.
    let bucket = Bucket::start().await?;
    let [(_, address), ..] = bucket.environment();
    let without = [
        "-uAWS_ACCESS_KEY_ID",
        "-uAWS_SECRET_ACCESS_KEY",
        "-uAWS_ROLE_ARN",
        "-uAWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "-uAWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    let server = Setup::default()
        .under(["env"].into_iter().chain(without))
        .env("AWS_METADATA_ENDPOINT", address)
        .arg("--files")
        .arg(format!("s3://{NAME}"))
        .start()
        .await?;
    wait::until("a word about keys", SOON, || {
        server
            .output()
            .contains("set AWS_ACCESS_KEY_ID")
            .then_some(())
    })
    .await?;
    member(&server, "ada").await?;
    Ok(())
}
