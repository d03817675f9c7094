//! `GET /metrics`: what the node counts, for a scraper.

use super::answer::{Answer, whole, with};
use super::http::Site;
use crate::metrics::CONTENT_TYPE;
use hyper::{StatusCode, header};

pub(super) fn serve(site: &Site) -> Answer {
    let answer = whole(StatusCode::OK, site.node.metrics.text());
    let answer = with(answer, header::CONTENT_TYPE, CONTENT_TYPE);
    with(answer, header::CACHE_CONTROL, "no-store")
}
