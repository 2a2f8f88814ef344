//! The commands that need no Kafka, as they are typed: outputs, exit codes, what a reader that goes away sees.

#![allow(clippy::unwrap_used, reason = "helpers of tests: a panic is how they report")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

fn copydesk(arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

const SAMPLE: &str = "config/samples/01-ties-with-pakistan.txt";

#[test]
fn extract_writes_article_entities_and_claims_in_publishing_order() {
    let ended = copydesk(&["extract", SAMPLE], b"");
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let schemas: Vec<String> = ended
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["schema"].as_str().unwrap().to_owned())
        .collect();
    let mut sorted = schemas.clone();
    sorted.sort_by_key(|schema| {
        ["copydesk.article.v1", "copydesk.entity.v1", "copydesk.claim.v1"].iter().position(|s| s == schema)
    });
    assert_eq!(schemas, sorted);
    assert_eq!(schemas.iter().filter(|schema| *schema == "copydesk.article.v1").count(), 1);
}

#[test]
fn standard_input_is_read_where_no_path_is_given() {
    for arguments in [&["extract"][..], &["extract", "-"]] {
        let ended = copydesk(arguments, b"The minister said that 40 jobs would go.");
        assert!(ended.code == Some(0) && ended.out.contains("that 40 jobs would go"), "{}", ended.out);
    }
}

#[test]
fn exit_codes_tell_refusals_from_mistakes() {
    let refused = copydesk(&["extract", "config/samples/99-malformed.json", SAMPLE], b"");
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("99-malformed.json: parse: malformed"), "{}", refused.err);
    assert!(refused.out.contains("copydesk.claim.v1"), "the other article went on");
    for arguments in [
        &["extract", "no such file"][..],
        &["extract", "--pretty", "--jsonl"],
        &["extract", "--threads", "many"],
        &["parse"],
    ] {
        let ended = copydesk(arguments, b"");
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ended.err.is_empty());
    }
    assert_eq!(copydesk(&["extract", "--content-type", "video/mp4", SAMPLE], b"").code, Some(1));
    assert_eq!(copydesk(&["--help"], b"").code, Some(0));
}

#[test]
fn a_line_may_say_what_its_body_is() {
    let item = std::fs::read_to_string("config/samples/07-court-verdict.json").unwrap();
    let lines = [
        json!({"id": "a", "body": item, "content_type": "application/json"}),
        json!({"id": "b", "body": item}),
        json!({"id": "c", "body": item, "content_type": "text/plain"}),
        json!({"id": "d", "body": "He spoke on Saturday.", "received": "2025-10-28T10:00:00Z"}),
    ];
    let ended = copydesk(&["extract", "--jsonl"], lines.map(|line| line.to_string() + "\n").concat().as_bytes());
    assert_eq!(ended.code, Some(0));
    let answers: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let formats: Vec<&Value> = answers.iter().map(|answer| &answer["article"]["source_format"]).collect();
    assert_eq!(formats, ["ninjs", "ninjs", "plain", "plain"]);
    assert_eq!(answers[0]["article"]["id"], "urn:newsml:northwire.example:20251104:marlow-verdict");
    assert_eq!(answers[3]["article"]["id"], "d");
}

#[test]
fn pretty_has_no_colours_where_nobody_sees_them() {
    let ended = copydesk(&["extract", "--pretty", SAMPLE], b"");
    assert!(ended.code == Some(0) && !ended.out.contains('\x1b'));
    assert!(ended.out.contains("\n  Marco Rubio"), "{}", ended.out);
}

#[test]
fn annotate_takes_any_model_and_extract_the_one_that_its_tagger_knows() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let settings = |name: &str, model: &str| write(name, format!("[engine]\nmodel = {model:?}\n").as_bytes());
    let mut bytes = std::fs::read("models/en_core_web_sm/en_core_web_sm.bin").unwrap();
    let known = settings("known.toml", &write("known.bin", &bytes));
    // The same weights under the medium package's name.
    let at = bytes.windows(6).position(|name| name == b"web_sm").unwrap();
    bytes[at + 4] = b'm';
    bytes[at + 5] = b'd';
    let body = bytes.len() - 32;
    let sum = Sha256::digest(&bytes[..body]);
    bytes[body..].copy_from_slice(&sum);
    let other = settings("other.toml", &write("other.bin", &bytes));

    let built_in = copydesk(&["annotate", SAMPLE], b"");
    for config in [&known, &other] {
        let ended = copydesk(&["annotate", "--config", config, SAMPLE], b"");
        assert!(ended.code == Some(0) && ended.out == built_in.out, "{}", ended.err);
    }
    assert_eq!(copydesk(&["extract", "--config", &known, SAMPLE], b"").code, Some(0));
    let ended = copydesk(&["extract", "--config", &other, SAMPLE], b"");
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    for told in ["engine.model", "other.bin", "en_core_web_md", "en_core_web_sm 3.8.0", "leave engine.model empty"] {
        assert!(ended.err.contains(told), "{told}: {}", ended.err);
    }
    let missing = settings("missing.toml", "/nowhere/model.bin");
    let ended = copydesk(&["annotate", "--config", &missing, SAMPLE], b"");
    assert!(ended.code == Some(2) && ended.err.contains("/nowhere/model.bin"), "{}", ended.err);
}

#[test]
fn answers_come_while_the_input_is_still_open() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["extract", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for id in ["first", "second"] {
        writeln!(input, "{}", json!({"id": id, "body": "The bank said no."})).unwrap();
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["id"], id);
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["annotate", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let line = json!({"id": "a", "body": "The bank said no. ".repeat(200)}).to_string() + "\n";
    let feed = std::thread::spawn(move || while input.write_all(line.as_bytes()).is_ok() {});
    reader.read_line(&mut String::new()).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
