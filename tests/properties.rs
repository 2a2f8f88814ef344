//! What holds for any input: an outcome and never a panic, spans that slice their own text, the same events at any number of threads.

#![allow(clippy::unwrap_used, reason = "helpers of tests: a panic is how they report")]

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use copydesk::article::{Limits, RawArticle};
use copydesk::event::Span;
use copydesk::extract::{Extraction, Extractor};
use copydesk::pipeline;
use copydesk::rejection::{Reason, Rejection};
use proptest::prelude::*;
use serde_json::{Value, json};

static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| Extractor::builtin().expect("the weights are compiled in"));

const ARTICLE: &str = include_str!("../config/samples/02-central-bank-holds.txt");
const ITEM: &str = include_str!("../config/samples/10-ocean-study.json");

fn process(payload: &[u8], content_type: Option<&str>) -> Result<Extraction, Rejection> {
    let raw = RawArticle { payload, content_type, ..RawArticle::default() };
    let outcome = pipeline::process(&EXTRACTOR, raw, Limits::default());
    match &outcome {
        Ok(extraction) => check_spans(extraction),
        Err(rejection) => assert_ne!(rejection.reason, Reason::Panic, "{rejection}"),
    }
    outcome
}

/// Every span, wherever it stands in an event, is the piece of the article's text that it says.
fn check_spans(extraction: &Extraction) {
    let article = serde_json::to_value(&extraction.article).expect("events are JSON");
    let text = extraction.article.text.as_str();
    let marks: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut events = vec![article];
    events.extend(extraction.entities.iter().map(|event| serde_json::to_value(event).expect("events are JSON")));
    events.extend(extraction.claims.iter().map(|event| serde_json::to_value(event).expect("events are JSON")));
    events.iter().for_each(|event| walk(event, text, &marks));
    let mut end = 0;
    for block in &extraction.article.blocks {
        let gap = &text[end..block.span.bytes[0]];
        assert!(gap.trim().is_empty(), "{gap:?} is in no block");
        end = block.span.bytes[1];
    }
    assert!(text[end..].trim().is_empty(), "{:?} is in no block", &text[end..]);
}

fn walk(value: &Value, text: &str, marks: &[usize]) {
    match value {
        Value::Object(map) if map.len() == 3 && map.contains_key("chars") => {
            let span: Span = serde_json::from_value(value.clone()).expect("spans have one form");
            assert_eq!(span.text, text[span.bytes[0]..span.bytes[1]]);
            assert_eq!([marks[span.chars[0]], marks[span.chars[1]]], span.bytes);
        }
        Value::Object(map) => map.values().for_each(|value| walk(value, text, marks)),
        Value::Array(list) => list.iter().for_each(|value| walk(value, text, marks)),
        _ => {}
    }
}

