//! Articles a second of `copydesk run`: the real service against a real Kafka on this machine.
//!
//! `cargo bench --bench run [-- FILE.jsonl]`; lines are `{"id", "body"}` as `copydesk extract --jsonl` reads them. Without a file the
//! sample wire is sent again and again, which flatters the engine's caches: quote figures of a file with different articles.

#![allow(
    dead_code,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a command that measures; shares helpers with the live tests"
)]

#[path = "../tests/live/broker.rs"]
mod broker;
#[path = "../tests/live/desk.rs"]
mod desk;

use std::path::Path;
use std::time::{Duration, Instant};

use desk::{Desk, Sent};
use serde_json::Value;

/// Articles at least, however few the file has.
const ARTICLES: usize = 1_500;

fn main() {
    let wire = wire(std::env::args().skip(1).find(|argument| !argument.starts_with("--")));
    let bytes: usize = wire.iter().map(|(_, payload, _)| payload.len()).sum();
    println!("{} articles, {} bytes, {} cores", wire.len(), bytes, std::thread::available_parallelism().unwrap());
    println!("setting | articles/s | words/s | events/s | MB/s | CPU s | transaction s");
    for (name, environment) in [
        ("exactly once, 1 worker", vec![("COPYDESK__KAFKA__WORKERS", "1")]),
        ("exactly once, 2 workers", vec![("COPYDESK__KAFKA__WORKERS", "2")]),
        (
            "at least once, 2 workers",
            vec![("COPYDESK__KAFKA__WORKERS", "2"), ("COPYDESK__KAFKA__DELIVERY", "at-least-once")],
        ),
    ] {
        let desk = Desk::new(&name.replace([' ', ','], "-"));
        desk.feed(wire.iter().cloned());
        let mut running = desk.run(&environment);
        let address = running.address();
        let metric = |name: &str| value(&desk::http(&address, "/metrics"), name);
        while metric("copydesk_partitions_assigned") < f64::from(desk::PARTITIONS) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let (start, cpu) = (Instant::now(), metric("process_cpu_seconds_total"));
        while (metric("copydesk_articles_total") as usize) < wire.len() {
            std::thread::sleep(Duration::from_millis(20));
        }
        let seconds = start.elapsed().as_secs_f64();
        let rate = |amount: f64| amount / seconds;
        // Words and events of the last batch are counted after its articles.
        std::thread::sleep(Duration::from_millis(200));
        println!(
            "{name} | {:.0} | {:.0} | {:.0} | {:.2} | {:.1} | {:.3}",
            rate(wire.len() as f64),
            rate(metric("copydesk_words_total")),
            rate(metric("copydesk_events_published_total")),
            rate(bytes as f64) / 1e6,
            metric("process_cpu_seconds_total") - cpu,
            metric("copydesk_transaction_duration_seconds_sum") / metric("copydesk_transaction_duration_seconds_count"),
        );
        assert_eq!(running.terminate().0, 0);
    }
}

/// Sum of a metric's series in Prometheus' text format.
fn value(text: &str, name: &str) -> f64 {
    let series = text.lines().filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])));
    series.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// Articles of the file or of the sample wire, repeated under new ids until there are enough.
fn wire(file: Option<String>) -> Vec<Sent> {
    let text: Vec<String> = match file {
        Some(file) => {
            let lines = std::fs::read_to_string(&file).unwrap();
            let body = |line: &str| serde_json::from_str::<Value>(line).unwrap()["body"].as_str().unwrap().to_owned();
            lines.lines().map(body).collect()
        }
        None => {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/samples");
            let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            paths
                .iter()
                .filter(|path| path.extension().is_some_and(|e| e == "txt"))
                .filter_map(|path| std::fs::read_to_string(path).ok())
                .collect()
        }
    };
    let plain = || vec![("content-type", "text/plain; charset=utf-8")];
    (0..text.len().max(ARTICLES))
        .map(|i| (format!("bench:{i}"), text[i % text.len()].clone().into_bytes(), plain()))
        .collect()
}
