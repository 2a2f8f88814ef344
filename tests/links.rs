//! Links to the built-in knowledge base, scored on `tests/quality/links/*.jsonl`: texts written for the project, with ambiguous names
//! (Georgia, Jordan, Congo, Springfield, Paris Hilton, presidents of several years). One text a line:
//! `{"date", "text", "links": [{"text", "chars": [s, e], "id": "wd:Q230"|null, "or"?: [...]}]}`, null where nothing may be linked.
//!
//! Precision: of the marked mentions that the library links, the share it links rightly. Recall: of the mentions whose entry the base
//! holds, the share that is linked rightly. `cargo test --test links -- --nocapture` prints every difference.

use std::path::Path;
use std::sync::Arc;

use copydesk::article::{Limits, RawArticle, parse};
use copydesk::event::{EntityEvent, Provenance};
use copydesk::extract::Extractor;
use copydesk::kb::Kb;
use copydesk_nlp::Pipeline;
use serde::Deserialize;

/// Floors that a change must not fall below.
const PRECISION: f64 = 0.97;
const RECALL: f64 = 0.85;

#[derive(Deserialize)]
struct Text {
    date: String,
    text: String,
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    text: String,
    chars: [usize; 2],
    id: Option<String>,
    #[serde(default)]
    or: Vec<String>,
}

fn texts() -> Vec<Text> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quality/links");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the folder").map(|f| f.expect("a file").path()).collect();
    files.sort();
    let lines = files.iter().map(|f| std::fs::read_to_string(f).expect("text"));
    lines.flat_map(|t| t.lines().map(|l| serde_json::from_str(l).expect("a text")).collect::<Vec<Text>>()).collect()
}

/// The entry that the mention at `chars` is linked to.
fn linked(entities: &[EntityEvent], chars: [usize; 2]) -> Option<&str> {
    let overlap = |s: [usize; 2]| s[1].min(chars[1]).saturating_sub(s[0].max(chars[0]));
    let best = entities
        .iter()
        .flat_map(|e| e.mentions.iter().map(move |m| (overlap(m.span.chars), e)))
        .max_by_key(|(o, _)| *o)?;
    if best.0 == 0 { None } else { best.1.kb.as_ref().map(|k| k.id.as_str()) }
}

/// Type and name of the entity that the mention at `chars` belongs to.
fn taken_for(entities: &[EntityEvent], chars: [usize; 2]) -> Vec<String> {
    let touches =
        |e: &&EntityEvent| e.mentions.iter().any(|m| m.span.chars[0] < chars[1] && chars[0] < m.span.chars[1]);
    entities.iter().filter(touches).map(|e| format!("{} {}", e.kind, e.name)).collect()
}

#[test]
fn links_are_right_where_they_are_made_and_made_where_the_base_holds_the_entry() {
    let extractor = Extractor::new(Arc::new(Pipeline::builtin().expect("the engine is compiled in")));
    let (mut mentions, mut held, mut made, mut right) = (0u32, 0u32, 0u32, 0u32);
    for text in texts() {
        let received = format!("{}T12:00:00Z", text.date);
        let raw = RawArticle {
            payload: text.text.as_bytes(),
            content_type: Some("text/plain"),
            id: Some("t"),
            received: Some(&received),
        };
        let article = parse(raw, Limits::default()).expect("plain text is an article");
        let events = extractor.extract(&article, &Provenance::default()).expect("it has text").entities;
        for link in &text.links {
            let exact: String = text.text.chars().skip(link.chars[0]).take(link.chars[1] - link.chars[0]).collect();
            assert_eq!(exact, link.text, "the span of the data");
            let found = linked(&events, link.chars);
            let good =
                found.is_some() && (found == link.id.as_deref() || link.or.iter().any(|o| Some(o.as_str()) == found));
            mentions += 1;
            held += u32::from(link.id.is_some());
            made += u32::from(found.is_some());
            right += u32::from(good);
            if !good && (found.is_some() || link.id.is_some()) {
                let name = |id: Option<&str>| {
                    id.map(|id| {
                        Kb::builtin()
                            .entries()
                            .find(|e| e.id == id)
                            .map(|e| format!("{id} {}", e.name))
                            .unwrap_or_default()
                    })
                };
                println!(
                    "{} {:?}: linked to {:?}, should be {:?}, as {:?}",
                    text.date,
                    link.text,
                    name(found),
                    name(link.id.as_deref()),
                    taken_for(&events, link.chars)
                );
            }
        }
    }
    let (precision, recall) = (f64::from(right) / f64::from(made.max(1)), f64::from(right) / f64::from(held.max(1)));
    println!(
        "{mentions} mentions, {held} held by the base, {made} linked, {right} rightly: precision {precision:.3}, recall {recall:.3}"
    );
    assert!(mentions >= 300, "only {mentions} mentions");
    assert!(precision >= PRECISION, "precision {precision:.3} is below {PRECISION}");
    assert!(recall >= RECALL, "recall {recall:.3} is below {RECALL}");
}
