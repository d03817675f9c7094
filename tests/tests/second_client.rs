//! The client side of the protocol, written once more in another language from
//! `docs/protocol.md` alone: what the page leaves out, or says wrongly, fails here.

use std::path::Path;
use std::process::Output;

use anyhow::{Context as _, Result, ensure};
use chat_tests::server::Setup;
use tokio::process::Command;

/// Debian's own, which finds Debian's packages whatever else is installed.
const PYTHONS: [&str; 2] = ["python3", "/usr/bin/python3"];

#[tokio::test]
async fn a_client_written_from_the_page_alone_walks_through_every_request() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let walk = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/walk.py");
    let python = python_with_websockets().await?;
    let walked = run(Command::new(python).arg(walk).arg(server.url())).await?;
    let said = String::from_utf8_lossy(&walked.stdout);
    print!("{said}");
    ensure!(
        walked.status.success(),
        "the walk ended at:\n{}",
        String::from_utf8_lossy(&walked.stderr)
    );
    ensure!(said.contains("requests were made"), "it said {said:?}");
    Ok(())
}

async fn python_with_websockets() -> Result<&'static str> {
    for python in PYTHONS {
        let imported = run(Command::new(python).args(["-c", "import websockets"])).await;
        if imported.is_ok_and(|output| output.status.success()) {
            return Ok(python);
        }
    }
    anyhow::bail!("no python3 has the package websockets: install python3-websockets")
}

async fn run(command: &mut Command) -> Result<Output> {
    command
        .kill_on_drop(true)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .await
        .context("python3 can't be run: install it")
}
