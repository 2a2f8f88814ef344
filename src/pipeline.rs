//! How an article is worked on: the two stages as pure functions, and the guard that lets a panic cost only its article.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

use crate::article::{self, Article, Limits, RawArticle};
use crate::event::Provenance;
use crate::extract::{Extraction, Extractor};
use crate::rejection::{Reason, Rejection, Stage};

/// The parse stage: bytes to article.
pub fn parse(raw: RawArticle<'_>, limits: Limits) -> Result<Article, Rejection> {
    guarded(Stage::Parse, || article::parse(raw, limits))
}

/// The extract stage: article to events.
pub fn extract(extractor: &Extractor, article: &Article, provenance: &Provenance) -> Result<Extraction, Rejection> {
    guarded(Stage::Extract, || extractor.extract(article, provenance))
}

/// Both stages, one after the other: what `copydesk extract` does with a file. `place` is topic, partition and offset.
pub fn process(
    extractor: &Extractor,
    raw: RawArticle<'_>,
    limits: Limits,
    place: Option<(&str, i32, i64)>,
) -> Result<Extraction, Rejection> {
    let article = parse(raw, limits)?;
    extract(extractor, &article, &provenance(raw.payload, place))
}

/// Provenance of a record: its place in Kafka, if it has one, and the hash of its bytes.
pub fn provenance(payload: &[u8], place: Option<(&str, i32, i64)>) -> Provenance {
    Provenance {
        topic: place.map(|(topic, ..)| topic.to_owned()),
        partition: place.map(|(_, partition, _)| partition),
        offset: place.map(|(.., offset)| offset),
        payload_sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(payload)),
    }
}

/// Runs one step of a stage; a panic becomes a rejection of the article it happened on.
pub fn guarded<T>(stage: Stage, step: impl FnOnce() -> Result<T, Rejection>) -> Result<T, Rejection> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        let detail = format!("a fault in copydesk, please report it: {message}");
        Err(Rejection { stage, reason: Reason::Panic, detail })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_costs_only_its_article() {
        let rejection = guarded::<()>(Stage::Extract, || panic!("index {}", 7)).unwrap_err();
        assert_eq!((rejection.stage, rejection.reason), (Stage::Extract, Reason::Panic));
        assert!(rejection.detail.contains("index 7"));
    }
}
