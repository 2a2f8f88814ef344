//! Quantities and times of self-written newswire sentences, as they are published: `tests/quality/quantities_and_times.jsonl`
//! and, of other wire styles and written before the rules were read, `quantities_and_times_held_out.jsonl`.
//!
//! A line: `{"id", "date", "place", "text", "quantities": [{"span", "value"?, "low"?, "high"?, "unit"?, "currency"?, "approx"?, "per"?,
//! "change"?}], "times": [{"span", "value", "role"}]}`. A find is right where its span meets the gold's and the values are the same.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use copydesk::article::{Limits, RawArticle, parse};
use copydesk::event::{ClaimEvent, Provenance, Quantity, Time};
use copydesk::extract::Extractor;
use copydesk_nlp::Pipeline;
use serde_json::Value;

static EXTRACTOR: LazyLock<Extractor> =
    LazyLock::new(|| Extractor::new(Arc::new(Pipeline::builtin().expect("the built-in pipeline loads"))));

/// Floors in percent.
const FLOORS: [(&str, f64); 4] =
    [("value and unit", 95.0), ("direction of change", 92.0), ("time value", 94.0), ("time role", 85.0)];

/// Of the sentences of other styles. Mending was general, but these figures are no longer of unseen text.
const FLOORS_OTHER_STYLES: [(&str, f64); 4] =
    [("value and unit", 92.0), ("direction of change", 86.0), ("time value", 95.0), ("time role", 85.0)];

/// Right, found, gold.
#[derive(Default)]
struct Count([usize; 3]);

impl Count {
    fn f1(&self) -> f64 {
        let [right, found, gold] = self.0;
        200.0 * right as f64 / (found + gold).max(1) as f64
    }
}

/// What the claims of the sentence hold, each once: an article with its date and place before it.
fn published(case: &Value) -> (usize, Vec<Quantity>, Vec<Time>) {
    let date = case["date"].as_str().expect("a date");
    let (place, text) = (case["place"].as_str().expect("a place"), case["text"].as_str().expect("a text"));
    let body = serde_json::json!({
        "uri": "urn:case", "version": "1", "type": "text", "versioncreated": format!("{date}T12:00:00Z"),
        "located": place, "body_text": text,
    });
    let body = body.to_string();
    let raw = RawArticle { payload: body.as_bytes(), content_type: Some("application/json"), id: None, received: None };
    let article = parse(raw, Limits { max_bytes: 1 << 20 }).expect("a case is an article");
    let at = article.text.find(text).expect("the sentence stands in the article");
    let start = article.text[..at].chars().count();
    let claims = EXTRACTOR.extract(&article, &Provenance::default()).expect("a case is never rejected").claims;
    let mut quantities: BTreeMap<[usize; 2], Quantity> = BTreeMap::new();
    let mut times: BTreeMap<[usize; 2], Time> = BTreeMap::new();
    for ClaimEvent { quantities: q, times: t, .. } in claims {
        quantities.extend(q.into_iter().map(|q| (q.span.chars, q)));
        times.extend(t.into_iter().map(|t| (t.span.chars, t)));
    }
    (start, quantities.into_values().collect(), times.into_values().collect())
}

/// Where the gold stands, in code points of the sentence.
fn chars(gold: &Value) -> [usize; 2] {
    let end = |k: usize| gold["span"]["chars"][k].as_u64().expect("a code-point offset") as usize;
    [end(0), end(1)]
}

fn meets(a: [usize; 2], b: [usize; 2]) -> bool {
    a[0] < b[1] && b[0] < a[1]
}

fn same(gold: &Value, found: Option<&String>) -> bool {
    gold.as_str() == found.map(String::as_str)
}

#[test]
fn quantities_and_times_are_read_as_a_reader_would() {
    check(include_str!("quality/quantities_and_times.jsonl"), FLOORS);
}

#[test]
fn quantities_and_times_of_other_wire_styles_are_read_too() {
    check(include_str!("quality/quantities_and_times_held_out.jsonl"), FLOORS_OTHER_STYLES);
}

fn check(cases: &str, floors: [(&str, f64); 4]) {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut report = String::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let (start, quantities, times) = published(&case);
        let place = |chars: [usize; 2]| chars.map(|c| c.wrapping_sub(start));
        let golds = |key: &str| case[key].as_array().expect("a list").clone();
        let mut missed = Vec::new();

        let (gold, value) = (golds("quantities"), "value and unit");
        let mut add = |name, right: usize, found: usize, gold: usize| {
            let count = &mut counts.entry(name).or_default().0;
            *count = [count[0] + right, count[1] + found, count[2] + gold];
        };
        let right = |g: &Value, q: &Quantity| {
            meets(chars(g), place(q.span.chars))
                && same(&g["value"], q.value.as_ref())
                && same(&g["low"], q.low.as_ref())
                && same(&g["high"], q.high.as_ref())
                && same(&g["unit"], q.unit.as_ref())
                && same(&g["currency"], q.currency.as_ref())
        };
        let found = gold.iter().filter(|g| quantities.iter().any(|q| right(g, q))).count();
        add(value, found, quantities.len(), gold.len());
        if found < gold.len() || found < quantities.len() {
            missed.extend(
                quantities.iter().map(|q| format!("{:?} {:?} {:?} {:?}", q.span.text, q.value, q.unit, q.currency)),
            );
        }
        let direction = |q: &Quantity| q.change.as_ref().map(|c| c.direction.clone());
        let changed: Vec<&Quantity> = quantities.iter().filter(|q| q.change.is_some()).collect();
        let golden: Vec<&Value> = gold.iter().filter(|g| g["change"].is_object()).collect();
        let agrees = |g: &&&Value| {
            changed
                .iter()
                .any(|q| meets(chars(g), place(q.span.chars)) && same(&g["change"]["direction"], direction(q).as_ref()))
        };
        let found = golden.iter().filter(agrees).count();
        add("direction of change", found, changed.len(), golden.len());
        if found < golden.len() || found < changed.len() {
            missed.extend(changed.iter().map(|q| format!("{:?} {:?}", q.span.text, direction(q))));
        }

        let gold = golds("times");
        let valued =
            |g: &Value, t: &Time| meets(chars(g), place(t.span.chars)) && g["value"].as_str() == Some(&t.value);
        let found = gold.iter().filter(|g| times.iter().any(|t| valued(g, t))).count();
        add("time value", found, times.len(), gold.len());
        let roles = gold.iter().filter(|g| times.iter().any(|t| valued(g, t) && g["role"].as_str() == Some(&t.role)));
        add("time role", roles.count(), found, found);
        if found < gold.len() || found < times.len() {
            missed.extend(times.iter().map(|t| format!("{:?} {}", t.span.text, t.value)));
        }
        if !missed.is_empty() {
            report.push_str(&format!("{}: {}\n    {}\n", case["id"], case["text"], missed.join("; ")));
        }
    }
    println!("{report}");
    for (name, count) in &counts {
        println!("{name}: F1 {:.1} {:?}", count.f1(), count.0);
    }
    for (name, floor) in floors {
        assert!(counts[name].f1() >= floor, "{name}: {:.1} < {floor}", counts[name].f1());
    }
}
