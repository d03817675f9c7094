//! What a node counts of itself, and how that is told (OpenMetrics).
//!
//! Whoever counts holds the counter itself, an atomic number: nothing is looked
//! up by name while messages go through. No name of a room or a user stands in
//! any of them.

use chat_proto::{ErrorCode, Request};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// What an answer in this form says that it is.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// See the module.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Open TCP connections, WebSockets and others.
    pub(crate) connections: Gauge,
    /// WebSockets that are served.
    pub(crate) sessions: Gauge,
    requests: Box<[Counter]>,
    errors: Box<[Counter]>,
    http_answers: [Counter; 6],
    /// Those who came in.
    pub(crate) logins: Counter,
    /// Changes of a commit.
    pub(crate) commit_changes: Histogram,
    /// Seconds that a commit took.
    pub(crate) commit_seconds: Histogram,
    /// Commits that storage refused or lost.
    pub(crate) commit_failures: Counter,
    /// Sends that were repeats.
    pub(crate) duplicates: Counter,
    /// Events encoded as they came, for all of their readers here.
    pub(crate) events_encoded: Counter,
    delivered_events: Counter,
    delivered_bytes: Counter,
    /// Times that a ring was filled from the store.
    pub(crate) ring_fills: Counter,
    /// Times that the store was read for one reader that was far behind.
    pub(crate) lagging_reads: Counter,
    /// Gaps told in the place of events.
    pub(crate) gaps: Counter,
    /// Files taken in.
    pub(crate) uploads: Counter,
    /// Their bytes.
    pub(crate) upload_bytes: Counter,
    /// Messages of webhooks.
    pub(crate) hook_messages: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfType {
    r#type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCode {
    code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfStatus {
    status: String,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("chat");
        let requests = Family::<OfType, Counter>::default();
        let errors = Family::<OfCode, Counter>::default();
        let http_answers = Family::<OfStatus, Counter>::default();
        let changes = || Histogram::new(exponential_buckets(1.0, 2.0, 10));
        let seconds = || Histogram::new(exponential_buckets(0.0005, 2.0, 14));
        let metrics = Self {
            connections: Gauge::default(),
            sessions: Gauge::default(),
            requests: Request::KINDS
                .iter()
                .map(|kind| requests.get_or_create_owned(&OfType { r#type: kind }))
                .collect(),
            errors: ErrorCode::ALL
                .map(|code| errors.get_or_create_owned(&OfCode { code: word(code) }))
                .into(),
            http_answers: std::array::from_fn(|class| {
                let status = format!("{class}xx");
                http_answers.get_or_create_owned(&OfStatus { status })
            }),
            logins: Counter::default(),
            commit_changes: changes(),
            commit_seconds: seconds(),
            commit_failures: Counter::default(),
            duplicates: Counter::default(),
            events_encoded: Counter::default(),
            delivered_events: Counter::default(),
            delivered_bytes: Counter::default(),
            ring_fills: Counter::default(),
            lagging_reads: Counter::default(),
            gaps: Counter::default(),
            uploads: Counter::default(),
            upload_bytes: Counter::default(),
            hook_messages: Counter::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Requests read, by type", requests);
        registry.register("errors", "Requests refused, by code", errors);
        registry.register("http_answers", "Answers over HTTP, by status", http_answers);
        metrics.register(&mut registry);
        Self {
            registry,
            ..metrics
        }
    }
}

impl Metrics {
    fn register(&self, registry: &mut Registry) {
        for (name, help, gauge) in [
            ("connections", "Open TCP connections", &self.connections),
            ("sessions", "WebSockets served", &self.sessions),
        ] {
            registry.register(name, help, gauge.clone());
        }
        for (name, help, counter) in [
            ("logins", "Successful hellos", &self.logins),
            (
                "commit_failures",
                "Commits that failed",
                &self.commit_failures,
            ),
            ("duplicates", "Sends that were repeats", &self.duplicates),
            (
                "events_encoded",
                "Events encoded, once for all of their readers here",
                &self.events_encoded,
            ),
            (
                "delivered_events",
                "Events written to readers",
                &self.delivered_events,
            ),
            (
                "delivered_bytes",
                "Bytes of events, replies and notices written",
                &self.delivered_bytes,
            ),
            (
                "ring_fills",
                "Rings filled from the store",
                &self.ring_fills,
            ),
            (
                "lagging_reads",
                "Reads of the store for one reader far behind",
                &self.lagging_reads,
            ),
            ("gaps", "Gaps told in the place of events", &self.gaps),
            ("uploads", "Files taken in", &self.uploads),
            (
                "upload_bytes",
                "Bytes of files taken in",
                &self.upload_bytes,
            ),
            ("hook_messages", "Messages of webhooks", &self.hook_messages),
        ] {
            registry.register(name, help, counter.clone());
        }
        for (name, help, histogram) in [
            (
                "commit_changes",
                "Changes of a commit",
                &self.commit_changes,
            ),
            (
                "commit_seconds",
                "Seconds that a commit took, its sync among them",
                &self.commit_seconds,
            ),
        ] {
            registry.register(name, help, histogram.clone());
        }
    }

    /// A request was read.
    pub(crate) fn request(&self, request: &Request) {
        self.requests[request.number()].inc();
    }

    /// A request was refused.
    pub(crate) fn error(&self, code: ErrorCode) {
        // There is none for a code of a newer server, which no server says.
        if let Some(counter) = self.errors.get(code as usize) {
            counter.inc();
        }
    }

    /// A request over HTTP was answered with this status.
    pub(crate) fn http_answer(&self, status: u16) {
        self.http_answers[usize::from(status / 100).min(5)].inc();
    }

    /// A session has written.
    pub(crate) fn delivered(&self, events: usize, bytes: usize) {
        self.delivered_events.inc_by(events as u64);
        self.delivered_bytes.inc_by(bytes as u64);
    }

    /// All of it, as a scraper reads it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}

/// A code as it stands on the wire.
fn word(code: ErrorCode) -> String {
    let word = serde_json::to_value(code).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_proto::Limits;
    use chat_proto::codec::decode_request;

    #[test]
    fn what_is_counted_is_told_by_its_name() {
        let metrics = Metrics::default();
        let asked = decode_request(r#"{"type":"ping"}"#, &Limits::DEFAULT).unwrap();
        metrics.request(&asked.request);
        for code in ErrorCode::ALL {
            metrics.error(code);
        }
        metrics.error(ErrorCode::Other);
        metrics.error(ErrorCode::Conflict);
        metrics.http_answer(404);
        metrics.delivered(3, 300);
        metrics.commit_changes.observe(7.0);
        let text = metrics.text();
        for line in [
            "chat_requests_total{type=\"ping\"} 1\n",
            "chat_requests_total{type=\"send\"} 0\n",
            "chat_errors_total{code=\"conflict\"} 2\n",
            "chat_errors_total{code=\"internal\"} 1\n",
            "chat_http_answers_total{status=\"4xx\"} 1\n",
            "chat_delivered_events_total 3\n",
            "chat_delivered_bytes_total 300\n",
            "chat_commit_changes_bucket{le=\"8.0\"} 1\n",
            "chat_connections 0\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn codes_are_numbered_as_they_are_listed() {
        for (number, code) in ErrorCode::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, number);
        }
    }
}
