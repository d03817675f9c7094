//! A depot in a bucket of S3, or of what speaks its language. Who may use it,
//! in which region and at which address it is, stands in the environment where
//! all programs look for it (`AWS_ACCESS_KEY_ID` and so on); none of it is a
//! setting of ours, so that no secret is in a command line.
//!
//! Nothing is asked of the bucket before the first file: a server whose bucket
//! is away serves all but files. That nobody is known who may use it is said at
//! the start.

use super::Depot;
use super::place::Bucket;
use object_store::aws::{AmazonS3Builder, AwsCredentialProvider};
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a part: the least that S3 takes, as each upload under way holds one.
const PART_BYTES: usize = 5 * 1024 * 1024;

/// Whoever waits for a file is told within this that the bucket is away:
/// a few tries, each of which hears nothing for so long.
const TRIES: usize = 2;
const TRIES_WITHIN: Duration = Duration::from_secs(5);
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const SILENT_FOR: Duration = Duration::from_secs(20);

/// Where S3's own address is another one: MinIO, Ceph, Garage, R2.
const ADDRESSES: [&str; 3] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"];

/// Within a runtime.
pub(super) fn open(bucket: &Bucket) -> object_store::Result<Depot> {
    // An address is asked without encryption only if it is written so.
    let address = ADDRESSES.iter().find_map(|name| std::env::var(name).ok());
    let plain = address.is_some_and(|address| address.starts_with("http://"));
    let options = ClientOptions::new()
        .with_allow_http(plain)
        .with_connect_timeout(CONNECT_WITHIN)
        .with_read_timeout(SILENT_FOR)
        // A file takes as long as whoever fetches it.
        .with_timeout_disabled();
    let retry = RetryConfig {
        backoff: BackoffConfig {
            max_backoff: Duration::from_secs(1),
            ..BackoffConfig::default()
        },
        max_retries: TRIES,
        retry_timeout: TRIES_WITHIN,
    };
    let store = AmazonS3Builder::from_env()
        .with_bucket_name(bucket.name())
        // Not all that speak its language can delete many at once.
        .with_disable_bulk_delete(true)
        .with_client_options(options)
        .with_retry(retry)
        .build()?;
    tokio::spawn(look_for_keys(Arc::clone(store.credentials())));
    let objects: Arc<dyn ObjectStore> = match bucket.prefix() {
        "" => Arc::new(store),
        prefix => Arc::new(PrefixStore::new(store, prefix)),
    };
    Ok(Depot {
        objects,
        part_bytes: PART_BYTES,
        dir: None,
    })
}

/// Without keys in the environment they are those of the machine's or the
/// container's role, which have to be asked for. Nobody waits for the answer:
/// it may be there later, and all but files is served meanwhile.
async fn look_for_keys(credentials: AwsCredentialProvider) {
    if let Err(error) = credentials.get_credential().await {
        tracing::warn!(
            %error,
            "files are unavailable: nobody is known who may use the bucket; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role"
        );
    }
}
