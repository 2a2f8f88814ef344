//! The deployment is as good as its files: the dashboard's queries run against a real Prometheus that scrapes the service on a real
//! Kafka, the alert rules pass promtool, and dashboard, rules, runbook and README name only what exists.
//!
//! Needs `prometheus` and `promtool` (Debian package prometheus), and what the live tests need. Grafana itself is not run.

#![allow(clippy::unwrap_used, unreachable_pub, dead_code, reason = "helpers of tests: a panic is how they report")]

#[path = "live/broker.rs"]
mod broker;
#[path = "live/desk.rs"]
mod desk;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use copydesk::ops::metrics::Metrics;
use desk::Desk;
use serde_json::Value;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn dashboard() -> Value {
    serde_json::from_str(&read("deploy/grafana/copydesk.json")).expect("the dashboard is JSON")
}

fn panels(dashboard: &Value) -> Vec<&Value> {
    dashboard["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row").collect()
}

/// Metrics with every series of one worker and one partition.
fn metrics_text() -> String {
    let metrics = Metrics::new(1, "sm");
    metrics.lag.with_label_values(&["news.raw", "0"]);
    metrics.set_kb("0");
    metrics.last_progress.with_label_values(&["news.raw", "0"]);
    metrics.text()
}

/// Declared metrics: name to (type, help).
fn declared() -> BTreeMap<String, (String, String)> {
    let text = metrics_text();
    let lines = |kind: &'static str| text.lines().filter_map(move |line| line.strip_prefix(kind)?.split_once(' '));
    let help: BTreeMap<&str, &str> = lines("# HELP ").collect();
    lines("# TYPE ").map(|(name, kind)| (name.to_owned(), (kind.to_owned(), help[name].to_owned()))).collect()
}

/// Names in `text` that look like metrics of the service.
fn metric_names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':');
    words
        .filter(|word| (word.starts_with("copydesk_") || word.starts_with("process_")) && !word.ends_with('_'))
        .collect()
}

#[test]
fn dashboard_and_rules_name_only_declared_metrics_and_leave_none_out() {
    let declared = declared();
    let dashboard = read("deploy/grafana/copydesk.json");
    let rules = read("deploy/prometheus/rules.yml");
    let cases = read("deploy/prometheus/rules_test.yml");
    let base = |name: &str| {
        let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
        histogram
            .filter(|base| declared.get(*base).is_some_and(|(kind, _)| kind == "histogram"))
            .unwrap_or(name)
            .to_owned()
    };
    let mut used = BTreeSet::new();
    for text in [&dashboard, &rules, &cases] {
        for name in metric_names(text) {
            assert!(declared.contains_key(&base(name)), "{name} is not a metric of the service");
            used.insert(base(name));
        }
    }
    let unused: Vec<&String> =
        declared.keys().filter(|name| name.starts_with("copydesk_") && !used.contains(*name)).collect();
    assert!(unused.is_empty(), "nobody looks at {unused:?}");
}

#[test]
fn every_panel_says_what_it_shows_in_which_unit_and_where_to_read_on() {
    let dashboard = dashboard();
    assert_eq!(dashboard["schemaVersion"], 42);
    let anchors = anchors();
    let mut ids = BTreeSet::new();
    for panel in panels(&dashboard) {
        let title = panel["title"].as_str().unwrap();
        assert!(panel["description"].as_str().is_some_and(|text| text.len() > 20), "{title}: no description");
        assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{title}: no unit");
        let link = panel["links"][0]["url"].as_str().unwrap();
        let anchor = link.strip_prefix("${runbook}#").expect("panels link to the runbook");
        assert!(anchors.contains(anchor), "{title}: the runbook has no section {anchor}");
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}: its id is taken");
    }
}

/// Anchors of the runbook's headings, as GitHub makes them.
fn anchors() -> BTreeSet<String> {
    let text = read("deploy/runbook.md");
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'))
            .collect::<String>();
        kept.replace(' ', "-")
    };
    headings.map(anchor).collect()
}

#[test]
fn every_alert_has_a_section_in_the_runbook_and_cases_that_fire_and_stay_silent() {
    let (rules, cases, anchors) =
        (read("deploy/prometheus/rules.yml"), read("deploy/prometheus/rules_test.yml"), anchors());
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() >= 15, "{alerts:?}");
    for alert in &alerts {
        let anchor = alert.to_lowercase();
        assert!(anchors.contains(&anchor), "{alert} has no section in the runbook");
        assert!(rules.contains(&format!("deploy/runbook.md#{anchor}\"")), "{alert} does not link to the runbook");
        let outcomes: Vec<bool> = cases
            .split(&format!("alertname: {alert}\n"))
            .skip(1)
            .map(|rest| !rest.trim_start().starts_with("exp_alerts: []"))
            .collect();
        assert!(outcomes.contains(&true) && outcomes.contains(&false), "{alert}: {outcomes:?}");
    }
    let sections = anchors.iter().filter(|anchor| anchor.starts_with("copydesk")).count();
    assert_eq!(sections, alerts.len(), "the runbook has sections for alerts that do not exist");
}

#[test]
fn promtool_has_nothing_to_say() {
    for command in
        [["check", "rules", "deploy/prometheus/rules.yml"], ["test", "rules", "deploy/prometheus/rules_test.yml"]]
    {
        let output = promtool(&command, "");
        assert!(output.0, "promtool {}: {}", command.join(" "), output.1);
        println!("promtool {}: {}", command.join(" "), output.1.trim().replace('\n', " "));
    }
    let output = promtool(&["check", "metrics"], &metrics_text());
    assert_eq!(output, (true, String::new()), "promtool check metrics");
}

