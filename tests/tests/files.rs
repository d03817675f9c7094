//! Files: up, into a message, down again, and gone; and everything that may
//! come in their place. Each promise is tried on files in a directory and on
//! files in a bucket.

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
mod message;
mod refused;
mod served;

use message::*;
use refused::*;
use served::*;

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

/// Someone in the room dev.
async fn member(server: &Server, name: &str) -> Result<Client> {
    let mut client = Client::enter(server.address(), name).await?;
    client.join("dev").await?;
    Ok(client)
}

async fn upload(server: &Server, by: &Client, name: &str, bytes: &[u8]) -> Result<Value> {
    let answer = post(server, by, name, bytes).await?;
    ensure!(answer.status() == 201, "{} {}", answer.head, answer.text());
    let file = answer.json();
    assert_eq!(answer.header("location").as_deref(), file["url"].as_str());
    Ok(file)
}

/// An upload for the room dev, whatever is answered.
async fn post(server: &Server, by: &Client, name: &str, bytes: &[u8]) -> Result<Answer> {
    let name: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    Ask::new("POST", &format!("/files?room=dev&name={name}"))
        .bearer(by.token())
        .body(bytes)
        .patience(Duration::from_secs(30))
        .send(server.address())
        .await
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
