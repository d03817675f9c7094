//! Files up and down in the terminal client.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use chat_tests::client::Client;
use chat_tests::server::Server;
use chat_tests::terminal::Key;
use chat_tests::user::User;
use chat_tests::wait;
use serde_json::json;

/// A folder for one test, and a path in it.
fn written(name: &str, bytes: &[u8]) -> Result<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(name);
    std::fs::write(&path, bytes)?;
    Ok((folder, path))
}

/// A file goes up from a path, into a message that others have, and down again;
/// saved twice it is there twice.
#[tokio::test]
async fn a_file_goes_up_into_a_message_and_is_saved_from_it() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let bytes: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
    let (folder, path) = written("plan b.bin", &bytes)?;
    let downloads = folder.path().join("got");
    ada.quit().await?;
    ada.set_env("XDG_DOWNLOAD_DIR", &downloads.display().to_string());
    ada.start()?;
    ada.wait_for("online").await?;
    ada.terminal()?
        .enter(&format!("/upload {}", path.display()))
        .await?;
    ada.wait_for("[file: plan b.bin, 1.1 MiB").await?;
    // What its bytes are only the log says: it is acknowledged.
    ada.wait_for("application/octet-stream]").await?;
    let page = json!({ "type": "history", "room": "lobby" });
    let page = bob.ask("history", page).await?;
    let files = &page["events"][0]["files"];
    ensure!(files[0]["size"] == bytes.len(), "{page}");
    ensure!(page["events"].as_array().map(Vec::len) == Some(1), "{page}");
    for name in ["plan b.bin", "plan b (1).bin"] {
        ada.press(Key::Up)?;
        ada.wait_for("▸ ").await?;
        ada.type_text("s")?;
        let saved = downloads.join(name);
        let whole = || {
            std::fs::read(&saved)
                .is_ok_and(|got| got == bytes)
                .then_some(())
        };
        wait::until("the file", wait::SOON, whole).await?;
    }
    let left = std::fs::read_dir(&downloads)?.count();
    ensure!(left == 2, "nothing half is left beside: {left}");
    Ok(())
}

/// Behaviour 20: a name that is no UTF-8 can't be written here; what was tried is named.
#[tokio::test]
async fn a_file_whose_name_is_no_utf8_is_named_and_nothing_is_sent() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.wait_for("online").await?;
    let folder = tempfile::tempdir()?;
    let name = OsStr::from_bytes(b"pl\xffan.bin");
    std::fs::write(folder.path().join(name), "of no use")?;
    let typed = [
        b"/upload ",
        folder.path().as_os_str().as_bytes(),
        b"/pl\xffan.bin",
    ]
    .concat();
    ada.terminal()?.send_bytes(&typed)?;
    ada.wait_for("an.bin").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("can't be read").await?;
    let log = String::from_utf8_lossy(&ada.terminal()?.log()).into_owned();
    ensure!(log.contains("pl\u{fffd}an.bin can't be read"), "{log:?}");
    ada.press(Key::Alt('x'))?;
    ada.wait_gone("not sent").await?;
    ada.say("still here").await?;
    assert_eq!(bob.event("lobby").await?["text"], "still here");
    Ok(())
}

/// What the server would refuse for its size is refused in words before
/// anything goes out; what is no file is named; both can be dropped.
#[tokio::test]
async fn what_can_not_go_up_is_refused_in_words_before_anything_is_sent() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    let (_folder, path) = written("huge", b"")?;
    std::fs::File::options()
        .write(true)
        .open(&path)?
        .set_len(1 << 30)?;
    ada.terminal()?
        .enter(&format!("/upload {}", path.display()))
        .await?;
    ada.wait_for("the server takes 26214400 at the most")
        .await?;
    ada.press(Key::Alt('x'))?;
    ada.wait_gone("huge not sent").await?;
    ada.terminal()?.enter("/upload /nowhere/at/all").await?;
    ada.wait_for("all not sent: /nowhere/at/all can't be read")
        .await?;
    Ok(())
}

