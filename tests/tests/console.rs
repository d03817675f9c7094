//! By hand in a browser: the page's console, and the console of any page of
//! this machine.

use anyhow::{Context as _, Result};
use chat_tests::browser::Browser;
use chat_tests::client::Client;
use chat_tests::page::Page;
use chat_tests::server::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_session_typed_into_the_page_s_console_greets_joins_sends_and_reads_back() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = Client::enter(server.address(), "ada").await?;
    let mut page = Page::console(server.address()).await?;
    let greeting = page.heard("server").await?;
    assert_eq!(greeting["protocol"], 1);
    page.type_frame(r#"{"type":"hello","name":"bob"}"#).await?;
    assert_eq!(page.heard("welcome").await?["user"], "bob");
    page.type_frame(r#"{"type":"join","room":"lobby"}"#).await?;
    assert_eq!(page.heard("joined").await?["room"], "lobby");
    page.type_frame(r#"{"type":"send","room":"lobby","text":"typed by hand"}"#)
        .await?;
    assert_eq!(page.heard("sent").await?["seq"], 1);
    assert_eq!(page.heard("message").await?["text"], "typed by hand");
    assert_eq!(ada.event("lobby").await?["text"], "typed by hand");
    page.type_frame(r#"{"type":"history","room":"lobby"}"#)
        .await?;
    let history = page.heard("history").await?;
    assert_eq!(history["events"][0]["text"], "typed by hand");
    page.type_frame(r#"{"type":"sned","room":"lobby"}"#).await?;
    let error = page.heard("error").await?;
    let message = error["message"].as_str().context("no message")?;
    assert!(message.contains("send"), "{message}");
    assert_eq!(page.browser.faults().await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn ten_pasted_lines_are_a_session_in_any_page_of_this_machine() -> Result<()> {
    let server = Server::start().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let page = format!("http://localhost:{}/", listener.local_addr()?.port());
    let serving = tokio::spawn(serve_a_page(listener));
    let mut browser = Browser::start(800, 600).await?;
    browser.navigate(&page).await?;
    let lines = r#"
        seen = [];
        socket = new WebSocket("URL");
        socket.onmessage = (message) => seen.push(JSON.parse(message.data));
        heard = (type) => seen.some((frame) => frame.type === type);
        said = () => seen.map((frame) => frame.type).join(" ");
    "#;
    browser
        .evaluate(&lines.replace("URL", &server.url()))
        .await?;
    browser.wait_for("heard('server')").await?;
    for (frame, answer) in [
        (r#"{type: "hello", name: "bob"}"#, "welcome"),
        (r#"{type: "join", room: "lobby"}"#, "joined"),
        (r#"{type: "send", room: "lobby", text: "hi"}"#, "sent"),
        (r#"{type: "history", room: "lobby"}"#, "history"),
    ] {
        browser
            .evaluate(&format!("socket.send(JSON.stringify({frame}))"))
            .await?;
        browser.wait_for(&format!("heard('{answer}')")).await?;
    }
    let text = "seen.find((frame) => frame.type === 'history').events[0].text";
    assert_eq!(browser.evaluate(text).await?, "hi");
    assert_eq!(browser.faults().await?, Vec::<String>::new());
    serving.abort();
    Ok(())
}

/// A page that knows nothing of chats, to whoever asks. (A page opened from a
/// file has no origin in this Chromium, `null`, and is refused like any such.)
async fn serve_a_page(listener: TcpListener) -> Result<()> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await?;
        let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n\
                    <link rel=icon href=data:,><title>any page</title>";
        stream.write_all(page.as_bytes()).await?;
    }
}
