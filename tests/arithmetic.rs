//! Figures of one article that contradict each other carry a warning, and those that only look so carry none.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use copydesk::article::{Limits, RawArticle, parse};
use copydesk::event::Provenance;
use copydesk::extract::Extractor;
use copydesk_nlp::Pipeline;

static EXTRACTOR: LazyLock<Extractor> =
    LazyLock::new(|| Extractor::new(Arc::new(Pipeline::builtin().expect("the built-in pipeline loads"))));

/// The warnings of all claims of an article of one paragraph.
fn warnings(paragraph: &str) -> BTreeSet<String> {
    let body = serde_json::json!({
        "uri": "urn:case", "version": "1", "type": "text", "versioncreated": "2026-04-17T12:00:00Z",
        "located": "London", "body_text": paragraph,
    });
    let body = body.to_string();
    let raw = RawArticle { payload: body.as_bytes(), content_type: Some("application/json"), id: None, received: None };
    let article = parse(raw, Limits { max_bytes: 1 << 20 }).expect("a case is an article");
    let claims = EXTRACTOR.extract(&article, &Provenance::default()).expect("a case is never rejected").claims;
    claims.into_iter().flat_map(|c| c.warnings).collect()
}

fn check(expected: &[&str], paragraphs: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|e| (*e).to_owned()).collect();
    let wrong: Vec<String> = paragraphs
        .iter()
        .map(|p| (p, warnings(p)))
        .filter(|(_, found)| *found != expected)
        .map(|(p, found)| format!("{found:?}: {p}"))
        .collect();
    assert!(wrong.is_empty(), "expected {expected:?}, found\n{}", wrong.join("\n"));
}

#[test]
fn totals_that_their_parts_do_not_make_are_reported() {
    check(
        &["inconsistent_totals"],
        &[
            "Bilateral trade reached $10.1 billion in 2024. Exports were worth $2.1 billion and imports $5.1 billion.",
            "Total trade came to $40 billion last year, with exports of $12 billion and imports of $19 billion.",
            "The country posted a trade deficit of $3.2 billion. Exports were $8.4 billion while imports were $9.1 billion.",
            "Air defences shot down 44 of 40 drones on Monday.",
            "The crash killed 12 people, including 15 children.",
            "The blast wounded nine people, four men and three women.",
            "In all, 61% voted yes, 35% voted no and 9% abstained.",
            "In the poll, 48% backed the plan, 41% opposed it and 18% were undecided.",
        ],
    );
}

#[test]
fn changes_that_their_levels_do_not_make_are_reported() {
    check(
        &["inconsistent_change"],
        &[
            "Revenue rose 12% to $150 million from $100 million.",
            "The jobless rate fell 0.4 percentage points to 5.1% from 5.3%.",
            "The central bank cut its key rate by 50 basis points to 4.5% from 4.75%.",
            "Shipments dropped 30% to 4.0 million tonnes from 4.2 million tonnes.",
        ],
    );
}

#[test]
fn figures_that_rounding_periods_or_currencies_explain_are_not_reported() {
    check(
        &[],
        &[
            // rounding
            "Trade reached $7.3 billion in 2024. Exports were worth $2.1 billion and imports $5.1 billion.",
            "Revenue rose 5% to $105 million from $100 million.",
            "Revenue rose 3% to $1.3 billion from $1.3 billion.",
            "The jobless rate fell 0.2 percentage points to 5.1% from 5.3%.",
            "The central bank cut its key rate by 25 basis points to 4.5% from 4.75%.",
            "In all, 61% voted yes, 35% voted no and 5% abstained.",
            "In the poll, 48.4% backed the plan, 41.3% opposed it and 10.2% were undecided.",
            // different periods
            "Trade reached $10.1 billion in 2024. In 2019 exports were worth $2.1 billion and imports $5.1 billion.",
            "Trade reached $10.1 billion in 2024. Exports were $2.1 billion in May and imports $5.1 billion in May.",
            "Trade reached $10.1 billion last year. Exports were $2.1 billion in the first quarter and imports $5.1 billion.",
            // different currencies
            "Trade reached 10.1 billion euros. Exports were worth $2.1 billion and imports $5.1 billion.",
            // a part of the parts
            "Trade reached $10.1 billion. Car exports were worth $2.1 billion and oil imports $5.1 billion.",
            "Trade reached $10.1 billion. Exports to Chile were worth $2.1 billion and imports from Peru $5.1 billion.",
            // approximators
            "Trade reached about $10.1 billion. Exports were worth nearly $2.1 billion and imports over $5.1 billion.",
            "Revenue rose about 12% to almost $150 million from $100 million.",
            // no full list
            "The crash killed 12 people, including three children.",
            "Air defences shot down 34 of 40 drones on Monday.",
            "The blast wounded nine people, four men and five women.",
            "In the poll, 48% backed the plan and 41% opposed it.",
            "Turnout was 61%. Some 48% backed the plan, 41% opposed it and 11% were undecided.",
            "Respondents could name several issues: 61% named prices, 52% named jobs and 40% named crime.",
            "Sales rose 61% in May, 35% in June and 9% in July.",
            "Shares of the three banks rose 61%, 35% and 9%.",
        ],
    );
}
