//! Wrong passwords from everywhere, and what the chat feels of them.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use super::connection::{Frame, Receiver, SCRATCH_BYTES, connect, find};
use super::members::{Crowd, raise_file_limit};
use super::{Plan, Report};
use crate::client::Client;
use crate::process;

/// Whose passwords are tried: of an account that there is, as that costs no less.
const ACCOUNT: &str = "load-account";
/// How long one waits who was refused: as it is told to.
const AGAIN: Duration = Duration::from_secs(1);

/// A chat of so many members, and beside it so many who try a password, all at
/// once, and again as soon as they may.
pub(super) async fn run(plan: &Plan, attempts: usize, members: usize, rate: f64) -> Result<Report> {
    raise_file_limit(attempts + members)?;
    make_account(plan).await?;
    let mut crowd = Crowd::gather(plan, 1, members, 10).await?;
    let tally = Rc::new(Tally {
        scratch: RefCell::new(vec![0; SCRATCH_BYTES]),
        checked: Cell::new(0),
        refused: Cell::new(0),
    });
    let before = plan.pid.map(process::resident_kib).transpose()?;
    let mut attacking = JoinSet::new();
    for _ in 0..attempts {
        attacking.spawn_local(attack(plan.server, Rc::clone(&tally)));
    }
    let mut report = crowd.measure(plan, rate).await?;
    let after = plan.pid.map(process::resident_kib).transpose()?;
    while let Some(ended) = attacking.try_join_next() {
        ended??;
    }
    report.scenario = "passwords";
    report.connections += attempts;
    report.passwords_checked = Some(tally.checked.get());
    report.passwords_refused = Some(tally.refused.get());
    report.grown_kib = before
        .zip(after)
        .map(|(before, after)| after.saturating_sub(before));
    Ok(report)
}

struct Tally {
    scratch: RefCell<Vec<u8>>,
    checked: Cell<u64>,
    refused: Cell<u64>,
}

async fn make_account(plan: &Plan) -> Result<()> {
    let mut client = Client::connect(plan.server).await?;
    let name = serde_json::json!({ "type": "hello", "name": ACCOUNT });
    // One that is there from the last run will do.
    if client.request(name).await?["type"] == "welcome" {
        let request = serde_json::json!({ "type": "register", "password": "correct horse" });
        client
            .ask("registered", request)
            .await
            .context("an account")?;
    }
    Ok(())
}

/// Until the run is over; who does not come in is sent away after a while, and
/// comes again.
async fn attack(server: SocketAddr, tally: Rc<Tally>) -> Result<()> {
    let hello = format!(r#"{{"type":"hello","name":"{ACCOUNT}","password":"wrong horse"}}"#);
    loop {
        let (mut sender, mut receiver) = connect(server).await?;
        while sender.text(&hello).await.is_ok() {
            let Ok(checked) = answer(&mut receiver, &tally.scratch).await else {
                break;
            };
            let count = if checked {
                &tally.checked
            } else {
                &tally.refused
            };
            count.set(count.get() + 1);
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// Whether the password was checked.
async fn answer(receiver: &mut Receiver, scratch: &RefCell<Vec<u8>>) -> Result<bool> {
    let mut checked = None;
    loop {
        receiver
            .read(scratch, |frame| {
                if let Frame::Text(text) = frame
                    && text.starts_with(br#"{"type":"error""#)
                {
                    checked = Some(find(text, b"bad_credentials").is_some());
                }
            })
            .await?;
        if let Some(checked) = checked {
            return Ok(checked);
        }
    }
}
