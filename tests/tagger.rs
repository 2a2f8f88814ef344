//! The tagger gives the labels that the network gave where it was trained (`models/attribution/train/labels.py`).

use copydesk::extract::tagger::Tagger;
use copydesk_nlp::Pipeline;
use serde_json::Value;

/// Labels that may differ in a hundred, for weights are rounded to 16 and 8 bits.
const ROUNDING: f64 = 0.5;

#[test]
fn labels_are_those_of_the_trained_network() {
    let (pipeline, tagger) = (Pipeline::builtin().expect("the built-in pipeline loads"), Tagger::builtin());
    let (mut tokens, mut spans, mut different) = (0, 0, Vec::new());
    for line in include_str!("quality/tagger_labels.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let text = case["text"].as_str().expect("a text");
        let doc = pipeline.annotate_segments(text, std::slice::from_ref(&(0..text.len())));
        let tags = tagger.tag(&doc, doc.segments());
        let labels = (0..doc.len()).filter(|&i| !doc.text(i).trim().is_empty()).map(|i| tags.labels[i] as u8);
        let found: String = labels.map(|label| char::from(b'0' + label)).collect();
        let expected = case["labels"].as_str().expect("labels");
        assert_eq!(found.len(), expected.len(), "{text}");
        tokens += found.len();
        spans += expected.matches(['1', '3', '5']).count();
        let differing = found.bytes().zip(expected.bytes()).filter(|(a, b)| a != b).count();
        if differing > 0 {
            different.push((differing, format!("{text}\n  {found}\n  {expected}")));
        }
    }
    let differing: usize = different.iter().map(|(n, _)| n).sum();
    println!("{differing} of {tokens} labels differ; {spans} spans");
    assert!(spans > 100, "{spans} spans");
    assert!(differing as f64 <= tokens as f64 * ROUNDING / 100.0, "{different:#?}");
}
