//! Imports packages that are made here: real shapes, nearly all numbers zero.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io;

use copydesk_nlp::Pipeline;
use rmpv::Value;
use serde_json::{Value as Json, json};

use crate::container::map;
use crate::package::{ImportError, Package};

/// A package's files by name.
type Files = BTreeMap<&'static str, Vec<u8>>;

/// spaCy's id of the noun, under which its lemmatizer's tables stand.
const NOUN: u64 = 16_833_663_260_455_505_849;
/// spaCy's id of a word: a hash.
const COFFEE: u64 = 3_197_928_453_018_144_401;
/// spaCy's id of a word that is one of its symbols.
const NSUBJ: u64 = 429;
/// The static vectors: two rows.
const VECTORS: [[f32; 3]; 2] = [[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]];

fn import(files: &Files) -> Result<(Vec<u8>, Pipeline), ImportError> {
    let read = |name: &str| files.get(name).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound));
    Package { read: &read }.import()
}

/// What the import of a package with static vectors says after `change` was made to its files.
fn refusal(change: impl FnOnce(&mut Files)) -> String {
    let mut files = package(true);
    change(&mut files);
    import(&files).map(|_| ()).unwrap_err().to_string()
}

fn header(file: &[u8]) -> Json {
    let length = u32::from_le_bytes(file[7..11].try_into().unwrap()) as usize;
    serde_json::from_slice(&file[11..11 + length]).unwrap()
}

fn msgpack(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, value).unwrap();
    bytes
}

/// An array as srsly writes it.
fn array(shape: &[usize], number: impl Fn(usize) -> f32) -> Value {
    let data: Vec<u8> = (0..shape.iter().product()).flat_map(|i| number(i).to_le_bytes()).collect();
    let shape: Vec<Value> = shape.iter().map(|&n| n.into()).collect();
    let parts: [(&str, Value); 4] =
        [("nd", true.into()), ("type", "<f4".into()), ("shape", shape.into()), ("data", Value::Binary(data))];
    map(parts.map(|(key, value)| (Value::Binary(key.into()), value)))
}

fn zeros(shape: &[usize]) -> Value {
    array(shape, |_| 0.0)
}

