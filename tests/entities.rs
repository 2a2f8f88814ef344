//! The rules of coreference and mending, each where it fires and where it must not: `tests/quality/entities/*.jsonl`.
//!
//! One case a line: `{"rule" | "mend", "near_miss"?, "paragraphs", "has": [[type, name, [mentions]]], "hasnt"?: [[name, mention]],
//! "roles"?: {name: [roles]}}`. A case of a rule must show a mention of that rule, a near miss must not.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use copydesk::article::{Article, Block};
use copydesk::event::{BlockKind, EntityEvent, Provenance, Status};
use copydesk::extract::Extractor;
use copydesk::kb::Kb;
use copydesk_nlp::Pipeline;
use serde_json::Value;

fn article(case: &Value) -> Article {
    let mut text = String::new();
    let mut blocks = Vec::new();
    for part in case["paragraphs"].as_array().expect("paragraphs").iter().map(|p| p.as_str().expect("text")) {
        if !text.is_empty() {
            text.push('\n');
        }
        blocks.push(Block { kind: BlockKind::Paragraph, bytes: text.len()..text.len() + part.len() });
        text.push_str(part);
    }
    Article {
        id: "case".to_owned(),
        version: "1".to_owned(),
        status: Status::Usable,
        embargoed_until: None,
        signals: Vec::new(),
        headline: None,
        byline: None,
        dateline: None,
        published_at: None,
        reference_date: None,
        language: None,
        text,
        blocks,
        source_format: "plain",
        content_type: None,
        warnings: Vec::new(),
    }
}

fn mentions(event: &EntityEvent) -> Vec<&str> {
    event.mentions.iter().map(|m| m.span.text.as_str()).collect()
}

/// What is wrong with a case.
fn faults(case: &Value, events: &[EntityEvent]) -> Vec<String> {
    let mut faults = Vec::new();
    let text = |v: &Value| v.as_str().expect("text").to_owned();
    for wanted in case["has"].as_array().unwrap_or(&Vec::new()) {
        let (kind, name) = (text(&wanted[0]), text(&wanted[1]));
        let expected: Vec<String> = wanted[2].as_array().expect("mentions").iter().map(text).collect();
        match events.iter().find(|e| e.name == name && e.kind == kind) {
            None => faults.push(format!("no {kind} {name}")),
            Some(e) if mentions(e) != expected => {
                faults.push(format!("{name} has {:?}, should have {expected:?}", mentions(e)))
            }
            Some(_) => {}
        }
    }
    for unwanted in case["hasnt"].as_array().unwrap_or(&Vec::new()) {
        let (name, mention) = (text(&unwanted[0]), text(&unwanted[1]));
        if events.iter().any(|e| e.name == name && mentions(e).contains(&mention.as_str())) {
            faults.push(format!("{mention:?} is no mention of {name}"));
        }
    }
    if let Some(roles) = case["roles"].as_object() {
        for (name, expected) in roles {
            let expected: Vec<String> = expected.as_array().expect("roles").iter().map(text).collect();
            if !events.iter().any(|e| e.name == *name && e.roles == expected) {
                faults.push(format!("the roles of {name} should be {expected:?}"));
            }
        }
    }
    if let Some(rule) = case["rule"].as_str() {
        let fires = events.iter().flat_map(|e| &e.mentions).any(|m| m.rule == rule);
        let near_miss = case["near_miss"] == true;
        // a near miss may hold the rule where it is right: then its mentions say so
        if !fires && !near_miss {
            faults.push(format!("the rule {rule} does not fire"));
        }
    }
    faults
}

#[test]
fn every_rule_joins_what_it_should_and_leaves_the_near_misses_alone() {
    let extractor = Extractor::new(Arc::new(Pipeline::builtin().expect("the engine is compiled in")));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quality/entities");
    let mut wrong = Vec::new();
    let mut cases = 0;
    for file in std::fs::read_dir(folder).expect("the folder") {
        let lines = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        for line in lines.lines() {
            let case: Value = serde_json::from_str(line).expect("a case");
            let events = extractor.extract(&article(&case), &Provenance::default()).expect("it has text").entities;
            let faults = faults(&case, &events);
            if !faults.is_empty() {
                wrong.push(format!("{}: {}", case["paragraphs"], faults.join("; ")));
            }
            cases += 1;
        }
    }
    assert!(cases >= 25, "only {cases} cases");
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_span_is_proved_by_the_text_and_ids_are_stable() {
    let extractor = Extractor::new(Arc::new(Pipeline::builtin().expect("the engine is compiled in")));
    let case = serde_json::json!({"paragraphs": [
        "Ministerin Željka Müller met Prime Minister Shehbaz Sharif in São Paulo’s old town — “we agree”, he said.",
        "Nobody at Zyx Ltd. would comment."
    ]});
    let article = article(&case);
    let extract = || extractor.extract(&article, &Provenance::default()).expect("it has text").entities;
    let events = extract();
    assert_eq!(events, extract());
    assert!(!events.is_empty());
    for event in &events {
        assert!(event.entity_id.starts_with("wd:Q") || event.entity_id.starts_with("cd:"), "{}", event.entity_id);
        assert!((0.0..=1.0).contains(&event.salience));
        for mention in &event.mentions {
            assert_eq!(mention.span.text, article.text[mention.span.bytes[0]..mention.span.bytes[1]]);
        }
    }
}

#[test]
fn the_builtin_base_opens_in_less_than_fifty_milliseconds() {
    // the best of three: other tests run beside this one
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let bytes = include_bytes!("../models/kb/base.cdkb").to_vec();
        assert!(bytes.len() < 6_000_000, "{} bytes", bytes.len());
        let start = Instant::now();
        let kb = Kb::from_bytes(bytes).expect("it is whole");
        assert!(kb.facts("pakistan").settled);
        best = best.min(start.elapsed());
    }
    assert!(best < Duration::from_millis(50), "{best:?}");
}