/// Behaviour 17: 10,000 pasted lines go as a file.
#[tokio::test]
async fn a_large_paste_is_sent_as_a_file() -> Result<()> {
    let server = Server::start().await?;
    let mut bob = Client::enter(server.address(), "bob").await?;
    let mut ada = User::enter(server.url(), "ada").await?;
    ada.terminal()?.paste(
        &"a line of seventy characters, more or less, as they come in logs\n".repeat(10_000),
    )?;
    ada.wait_for("send it as a file").await?;
    ada.type_text("f")?;
    ada.wait_for("[file: paste.txt").await?;
    ada.wait_for("text/plain]").await?;
    let page = bob
        .ask("history", json!({ "type": "history", "room": "lobby" }))
        .await?;
    ensure!(
        page["events"][0]["files"][0]["name"] == "paste.txt",
        "{page}"
    );
    Ok(())
}

/// A file is opened by an argument vector: what its name holds is no order.
#[tokio::test]
async fn a_file_is_opened_by_its_path_alone() -> Result<()> {
    let server = Server::start().await?;
    let (folder, path) = written("a;touch x $(id) 'b'.txt", b"text")?;
    let opener = folder.path().join("xdg-open");
    let opened = folder.path().join("opened");
    let script = format!(
        "#!/bin/sh\necho \"$#:$1\" > {0}.new; mv {0}.new {0}\n",
        opened.display()
    );
    std::fs::write(&opener, script)?;
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755))?;
    let mut ada = User::new(server.url(), "ada")?
        .env(
            "PATH",
            &format!("{}:/usr/bin:/bin", folder.path().display()),
        )
        .env(
            "XDG_DOWNLOAD_DIR",
            &folder.path().join("got").display().to_string(),
        )
        .entered()
        .await?;
    ada.terminal()?
        .enter(&format!("/upload {}", path.display()))
        .await?;
    ada.wait_for("text/plain]").await?;
    ada.press(Key::Up)?;
    ada.wait_for("▸ ").await?;
    ada.type_text("o")?;
    let said = wait::until("the opener", wait::SOON, || {
        std::fs::read_to_string(&opened).ok()
    });
    let said = said.await.context("it was not run")?;
    ensure!(said.starts_with("1:/"), "{said}");
    ensure!(said.contains("'b'.txt"), "{said}");
    Ok(())
}

/// The path of a file is completed folder by folder; what a name holds steers
/// nothing.
#[tokio::test]
async fn a_path_is_completed_from_the_folders_of_this_machine() -> Result<()> {
    let server = Server::start().await?;
    let (folder, _) = written("plan b.txt", b"bytes")?;
    std::fs::create_dir(folder.path().join("plans"))?;
    std::fs::write(folder.path().join("plans/old plan.txt"), b"bytes")?;
    for name in ["plan\x1b]0;stolen\x07", ".plan"] {
        std::fs::write(folder.path().join(name), b"bytes")?;
    }
    let mut ada = User::enter(server.url(), "ada").await?;
    let typed = format!("/upload {}/", folder.path().display());
    ada.type_text(&typed)?;
    ada.wait_for(&typed).await?;
    ada.press(Key::Tab)?;
    // Without the hidden one.
    let screen = ada.wait_for("1 of 3").await?;
    for name in ["plan␛]0;stolen␇", "plan b.txt", "plans/"] {
        ensure!(screen.shows(name), "{screen}");
    }
    let log = ada.terminal()?.log();
    ensure!(!String::from_utf8_lossy(&log).contains("\x1b]0;stolen"));
    ada.press(Key::Esc)?;
    ada.wait_gone("1 of 3").await?;
    ada.type_text("plans")?;
    ada.wait_for("/plans").await?;
    ada.press(Key::Tab)?;
    ada.wait_for("/plans/").await?;
    ada.press(Key::Tab)?;
    ada.wait_for("/plans/old plan.txt").await?;
    ada.press(Key::Enter)?;
    ada.wait_for("[file: old plan.txt").await?;
    Ok(())
}