/// A layer of a model: name, references, parameters, attributes.
struct Layer {
    name: &'static str,
    refs: Vec<(&'static str, usize)>,
    params: Vec<(&'static str, Value)>,
    attrs: Vec<(&'static str, Value)>,
}

fn layer(name: &'static str, params: Vec<(&'static str, Value)>) -> Layer {
    Layer { name, refs: vec![], params, attrs: vec![] }
}

fn model(layers: Vec<Layer>) -> Vec<u8> {
    let (mut nodes, mut params, mut attrs) = (Vec::new(), Vec::new(), Vec::new());
    for Layer { name, refs, params: own, attrs: set } in layers {
        let refs = map(refs.into_iter().map(|(name, at)| (name, at.into())));
        nodes.push(map([("name", name.into()), ("refs", refs)]));
        params.push(map(own));
        attrs.push(map(set.into_iter().map(|(name, value)| (name, Value::Binary(msgpack(&value))))));
    }
    msgpack(&map([("nodes", nodes.into()), ("attrs", attrs.into()), ("params", params.into())]))
}

/// A number of the linear layer of the static vectors.
fn linear(output: usize, input: usize) -> f32 {
    ((output * 7 + input * 3) % 11) as f32 / 10.0 - 0.5
}

/// An encoder whose rows are the layer norms of the last 96 numbers that its mixing layer reads.
fn encoder(rows: &[usize], with_vectors: bool) -> Vec<Layer> {
    let mut layers = Vec::new();
    if with_vectors {
        let w = array(&[96, 3], |i| linear(i / 3, i % 3));
        layers.push(Layer { attrs: vec![("key_attr", "ORTH".into())], ..layer("static_vectors", vec![("W", w)]) });
    }
    for (i, &rows) in rows.iter().enumerate() {
        let embed = layer("hashembed", vec![("E", zeros(&[rows, 96]))]);
        layers.push(Layer { attrs: vec![("seed", (8 + i).into())], ..embed });
    }
    let mut maxout = |n_in: usize, one: f32| {
        // Piece 0 of output o is the number o of the last part.
        let w = array(&[96, 3, n_in], |i| {
            let (output, piece, input) = (i / n_in / 3, i / n_in % 3, i % n_in);
            if piece == 0 && input == n_in - 96 + output { one } else { 0.0 }
        });
        layers.push(layer("maxout", vec![("W", w), ("b", zeros(&[96, 3]))]));
        layers.push(layer("layernorm", vec![("G", array(&[96], |_| one)), ("b", zeros(&[96]))]));
    };
    maxout((rows.len() + usize::from(with_vectors)) * 96, 1.0);
    (0..4).for_each(|_| maxout(288, 0.0));
    layers
}

/// A transition model of so many features and classes over the layers of an own encoder.
fn transitions(features: usize, classes: usize, encoder: Vec<Layer>) -> Vec<u8> {
    let (lower, pad) = (zeros(&[features, 64, 2, 64]), zeros(&[1, features, 64, 2]));
    let root = Layer { refs: vec![("tok2vec", 3), ("lower", 1), ("upper", 2)], ..layer("parser_model", vec![]) };
    let mut layers = vec![
        root,
        layer("precomputable_affine", vec![("W", lower), ("b", zeros(&[64, 2])), ("pad", pad)]),
        layer("linear", vec![("W", zeros(&[classes, 64])), ("b", zeros(&[classes]))]),
        layer("linear", vec![("W", zeros(&[64, 96])), ("b", zeros(&[64]))]),
    ];
    layers.extend(encoder);
    model(layers)
}

fn moves(json: &Json) -> Vec<u8> {
    msgpack(&map([("moves", json.to_string().into())]))
}

/// JSON with the lemmatizer's key in place of the text "noun".
fn table(json: &Json) -> Value {
    let value: Value = serde_json::from_value(json.clone()).unwrap();
    let entries = value.as_map().unwrap().iter().cloned();
    map(entries.map(|(key, value)| (if key.as_str() == Some("noun") { NOUN.into() } else { key }, value)))
}

fn package(with_vectors: bool) -> Files {
    let labels = json!({ "LATE": -1, "GPE": 2, "ORG": 2, "PERSON": 9 });
    let unit = json!({ "LATE": -1, "GPE": 2, "ORG": 2, "PERSON": 9, "": 1 });
    let ner = json!({ "0": {}, "1": labels, "2": labels, "3": labels, "4": unit, "5": { "": 1 } });
    let parser = json!({ "0": { "": 9 }, "1": { "": 9 }, "2": { "nsubj": 5 }, "3": { "dobj": 5 }, "4": { "ROOT": 5 } });
    let piece = |orth: &str, norm: Option<&str>| {
        map([(65, orth)].into_iter().chain(norm.map(|norm| (67, norm))).map(|(key, text)| (key, text.into())))
    };
    let exceptions = map([("can't", vec![piece("ca", Some("can")), piece("n't", None)].into())]);
    let rule = json!([{ "patterns": [[{ "TAG": "NN" }]], "attrs": { "POS": "NOUN" }, "index": 0 }]);
    let lookups = map([
        ("lemma_rules", table(&json!({ "noun": [["s", ""]] }))),
        ("lemma_exc", table(&json!({ "noun": { "mice": ["mouse"] } }))),
        ("lemma_index", table(&json!({ "noun": ["mouse", "cat"] }))),
    ]);
    let expressions =
        [("prefix_search", "^\\("), ("suffix_search", "\\)$"), ("infix_finditer", "~"), ("url_match", "^http")];
    let tokenizer = expressions.map(|(name, expression)| (name, expression.into()));
    let tokenizer = tokenizer.into_iter().chain([("token_match", Value::Nil), ("exceptions", exceptions)]);
    let mut files: Files = [
        ("meta.json", json!({ "lang": "en", "name": "tiny", "version": "3.8.0", "license": "MIT" }).to_string().into()),
        ("tok2vec/model", model(encoder(&[5000, 1000, 2500, 2500, 50, 50], with_vectors))),
        ("ner/model", transitions(3, 18, encoder(&[5000, 1000, 2500, 2500], with_vectors))),
        ("parser/model", transitions(8, 5, vec![])),
        ("tagger/model", model(vec![layer("softmax", vec![("W", zeros(&[2, 96])), ("b", zeros(&[2]))])])),
        ("ner/moves", moves(&ner)),
        ("parser/moves", moves(&parser)),
        ("tagger/cfg", json!({ "labels": ["NN", "_SP"] }).to_string().into()),
        ("tokenizer", msgpack(&map(tokenizer))),
        ("vocab/lookups.bin", msgpack(&map([("lexeme_norm", map([(COFFEE, "koffie".into())]))]))),
        ("lemmatizer/lookups/lookups.bin", msgpack(&lookups)),
        ("attribute_ruler/patterns", msgpack(&serde_json::from_value(rule).unwrap())),
    ]
    .into();
    if with_vectors {
        let mut vectors = b"\x93NUMPY\x01\x00\x3a\x00".to_vec();
        vectors.extend(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}\n");
        vectors.extend(VECTORS.iter().flatten().flat_map(|number| number.to_le_bytes()));
        files.insert("vocab/vectors", vectors);
        files.insert("vocab/key2row", msgpack(&map([(COFFEE, 1.into()), (NSUBJ, 0.into())])));
        files.insert("vocab/vectors.cfg", br#"{"mode":"default"}"#.to_vec());
    }
    files
}

#[test]
fn tables_come_in_the_order_of_spacys_classes_and_norms() {
    let (file, pipeline) = import(&package(false)).unwrap();
    let header = header(&file);
    assert_eq!(header["meta"]["package"], "en_tiny");
    assert_eq!(header["meta"]["seeds"]["ner"], json!([8, 9, 10, 11]));
    let tables = &header["tables"];
    assert_eq!(tables["parser_moves"], json!(["S", "D", "L-nsubj", "R-dobj", "B-ROOT"]));
    let names = ["B-PERSON", "B-ORG", "B-GPE", "I-PERSON", "I-ORG", "I-GPE", "L-PERSON", "L-ORG", "L-GPE"];
    let names =
        names.into_iter().chain(["U-PERSON", "U-ORG", "U-GPE", "U-", "O", "B-LATE", "I-LATE", "L-LATE", "U-LATE"]);
    assert_eq!(tables["ner_moves"], json!(names.collect::<Vec<_>>()));
    assert_eq!(tables["tokenizer"]["rules"], json!({ "can't": [["ca", "can"], ["n't", ""]] }));
    assert_eq!(tables["lexeme_norm"], json!({ COFFEE.to_string(): "koffie" }));
    assert_eq!(tables["lemma_index"], json!({ "noun": "cat\nmouse" }));
    let doc = pipeline.annotate("mice can't coffee");
    let words: Vec<_> = (0..doc.len()).map(|i| (doc.text(i), doc.norm(i), doc.lemma(i))).collect();
    let expected =
        [("mice", "mice", "mouse"), ("ca", "can", "ca"), ("n't", "n't", "n't"), ("coffee", "koffie", "coffee")];
    assert_eq!(words, expected);
}

#[test]
fn a_word_with_a_vector_is_encoded_with_it_and_one_without_as_before() {
    let [with, without] = [true, false].map(|vectors| import(&package(vectors)).unwrap().1);
    let text = "coffee nsubj tea coffee";
    let [with, without] =
        [with, without].map(|pipeline| pipeline.annotate_segments(text, std::slice::from_ref(&(0..text.len()))));
    for (i, vector) in [Some(VECTORS[1]), Some(VECTORS[0]), None, Some(VECTORS[1])].into_iter().enumerate() {
        assert_eq!(without.tok2vec(i), [0.0; 96]);
        let Some(vector) = vector else {
            assert_eq!(with.tok2vec(i), [0.0; 96]);
            continue;
        };
        // The linear layer, the larger of it and two pieces of zeros, the layer norm.
        let dot = |output| vector.iter().enumerate().map(|(k, x)| linear(output, k) * x).sum::<f32>().max(0.0);
        let row: Vec<f32> = (0..96).map(dot).collect();
        let mean = row.iter().sum::<f32>() / 96.0;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 96.0;
        for (ours, x) in with.tok2vec(i).iter().zip(&row) {
            let expected = (x - mean) / (variance + 1e-8).sqrt();
            assert!((ours - expected).abs() < 1e-4, "token {i}: {ours}, expected {expected}");
        }
    }
}

#[test]
fn what_spacy_has_in_its_code_is_what_the_shipped_weights_have() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/en_core_web_sm/en_core_web_sm.bin");
    let (shipped, tiny) = (header(&std::fs::read(path).unwrap()), header(&import(&package(false)).unwrap().0));
    for table in ["base_norms", "symbols"] {
        assert_eq!(shipped["tables"][table], tiny["tables"][table], "{table}");
    }
}

#[test]
fn errors_name_the_file_and_what_is_missing_in_it() {
    for name in package(true).keys() {
        let told = refusal(|files| drop(files.remove(name)));
        assert!(told.starts_with(&format!("cannot read {name}: ")) && told.contains("config.cfg"), "{told}");
        let told = refusal(|files| files.get_mut(name).unwrap().truncate(9));
        assert!(told.starts_with(&format!("{name}: ")), "{told}");
    }
    let told = refusal(|files| drop(files.insert("tagger/model", model(vec![]))));
    assert_eq!(told, "tagger/model: no layer softmax");
    let told = refusal(|files| drop(files.insert("tagger/model", model(vec![layer("softmax", vec![])]))));
    assert_eq!(told, "tagger/model: parameter W of layer 0: not in the file");
    let mut layers = encoder(&[5000], true);
    layers.pop();
    let told = refusal(|files| drop(files.insert("tok2vec/model", model(layers))));
    assert_eq!(told, "tok2vec/model: 4 layers of maxout and layernorm, expected 5");
    let told = refusal(|files| drop(files.insert("vocab/vectors.cfg", br#"{"mode":"floret"}"#.to_vec())));
    assert_eq!(told, "vocab/vectors.cfg: vectors of mode \"floret\", expected \"default\"");
    let told = refusal(|files| drop(files.insert("vocab/key2row", msgpack(&map([(COFFEE, 2.into())])))));
    assert_eq!(told, "vocab/key2row: 1 keys of 3 rows, vocab/vectors has 2");
}

#[test]
fn errors_name_the_tensor_of_another_shape() {
    let told = refusal(|files| drop(files.insert("parser/model", transitions(7, 5, vec![]))));
    assert!(told.ends_with("tensor parser.lower.W has shape [7, 64, 2, 64], expected [8, 64, 2, 64]"), "{told}");
    let told = refusal(|files| drop(files.insert("ner/model", transitions(3, 18, encoder(&[9, 9, 9, 9], true)))));
    assert!(told.ends_with("tensor ner.embed.0 has shape [9, 96], expected [5000, 96]"), "{told}");
    let rows = [5000, 1000, 2500, 2500];
    let told = refusal(|files| drop(files.insert("ner/model", transitions(3, 18, encoder(&rows, false)))));
    assert_eq!(told, "ner/model: no layer static_vectors");
}
