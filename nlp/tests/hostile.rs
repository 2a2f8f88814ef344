//! Hostile text: no panic, linear time, offsets that hold.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use copydesk_nlp::{Doc, Pipeline};
use proptest::prelude::*;

/// Tokens and white space rebuild the text; offsets agree; heads and edges stay in bounds.
fn check(text: &str, doc: &Doc) {
    let chars: Vec<char> = text.chars().collect();
    let mut rebuilt = String::new();
    for i in 0..doc.len() {
        let (bytes, points) = (doc.bytes(i), doc.chars(i));
        // A space before the first token, or between two white-space tokens, belongs to no token in spaCy either.
        rebuilt.push_str(&" ".repeat(bytes.start - rebuilt.len()));
        assert_eq!(chars[points.clone()].iter().collect::<String>(), doc.text(i));
        assert!(doc.head(i) < doc.len() && doc.left_edge(i) <= i && doc.right_edge(i) >= i);
        rebuilt.push_str(doc.text(i));
        assert_eq!(bytes.end, rebuilt.len());
    }
    rebuilt.push_str(&" ".repeat(text.len() - rebuilt.len()));
    assert_eq!(rebuilt, text);
}

#[test]
fn hostile_texts_take_linear_time() {
    let pipeline = Pipeline::builtin().unwrap();
    for (name, text) in [
        ("one word of 4 MiB", "a".repeat(4 << 20)),
        ("a word of digits and dots", "1.2".repeat(300_000)),
        ("quotation marks", "\"".repeat(60_000)),
        ("combining marks", "e\u{301}".repeat(300_000)),
        ("dots", ".".repeat(500_000)),
        ("hyphens between letters", "a-".repeat(30_000)),
        ("slashes", "http://".repeat(20_000)),
        ("lines", "\n".repeat(500_000)),
        ("spaces", " ".repeat(1_000_000)),
    ] {
        let start = Instant::now();
        let doc = pipeline.annotate(&text);
        check(&text, &doc);
        let took = start.elapsed();
        println!("{name}: {} bytes, {} tokens, {took:?}", text.len(), doc.len());
        assert!(took < Duration::from_secs(30), "{name} took {took:?}");
    }
}

#[test]
fn every_character_of_unicode_is_annotated() {
    let pipeline = Pipeline::builtin().unwrap();
    let all: Vec<char> = (0..=0x0010_FFFF).filter_map(char::from_u32).collect();
    for chunk in all.chunks(4096) {
        let words: Vec<String> = chunk.chunks(32).map(|word| word.iter().collect()).collect();
        let text = words.join(" ");
        check(&text, &pipeline.annotate(&text));
    }
}

/// Annotating blocks one by one gives what annotating each alone gives.
#[test]
fn segments_are_documents_of_their_own() {
    let pipeline = Pipeline::builtin().unwrap();
    let text = "The minister resigned on Monday.\n\nÜberraschung: shares of Acme Corp. fell 3% in Paris.";
    let second = text.find("Über").unwrap();
    let joined = pipeline.annotate_segments(text, &[0..32, second..text.len()]);
    assert_eq!(joined.segments().len(), 2);
    let first = joined.segments()[1].start;
    let alone = pipeline.annotate(&text[second..]);
    for i in 0..alone.len() {
        assert_eq!(joined.text(first + i), alone.text(i));
        assert_eq!(joined.dep(first + i), alone.dep(i));
        assert_eq!(joined.head(first + i), first + alone.head(i));
        assert_eq!(joined.ent_type(first + i), alone.ent_type(i));
    }
    assert_eq!(joined.tok2vec(first).len(), 96);
    assert_eq!(joined.ner_tok2vec(first).len(), 64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_annotated(text in "\\PC{0,200}") {
        static PIPELINE: std::sync::LazyLock<Pipeline> = std::sync::LazyLock::new(|| Pipeline::builtin().unwrap());
        check(&text, &PIPELINE.annotate(&text));
    }
}
