//! Files in the page: chosen or dropped, sent with a message, shown to others.

use anyhow::Result;
use chat_tests::client::Client;
use chat_tests::page::Page;
use chat_tests::server::Server;
use serde_json::json;

/// One grey pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

#[tokio::test]
async fn a_file_goes_up_with_a_message_and_is_shown_where_it_is_read() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut page = Page::enter(server.address(), "ada").await?;
    page.attach("dot.png", PNG).await?;
    page.drop_in("notes.txt", "aGVsbG8=").await?;
    page.say("look at this").await?;
    let event = bob.event("lobby").await?;
    assert_eq!(event["text"], "look at this");
    let files = &event["files"];
    assert_eq!(
        (&files[0]["name"], &files[0]["mime"]),
        (&json!("dot.png"), &json!("image/png"))
    );
    assert_eq!(
        (&files[1]["name"], &files[1]["mime"]),
        (&json!("notes.txt"), &json!("text/plain"))
    );
    page.wait_for_picture("look at this").await?;
    page.wait_for_file("notes.txt").await?;
    // A file says enough by itself.
    page.attach("more.txt", "aGVsbG8=").await?;
    page.say("").await?;
    let event = bob.event("lobby").await?;
    assert_eq!(
        (&event["text"], &event["files"][0]["name"]),
        (&json!(""), &json!("more.txt"))
    );
    page.wait_for_file("more.txt").await?;
    assert_eq!(page.faults().await?, [""; 0]);
    Ok(())
}
