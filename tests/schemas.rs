//! Every event of the golden cases and of the sample wire fits its published schema, and no field goes unmentioned there.

#![allow(clippy::unwrap_used, reason = "helpers of tests: a panic is how they report")]

use std::path::{Path, PathBuf};

use copydesk::article::{Limits, RawArticle};
use copydesk::extract::Extractor;
use copydesk::pipeline;
use serde_json::{Value, json};

#[test]
fn every_event_fits_its_schema_and_every_field_is_in_it() {
    let validators = ["article", "entity", "claim"].map(|kind| (format!("copydesk.{kind}.v1"), validator(kind)));
    let extractor = Extractor::builtin().expect("the weights are compiled in");
    let mut counts = [0; 3];
    for path in articles() {
        let payload = std::fs::read(&path).expect("the article can be read");
        let raw = RawArticle { payload: &payload, ..RawArticle::default() };
        let Ok(extraction) = pipeline::process(&extractor, raw, Limits::default()) else { continue };
        let mut events = vec![serde_json::to_value(&extraction.article).unwrap()];
        events.extend(extraction.entities.iter().map(|event| serde_json::to_value(event).unwrap()));
        events.extend(extraction.claims.iter().map(|event| serde_json::to_value(event).unwrap()));
        for event in events {
            let kind = validators.iter().position(|(name, _)| event["schema"] == **name).expect("a known schema");
            counts[kind] += 1;
            if let Err(error) = validators[kind].1.validate(&event) {
                panic!("{}: {} {error}\n{event:#}", path.display(), error.instance_path());
            }
        }
    }
    assert!(counts[0] > 30 && counts[1] > 200 && counts[2] > 200, "{counts:?}");
}

#[test]
fn a_field_that_the_schema_does_not_know_is_found() {
    let span = json!({"text": "x", "chars": [0, 1], "bytes": [0, 1]});
    let mention = json!({"kind": "name", "span": span, "rule": "ner"});
    let mut event = json!({"schema": "copydesk.entity.v1", "id": "e", "article_id": "a", "article_version": "1", "entity_id": "cd:org:x",
        "name": "X", "type": "ORG", "roles": [], "kb": null, "mentions": [mention], "salience": 0.5});
    let validator = validator("entity");
    assert!(validator.is_valid(&event));
    event["mentions"][0]["span"]["colour"] = json!("red");
    assert!(!validator.is_valid(&event));
}

/// The published schema, closed: consumers must take unknown fields, but we must not publish any.
fn validator(kind: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/schemas/{kind}.v1.json"));
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).expect("the schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema), "{} is no JSON Schema", path.display());
    close(&mut schema);
    jsonschema::validator_for(&schema).expect("the schema can be compiled")
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.get("properties").is_some_and(Value::is_object) && map.contains_key("required") {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

fn articles() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["config/samples", "tests/golden/plain", "tests/golden/ninjs"].map(|folder| root.join(folder));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("the folder is there"));
    let files = files.map(|entry| entry.expect("the folder can be read").path());
    let mut files: Vec<PathBuf> = files.filter(|f| f.extension().is_some_and(|e| e == "txt" || e == "json")).collect();
    files.sort();
    files
}