/// Pieces that stand next to each other in no article, and do in attacks and accidents.
fn newsy() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,6}",
        prop::sample::select(vec![
            "“",
            "”",
            "\"",
            "'",
            "’s",
            "\n",
            "\n\n",
            "\r\n",
            "- By ",
            "said",
            " said that ",
            ", according to ",
            "Ann Lee",
            "he",
            "she",
            "Reuters",
            "(AP) --",
            "WASHINGTON, Oct 26 (Reuters) - ",
            "$10.1 billion",
            "6.3%",
            "19 to 20 km",
            "on Saturday",
            "Oct 26, 2025",
            "WALLACE: ",
            "U.S.",
            "Mr. ",
            "\u{200b}",
            "\u{301}",
            "\u{202e}",
            "\0",
            "🙂",
            "İ",
            "ﬁ",
            "¹",
            "—",
            ": ",
            "1e400",
            "999999999999999999999999999999",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_have_an_outcome(bytes in prop::collection::vec(any::<u8>(), 0..600), kind in 0..4usize) {
        let _ = process(&bytes, [None, Some("text/plain"), Some("application/json"), Some("text/plain; charset=utf-16")][kind]);
    }

    #[test]
    fn any_text_has_an_outcome_and_plain_text_is_unchanged(text in newsy()) {
        if let Ok(extraction) = process(text.as_bytes(), Some("text/plain; charset=utf-8")) {
            prop_assert_eq!(extraction.article.text, text);
        }
    }

    #[test]
    fn any_item_has_an_outcome(headline in newsy(), body in newsy(), markup in any::<bool>()) {
        let key = if markup { "body_xhtml" } else { "body_text" };
        let item = json!({"uri": "u", "headline": headline, key: format!("<p>{body}</p>")});
        let _ = process(item.to_string().as_bytes(), None);
    }

    #[test]
    fn a_mutated_article_has_an_outcome(at in 0..ARTICLE.len(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        for article in [ARTICLE, ITEM] {
            let mut bytes = article.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.index(bytes.len()) + 1);
            let _ = process(&bytes, None);
        }
    }
}

#[test]
fn the_poison_set_has_outcomes() {
    let bomb = |open: &str, n: usize| json!({"uri": "u", "body_xhtml": open.repeat(n)}).to_string().into_bytes();
    let poison: Vec<(Vec<u8>, Option<Reason>)> = vec![
        (Vec::new(), Some(Reason::Empty)),
        (vec![0; 1000], Some(Reason::Undecodable)),
        (b"\xEF\xBB\xBF".to_vec(), Some(Reason::Empty)),
        (vec![b'a'; 5 << 20], Some(Reason::TooLarge)),
        ([b"{\"a\":".as_slice(), &b"[".repeat(10_000)].concat(), Some(Reason::Malformed)),
        (br#"{"version": 1e400, "body_text": "x"}"#.to_vec(), Some(Reason::Malformed)),
        (br#"{"body_text": "\ud800 alone"}"#.to_vec(), Some(Reason::Malformed)),
        (br#"{"uri": "u", "body_text": ""}"#.to_vec(), Some(Reason::NoText)),
        (br#"{"uri": "a", "uri": "b", "body_text": "Twice said."}"#.to_vec(), None),
        (bomb("<div>", 200_000), Some(Reason::NoText)),
        (bomb("<ul><li>x", 20_000), None),
        (bomb("<b>&amp;", 20_000), None),
        ("e\u{301}\u{302}\u{303}".repeat(20_000).into_bytes(), None),
        ("“".repeat(20_000).into_bytes(), None),
        ("word ".repeat(20_000).into_bytes(), None),
        ("'".repeat(20_000).into_bytes(), None),
        ("(".repeat(20_000).into_bytes(), None),
        ("A short line\n".repeat(5_000).into_bytes(), None),
        ("Ann Lee said that Bob Roe told her. ".repeat(500).into_bytes(), None),
        ("1,".repeat(50_000).into_bytes(), None),
        ("said ".repeat(10_000).into_bytes(), None),
        (b"He said \x93no\x94 and \xE9t\xE9.".to_vec(), None),
    ];
    for (payload, expected) in poison {
        let start = std::time::Instant::now();
        let reason = process(&payload, None).err().map(|rejection| rejection.reason);
        let shown = String::from_utf8_lossy(&payload[..payload.len().min(40)]).into_owned();
        assert_eq!(reason, expected, "{shown}");
        // Generous for an unoptimised build on a busy machine; what it must catch is quadratic work, which takes minutes.
        assert!(start.elapsed().as_secs() < 60, "{shown} took {:?}", start.elapsed());
    }
}

/// Lines of the sample wire and lines that are none, through the command itself.
#[test]
fn answers_are_the_same_at_any_number_of_threads_and_in_input_order() {
    let mut input = Vec::new();
    let mut ids = Vec::new();
    for round in 0..3 {
        for (i, article) in [ARTICLE, ITEM, "", "Short.", "{broken"].into_iter().enumerate() {
            let id = format!("{round}-{i}");
            writeln!(input, "{}", json!({"id": id, "body": article, "received": "2025-11-07T09:00:00Z"})).unwrap();
            ids.push(id);
        }
        writeln!(input, "no JSON at all").unwrap();
        ids.push(format!("line {}", input.iter().filter(|&&b| b == b'\n').count()));
    }
    let outputs = ["1", "2", "5"].map(|threads| run(&["extract", "--jsonl", "--threads", threads], &input));
    for (code, output) in &outputs {
        assert_eq!((*code, output), (Some(1), &outputs[0].1));
    }
    let answers: Vec<Value> = outputs[0].1.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.iter().map(|answer| answer["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    let is_rejection = |answer: &Value| answer["rejection"]["reason"].is_string();
    let rejected: Vec<bool> = answers.iter().take(6).map(is_rejection).collect();
    assert_eq!(rejected, [false, false, true, false, false, true]);
    assert_eq!(answers[0]["article"], answers[6]["article"].clone().tap("id", "0-0"));
}

trait Tap {
    fn tap(self, key: &str, value: &str) -> Self;
}

impl Tap for Value {
    /// The same object with another value of `key`.
    fn tap(mut self, key: &str, value: &str) -> Self {
        self[key] = json!(value);
        self
    }
}

#[test]
fn annotate_echoes_the_text_and_its_tokens_rebuild_it() {
    let text = "Ann Lee’s “plan” costs $10.1 billion,\n\n she said – naïve?  🙂 Yes.";
    let input = format!("{}\n", json!({"id": "a", "body": text}));
    let (code, output) = run(&["annotate", "--jsonl", "--threads", "1"], input.as_bytes());
    assert_eq!(code, Some(0));
    let answer: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(answer["text"], text);
    let chars: Vec<char> = text.chars().collect();
    let tokens = answer["tokens"].as_array().unwrap();
    let mut rebuilt = String::new();
    for token in tokens {
        let (start, end) = (token["start"].as_u64().unwrap() as usize, token["end"].as_u64().unwrap() as usize);
        rebuilt.extend(&chars[rebuilt.chars().count()..end]);
        assert!(start < end && (token["head"].as_u64().unwrap() as usize) < tokens.len());
    }
    assert_eq!(rebuilt, text);
    assert!(tokens.iter().any(|token| token["sent_start"] == true && token["tag"].is_string()));
}

fn run(args: &[&str], input: &[u8]) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary was built for this test");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feed = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}
