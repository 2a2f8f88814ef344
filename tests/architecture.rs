//! Who may use whom. The table below is the architecture; a line of source that breaks it is named.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room of `src/` and the rooms that it may name.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("article", &["event", "rejection"]),
    ("event", &[]),
    ("rejection", &[]),
    ("config", &[]),
    ("kb", &["event"]),
    ("extract", &["article", "event", "kb", "rejection"]),
    ("ops", &["article", "config", "rejection"]),
    ("pipeline", &["article", "event", "extract", "ops", "rejection"]),
    ("reload", &["extract", "kb", "ops"]),
    ("kafka", &["article", "config", "event", "extract", "ops", "pipeline", "rejection", "reload"]),
    ("cli", &["article", "config", "event", "extract", "kafka", "kb", "ops", "pipeline", "rejection", "reload"]),
    ("main", &["cli"]),
];

/// What only some places may name, and the places: paths from the repository's root.
const ONLY_IN: [(&str, &[&str]); 4] = [
    ("rdkafka::", &["src/kafka/"]),
    ("prometheus::", &["src/ops/metrics.rs"]),
    ("tokio", &["src/kafka/", "src/ops/", "src/pipeline.rs", "src/reload.rs", "src/cli/"]),
    ("tracing", &["src/kafka/", "src/ops/", "src/cli/", "src/pipeline.rs", "src/reload.rs"]),
];

/// The core: same bytes, same events.
const CORE: [&str; 5] = ["src/article/", "src/extract/", "src/event.rs", "src/rejection.rs", "nlp/src/"];

/// What the core must not do: clocks, randomness, threads' identities, the outside world.
const NOT_IN_CORE: [&str; 11] = [
    "Instant::now",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "RandomState",
    "rand::",
    "std::env::var",
    "env::var",
    "std::net",
    "std::process",
    "thread::current",
];

#[test]
fn rooms_use_only_what_the_table_allows() {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.into_iter().collect();
    let mut broken = Vec::new();
    for (path, line, code) in sources("src") {
        let room = room(&path);
        if room == "lib" {
            continue;
        }
        let allowed = table.get(room.as_str()).unwrap_or_else(|| panic!("{path}: the room {room} is not in the table"));
        for (at, _) in code.match_indices("crate::") {
            let used: String = code[at + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if table.contains_key(used.as_str()) && used != room && !allowed.contains(&used.as_str()) {
                broken.push(format!("{path}:{line}: {room} must not use {used}: {}", code.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn some_crates_are_named_in_one_place_only() {
    let mut broken = Vec::new();
    for (path, line, code) in sources("src").into_iter().chain(sources("nlp/src")) {
        for (name, places) in ONLY_IN {
            if code.contains(name) && !places.iter().any(|place| path.starts_with(place)) {
                broken.push(format!("{path}:{line}: {name} belongs to {places:?}: {}", code.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_core_knows_no_clock_no_randomness_and_no_outside_world() {
    let mut broken = Vec::new();
    for (path, line, code) in sources("src").into_iter().chain(sources("nlp/src")) {
        if CORE.iter().any(|core| path.starts_with(core))
            && let Some(name) = NOT_IN_CORE.iter().find(|name| code.contains(**name))
        {
            broken.push(format!("{path}:{line}: the core must not name {name}: {}", code.trim()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Every line of code under `folder`: path from the root, number, text without comments. Unit tests are not looked at.
fn sources(folder: &str) -> Vec<(String, usize, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lines = Vec::new();
    for file in files(&root.join(folder)) {
        let path = file.strip_prefix(root).expect("files are below the root").display().to_string();
        let text = fs::read_to_string(&file).expect("sources are UTF-8");
        let code = text.lines().enumerate().take_while(|(_, line)| !line.starts_with("#[cfg(test)]"));
        lines.extend(code.filter_map(|(i, line)| {
            let code = line.split("//").next().unwrap_or_default();
            (!code.trim().is_empty()).then(|| (path.clone(), i + 1, code.to_owned()))
        }));
    }
    assert!(lines.len() > 1000, "{folder} holds the sources");
    lines
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `src/kafka/worker.rs` is in the room `kafka`, `src/event.rs` is the room `event`.
fn room(path: &str) -> String {
    let inside = path.trim_start_matches("src/");
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs").to_owned()
}
