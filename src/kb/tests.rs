use super::build::compile;
use super::{Country, EntityType, Kb, Naming};

const ROWS: &str = r#"{"id":"wd:Q843","type":"GPE","name":"Pakistan","aliases":["Islamic Republic of Pakistan"],"subtype":"country","country":"PK","prior":0.95,"demonyms":["Pakistani"],"capitals":["Islamabad"],"source":["a"]}
{"id":"wd:Q1362","type":"GPE","name":"Islamabad","subtype":"city","country":"PK","prior":0.7,"same_as":{"geonames":"1176615"},"source":["a","b"]}

{"id":"wd:Q2096387","type":"PERSON","name":"Shehbaz Sharif","country":"PK","gender":"m","born":1951,"prior":0.9,"offices":[{"title":"Prime Minister","country":"PK","from":"2022-04-11"}]}
{"id":"desk:7","type":"ORG","name":"Tariq & Sons"}
"#;

fn base(rows: &str) -> Kb {
    Kb::from_bytes(compile(rows.as_bytes()).expect("the rows are well formed").bytes).expect("just compiled")
}

#[test]
fn an_entry_is_found_by_every_name_and_comes_back_whole() {
    let kb = base(ROWS);
    let found = kb.find("pakistan");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Naming::Name);
    let entry = kb.entry(found[0].1).expect("it was found");
    assert_eq!(
        (entry.id.as_str(), entry.name, entry.kind, entry.subtype),
        ("wd:Q843", "Pakistan", EntityType::Gpe, "country")
    );
    assert_eq!(kb.find("islamic republic of pakistan")[0].0, Naming::Alias);
    assert_eq!(kb.facts("pakistani").demonym, Country::new("pk"));
    assert_eq!(kb.facts("islamabad").capital_of, Country::new("PK"));
    assert_eq!(kb.named("islamabad").next().expect("the city").same_as, [("geonames", "1176615")]);
    let person = kb.find("sharif");
    assert_eq!(person[0].0, Naming::Surname);
    let person = kb.entry(person[0].1).expect("it was found");
    assert_eq!(person.offices[0].from.map(|d| d.to_string()).as_deref(), Some("2022-04-11"));
    assert_eq!((person.born, person.offices[0].to), (Some(1951), None));
    assert_eq!(kb.named("tariq and sons").next().expect("the firm").id, "desk:7");
    assert_eq!(kb.find("nobody"), []);
    assert_eq!(kb.entries().count(), 4);
}

#[test]
fn the_upper_layer_hides_entries_of_the_same_id() {
    let lower = base(ROWS);
    let upper =
        base(r#"{"id":"wd:Q843","type":"GPE","name":"Pakistan","subtype":"country","country":"PK","prior":0.1}"#);
    let both = upper.over(&lower);
    let priors: Vec<f32> = both.named("pakistan").map(|e| (e.prior * 10.0).round()).collect();
    assert_eq!(priors, [1.0]);
    assert!(both.facts("islamabad").known());
    assert_ne!(both.hash(), lower.hash());
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let (a, b) = (compile(ROWS.as_bytes()).expect("well formed"), compile(ROWS.as_bytes()).expect("well formed"));
    assert_eq!(a, b);
    assert_eq!(a.entries, 4);
}

fn refused(row: &str, expected: &str) {
    let error = compile(row.as_bytes()).expect_err(row).to_string();
    assert!(error.contains(expected), "{error:?} does not say {expected:?}");
}

#[test]
fn rows_that_make_no_sense_are_refused_with_line_and_reason() {
    refused("{\"id\":\"x\"}", "line 1 is no entry");
    refused(r#"{"id":"x","type":"GPE","name":"X","nmae":"Y"}"#, "unknown field `nmae`");
    refused(r#"{"id":"x","type":"CITY","name":"X"}"#, "type \"CITY\" is none of PERSON ORG");
    refused(r#"{"id":"wd:843","type":"GPE","name":"X"}"#, "a Wikidata id looks like wd:Q843");
    refused(r#"{"id":"x","type":"GPE","name":"—"}"#, "has no letter");
    refused(r#"{"id":"x","type":"GPE","name":"X","country":"PAK"}"#, "ISO 3166");
    refused(r#"{"id":"x","type":"GPE","name":"X","prior":2}"#, "between 0 and 1");
    refused(r#"{"id":"x","type":"PERSON","name":"X","offices":[{"title":"King","from":"long ago"}]}"#, "is no date");
    refused(
        "{\"id\":\"x\",\"type\":\"GPE\",\"name\":\"X\"}\n{\"id\":\"x\",\"type\":\"GPE\",\"name\":\"Y\"}",
        "line 2, entry x",
    );
}

#[test]
fn a_damaged_file_is_refused_and_never_panics() {
    let bytes = compile(ROWS.as_bytes()).expect("well formed").bytes;
    assert!(Kb::from_bytes(b"something else".to_vec()).is_err());
    for cut in [6, 20, 40, bytes.len() - 1] {
        assert!(Kb::from_bytes(bytes[..cut].to_vec()).is_err(), "cut at {cut}");
    }
    for at in (5..bytes.len()).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        assert!(Kb::from_bytes(damaged).is_err(), "byte {at}");
    }
}

/// The ids that stand in the sources, collected apart from the import (models/kb/README.md): ascending, the differences as varints.
fn source_ids() -> std::collections::HashSet<u64> {
    let mut ids = std::collections::HashSet::new();
    let (mut last, mut number, mut shift) = (0, 0, 0);
    for byte in include_bytes!("../../models/kb/source_ids.bin") {
        number |= u64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            last += number;
            ids.insert(last);
            (number, shift) = (0, 0);
        }
    }
    ids
}

#[test]
fn every_wikidata_id_of_the_builtin_base_stands_in_a_source_row_and_every_entry_has_a_source() {
    let known = source_ids();
    let kb = Kb::builtin();
    let mut linked = 0;
    for entry in kb.entries() {
        assert!(!entry.sources.is_empty(), "{} has no source", entry.id);
        if let Some(number) = entry.id.strip_prefix("wd:Q") {
            let number: u64 = number.parse().expect("the compiler checks ids");
            assert!(known.contains(&number), "{} ({}) stands in no source", entry.id, entry.name);
            linked += 1;
        }
    }
    assert!(linked > 10_000, "only {linked} entries have a Wikidata id");
    assert!(!known.contains(&4_000_000_001), "an id that no source has must be refused");
}

#[test]
fn the_builtin_base_holds_countries_cities_people_bodies_and_companies() {
    let kb = Kb::builtin();
    let id = |key: &str, subtype: &str| kb.named(key).find(|e| e.subtype == subtype).map(|e| e.id);
    assert_eq!(id("pakistan", "country").as_deref(), Some("wd:Q843"));
    assert_eq!(id("us", "country").as_deref(), Some("wd:Q30"));
    assert_eq!(id("georgia", "country").as_deref(), Some("wd:Q230"));
    assert_eq!(id("georgia", "region").as_deref(), Some("wd:Q1428"));
    assert_eq!(id("gwadar", "city").as_deref(), Some("gn:1177446"));
    assert_eq!(id("marco rubio", "").as_deref(), Some("wd:Q324546"));
    assert_eq!(id("apple inc", "company").as_deref(), Some("cik:320193"));
    assert_eq!(kb.facts("congo").country, None, "two countries go by it");
    assert!(!kb.facts("jordan").settled, "people go by it");
    assert!(kb.facts("pakistan").settled);
}
