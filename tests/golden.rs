//! The living specification: an article in, its events out. `<case>.<ext>` has `<case>.events.jsonl`, or `<case>.rejection.json`
//! where it must be refused. `cargo golden` writes what is missing or changed; the diff is the review.

#![allow(clippy::unwrap_used, reason = "helpers of tests: a panic is how they report")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use copydesk::article::{Limits, RawArticle};
use copydesk::extract::Extractor;
use copydesk::pipeline;
use expect_test::expect_file;
use rstest::rstest;
use serde::Serialize;

static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| Extractor::builtin().expect("the weights are compiled in"));

/// Longest golden file, lines: what is longer nobody reviews.
const MAX_LINES: usize = 200;

#[rstest]
fn golden(
    #[files("tests/golden/*/*.txt")]
    #[files("tests/golden/*/*.json")]
    #[exclude("rejection\\.json$")]
    case: PathBuf,
) {
    let payload = std::fs::read(&case).expect("the case can be read");
    let raw = RawArticle { payload: &payload, content_type: content_type(&case), ..RawArticle::default() };
    let (events, rejection) = (case.with_extension("events.jsonl"), case.with_extension("rejection.json"));
    match pipeline::process(&EXTRACTOR, raw, Limits::default()) {
        Ok(extraction) => {
            let mut lines = line(&extraction.article);
            lines.extend(extraction.entities.iter().map(line));
            lines.extend(extraction.claims.iter().map(line));
            assert!(lines.lines().count() <= MAX_LINES, "split the case {}", case.display());
            assert!(!rejection.exists(), "{} is not refused", case.display());
            expect_file![&events].assert_eq(&lines);
        }
        Err(refused) => {
            assert!(!events.exists(), "{}: {refused}", case.display());
            let text = serde_json::to_string_pretty(&refused).expect("rejections are JSON") + "\n";
            expect_file![&rejection].assert_eq(&text);
        }
    }
}

/// A JSON case says so, as its Kafka header would; plain text is told by sniffing.
fn content_type(case: &Path) -> Option<&'static str> {
    (case.extension()? == "json").then_some("application/json")
}

fn line(event: &impl Serialize) -> String {
    serde_json::to_string(event).expect("events are JSON") + "\n"
}