fn promtool(arguments: &[&str], input: &str) -> (bool, String) {
    let mut child = Command::new("promtool")
        .args(arguments)
        .current_dir(root(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool must be on the path: install the package prometheus");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn the_table_of_metrics_in_the_readme_is_current() {
    let expected: String = declared()
        .iter()
        .filter(|(name, _)| name.starts_with("copydesk_"))
        .map(|(name, (kind, help))| format!("| `{name}` | {kind} | {help} |\n"))
        .collect();
    let readme = read("README.md");
    let table: String =
        readme.lines().filter(|line| line.starts_with("| `copydesk_")).map(|line| format!("{line}\n")).collect();
    assert!(table == expected, "the table of metrics in README.md should be\n{expected}");
}

/// Runs the service on a real broker with the sample wire and a real Prometheus, then every query of the dashboard.
#[test]
fn every_query_of_the_dashboard_answers() {
    let desk = Desk::new("deploy");
    let mut service = desk.run(&[("COPYDESK__KAFKA__WORKERS", "2")]);
    let prometheus = Prometheus::start(&service.address());
    let wire = wire();
    let deadline = Instant::now() + Duration::from_secs(120);
    // Traffic for as long as it takes to see rates: 20 scrapes of a ready service with committed articles and known lag.
    // No faster than it is worked on: a backlog would be committed in few large batches, with no rate between them.
    for round in 1.. {
        desk.feed(wire.iter().cloned());
        desk.wait_committed((round * wire.len()) as i64, Duration::from_secs(60));
        let seen = prometheus.instant(
            "min(count_over_time(copydesk_ready[2m])) >= 20 and sum(copydesk_articles_total) > 60 \
             and count(copydesk_consumer_lag_messages) > 0 and sum(rate(copydesk_articles_total[15s])) > 0",
        );
        if !seen.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "Prometheus has not seen the service at work");
        std::thread::sleep(Duration::from_millis(500));
    }
    let dashboard = dashboard();
    let (mut queries, mut empty) = (0, Vec::new());
    println!("{:<32} {:>7} {:>7}  last value", "panel", "queries", "series");
    for panel in panels(&dashboard) {
        let title = panel["title"].as_str().unwrap();
        let (mut series, mut last) = (0, None);
        let targets = panel["targets"].as_array().unwrap();
        for target in targets {
            let query = substitute(target["expr"].as_str().unwrap());
            let answered = prometheus.range(&query);
            queries += 1;
            if answered.is_empty() {
                empty.push(format!("{title}: {query}"));
            }
            series += answered.len();
            last = answered.last().copied().or(last);
        }
        println!(
            "{title:<32} {:>7} {series:>7}  {}",
            targets.len(),
            last.map_or("-".to_owned(), |value| format!("{value:.4}"))
        );
    }
    for annotation in dashboard["annotations"]["list"].as_array().unwrap() {
        // Most of the time nothing has happened.
        prometheus.range(&substitute(annotation["expr"].as_str().unwrap()));
    }
    println!("{} panels, {queries} queries, empty {}", panels(&dashboard).len(), empty.len());
    assert!(empty.is_empty(), "no data for {empty:#?}");
    let rules = prometheus.get("/api/v1/rules");
    for rule in rules["data"]["groups"].as_array().unwrap().iter().flat_map(|group| group["rules"].as_array().unwrap())
    {
        assert!(rule["health"] != "err", "{}: {}", rule["name"], rule["lastError"]);
    }
    let (code, _) = service.terminate();
    assert_eq!(code, 0);
}

fn substitute(query: &str) -> String {
    let query = query.replace("$__rate_interval", "15s").replace("$job", ".*").replace("$instance", ".*");
    assert!(!query.contains('$'), "{query}");
    query
}

/// The sample wire, the broken item included.
fn wire() -> Vec<desk::Sent> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root("config/samples")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let record = |file: &PathBuf| {
        let is_json = file.extension().is_some_and(|extension| extension == "json");
        let content_type = if is_json { "application/json" } else { "text/plain" };
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read(file).unwrap(), vec![("content-type", content_type)])
    };
    files.iter().map(record).collect()
}

/// A Prometheus of our own that scrapes one address each second; ended when dropped.
struct Prometheus {
    address: String,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Prometheus {
    fn start(target: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let config = folder.path().join("prometheus.yml");
        let text = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['{}']\nscrape_configs:\n  - job_name: copydesk\n    \
             static_configs: [{{targets: ['{target}']}}]\n",
            root("deploy/prometheus/rules.yml").display()
        );
        std::fs::write(&config, text).unwrap();
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus must be on the path: install the package prometheus");
        let prometheus = Self { address, process, _folder: folder };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(&prometheus.address).is_err() {
            assert!(Instant::now() < deadline, "prometheus does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        prometheus
    }

    fn get(&self, path: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    fn instant(&self, query: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/v1/query?query={}", encode(query)));
        answer["data"]["result"].as_array().cloned().unwrap_or_default()
    }

    /// The last finite value of each series that has one, over the last minute.
    fn range(&self, query: &str) -> Vec<f64> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let path = format!("/api/v1/query_range?query={}&start={}&end={now}&step=1", encode(query), now - 60);
        let answer = self.get(&path);
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        let series = answer["data"]["result"].as_array().unwrap();
        let value = |point: &Value| point[1].as_str()?.parse::<f64>().ok().filter(|value| value.is_finite());
        series.iter().filter_map(|one| one["values"].as_array()?.iter().rev().find_map(value)).collect()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn encode(query: &str) -> String {
    query
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect()
}
