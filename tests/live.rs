//! Exactly once, proved on a real Apache Kafka: counts by id of what a read-committed reader sees.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "helpers of tests: a panic is how they report")]

#[path = "live/broker.rs"]
mod broker;
#[path = "live/desk.rs"]
mod desk;
#[path = "live/faults.rs"]
mod faults;
#[path = "live/proxy.rs"]
mod proxy;

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use copydesk::article::{Limits, RawArticle};
use copydesk::extract::Extractor;
use copydesk::pipeline::process;
use desk::{Count, Desk, Sent, article, http};

/// Longest wait for a run; a debug build on two busy cores needs a fraction of it.
const LIMIT: Duration = Duration::from_secs(240);

fn id(i: usize) -> String {
    format!("urn:test:{i}")
}

/// Ten thousand articles through eight partitions, every hundredth of them poison, the worker killed four times.
#[test]
fn nothing_is_lost_or_doubled_when_the_worker_is_killed_four_times() {
    const ARTICLES: usize = 10_000;
    let desk = Desk::new("killed");
    let poison = |i: usize| i % 100 == 50;
    desk.feed((0..ARTICLES).map(|i| {
        let payload = if poison(i) { format!("{{\"uri\": {i}, broken").into_bytes() } else { article(&id(i), i) };
        (id(i), payload, vec![("content-type", "application/json"), ("x-desk", "wire 7")])
    }));
    let environment = [("COPYDESK__KAFKA__INSTANCE_ID", "killed-0"), ("COPYDESK__BATCH__MAX_RECORDS", "200")];
    let mut at_kill = Vec::new();
    for kill in 1..=4 {
        let running = desk.run(&environment);
        at_kill.push(desk.wait_committed((ARTICLES * kill / 6) as i64, LIMIT));
        // Anywhere between two commits.
        std::thread::sleep(Duration::from_millis(37 * kill as u64));
        running.kill();
    }
    let running = desk.run(&environment);
    let count = desk.count(ARTICLES, LIMIT);
    let (code, _) = running.terminate();
    assert_eq!(code, 0);
    let (missing, doubled) = count.missing_and_doubled((0..ARTICLES).map(id));
    let uncommitted = Count::of(&desk, &desk.outputs("read_uncommitted"));
    println!(
        "killed at {at_kill:?} committed articles: {} events and {} dead letters committed, {missing} missing, {doubled} doubled, \
         {} events doubled; with what was aborted there were {} events",
        count.events,
        count.dead_letters.len(),
        count.doubled_events,
        uncommitted.events
    );
    assert!(at_kill.iter().all(|&n| n < ARTICLES as i64), "every kill fell within the run");
    assert_eq!((missing, doubled, count.doubled_events), (0, 0, 0));
    assert_eq!(count.dead_letters.len(), ARTICLES / 100);
    assert_eq!(count.articles.len(), ARTICLES - ARTICLES / 100);
    // In order for each article, and the very events that the library makes of it.
    let extractor = Extractor::builtin().unwrap();
    for i in (0..ARTICLES).step_by(97).filter(|i| !poison(*i)) {
        let payload = article(&id(i), i);
        let raw = RawArticle { payload: &payload, content_type: Some("application/json"), ..RawArticle::default() };
        let claims: Vec<String> =
            process(&extractor, raw, Limits::default()).unwrap().claims.into_iter().map(|claim| claim.id).collect();
        assert_eq!(count.claims.get(&id(i)).cloned().unwrap_or_default(), claims, "{}", id(i));
    }
    // A dead letter keeps its bytes, key and headers, and says why.
    let letters = desk.outputs("read_committed");
    let letter = letters.iter().find(|out| out.key == id(50).as_bytes()).unwrap();
    assert_eq!(letter.payload, b"{\"uri\": 50, broken");
    assert_eq!(letter.headers["x-desk"], "wire 7");
    assert_eq!(letter.headers["copydesk.error.reason"], "malformed");
    assert_eq!(letter.headers["copydesk.error.stage"], "parse");
}

/// Articles that trickle in while a second member joins. Gives the articles that came out twice.
fn doubled_when_a_member_joins(name: &str, environment: &[(&str, &str)]) -> usize {
    const ARTICLES: usize = 600;
    let desk = Desk::new(name);
    let mut environment = environment.to_vec();
    // A long linger: the first member nearly always holds articles that are not committed.
    environment.push(("COPYDESK__BATCH__LINGER", "5s"));
    let first = desk.run(&environment);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for chunk in 0..ARTICLES / 5 {
                let numbers = chunk * 5..chunk * 5 + 5;
                desk.feed(numbers.map(|i| (id(i), article(&id(i), i), vec![("content-type", "application/json")])));
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        desk.wait_committed(50, LIMIT);
        let mut second = desk.run(&environment);
        let count = desk.count(ARTICLES, LIMIT);
        let metrics = http(&second.address(), "/metrics");
        assert!(metrics.contains("copydesk_partitions_assigned{worker=\"0\"} 4"), "the second member has its share");
        // Articles that were published again by the new owner may still be on their way.
        std::thread::sleep(Duration::from_secs(3));
        let count = Count::of(&desk, &desk.outputs("read_committed")).max(count);
        let (missing, doubled) = count.missing_and_doubled((0..ARTICLES).map(id));
        println!("{name}: {} articles, {missing} missing, {doubled} doubled", count.articles.len());
        assert_eq!(missing, 0);
        assert_eq!(first.terminate().0, 0);
        assert_eq!(second.terminate().0, 0);
        doubled
    })
}

impl Count {
    /// The later of two counts.
    fn max(self, other: Self) -> Self {
        if self.events >= other.events { self } else { other }
    }
}

#[test]
fn a_member_that_joins_doubles_nothing() {
    assert_eq!(doubled_when_a_member_joins("joined", &[]), 0);
}

/// The same run with the handling of revoked partitions switched off must fail the count: the check can see what it checks.
#[test]
fn without_handling_revokes_the_same_run_doubles_articles() {
    // A commit may by chance fall between the revoke and the new owner's start: then the run is made again.
    let switched_off = [("COPYDESK_TEST_IGNORE_REVOKES", "1")];
    let mut runs = (1..=3).map(|run| doubled_when_a_member_joins(&format!("unhandled{run}"), &switched_off));
    assert!(runs.any(|doubled| doubled > 0), "the check must be able to fail");
}

#[test]
fn sigterm_commits_what_was_begun_and_a_restart_goes_on() {
    const ARTICLES: usize = 2_000;
    let desk = Desk::new("terminated");
    desk.feed((0..ARTICLES).map(|i| (id(i), article(&id(i), i), vec![])));
    let running = desk.run(&[]);
    desk.wait_committed(100, LIMIT);
    let (code, took) = running.terminate();
    println!("SIGTERM: exit {code} after {took:?}");
    assert_eq!(code, 0);
    assert!(took < Duration::from_secs(10));
    let running = desk.run(&[]);
    let count = desk.count(ARTICLES, LIMIT);
    assert_eq!(count.missing_and_doubled((0..ARTICLES).map(id)), (0, 0));
    assert_eq!(count.doubled_events, 0);
    assert_eq!(running.terminate().0, 0);
}

#[test]
fn at_least_once_loses_nothing() {
    const ARTICLES: usize = 500;
    let desk = Desk::new("atleastonce");
    desk.feed((0..ARTICLES).map(|i| (id(i), article(&id(i), i), vec![])));
    let environment = [("COPYDESK__KAFKA__DELIVERY", "at-least-once")];
    let running = desk.run(&environment);
    desk.wait_committed(50, LIMIT);
    running.kill();
    let running = desk.run(&environment);
    let count = desk.count(ARTICLES, LIMIT);
    assert_eq!(count.missing_and_doubled((0..ARTICLES).map(id)).0, 0);
    assert_eq!(running.terminate().0, 0);
}

#[test]
fn poison_costs_its_own_dead_letter_and_can_be_replayed() {
    let desk = Desk::new("poison");
    let poison: Vec<Sent> = vec![
        ("nothing".to_owned(), vec![], vec![]),
        ("blank".to_owned(), b" \n".to_vec(), vec![]),
        ("noise".to_owned(), vec![0, 1, 2, 255, 254, 3, 4, 0x81, 7], vec![]),
        ("broken".to_owned(), b"{\"uri\": ".to_vec(), vec![]),
        ("deep".to_owned(), [b"[".repeat(100_000)].concat(), vec![("content-type", "application/json")]),
        ("unknown".to_owned(), b"%PDF".to_vec(), vec![("content-type", "application/pdf")]),
        ("large".to_owned(), b"word ".repeat(30_000), vec![]),
    ];
    let letters = poison.len();
    let good = (0..50).map(|i| (id(i), article(&id(i), i), vec![]));
    desk.feed(poison.into_iter().chain(good));
    let environment = [("COPYDESK__LIMITS__ARTICLE_BYTES", "120000")];
    let mut running = desk.run(&environment);
    let count = desk.count(50 + letters, LIMIT);
    assert_eq!((count.articles.len(), count.dead_letters.len()), (50, letters));
    let reasons: Vec<String> = desk
        .outputs("read_committed")
        .into_iter()
        .filter(|out| out.topic == desk.topic("dead_letters"))
        .map(|out| format!("{} {}", String::from_utf8_lossy(&out.key), out.headers["copydesk.error.reason"]))
        .collect();
    for reason in [
        "nothing empty",
        "blank empty",
        "noise undecodable",
        "broken malformed",
        "deep malformed",
        "unknown unsupported_format",
        "large too_large",
    ] {
        assert!(reasons.iter().any(|r| r == reason), "{reason} in {reasons:?}");
    }
    let metrics = http(&running.address(), "/metrics");
    assert!(metrics.contains("copydesk_dead_letters_total{reason=\"too_large\",stage=\"parse\"} 1"));
    let address = running.address();
    assert!(http(&address, "/readyz").ends_with("ok\n"));
    assert_eq!(desk.command(&["probe"], &[("COPYDESK__HTTP__LISTEN", &address)]).status.code(), Some(0));
    assert_eq!(desk.command(&["probe"], &[("COPYDESK__HTTP__LISTEN", "127.0.0.1:1")]).status.code(), Some(1));

    let list = String::from_utf8(desk.command(&["dead-letters", "list"], &[]).stdout).unwrap();
    assert_eq!(list.lines().count(), letters);
    let place = list.lines().find(|line| line.contains("large")).unwrap().split('\t').next().unwrap();
    assert_eq!(desk.command(&["dead-letters", "show", place], &[]).stdout.len(), 150_000);
    // With a higher limit the large article goes through.
    assert_eq!(running.terminate().0, 0);
    assert!(desk.command(&["dead-letters", "replay", place], &[]).status.success());
    let running = desk.run(&[]);
    let count = desk.count(51 + letters, LIMIT);
    assert_eq!(count.articles.len(), 51);
    assert_eq!(running.terminate().0, 0);
}

/// The broker-side assignment of KIP-848, and static members.
#[test]
fn other_kinds_of_membership_lose_and_double_nothing() {
    const ARTICLES: usize = 600;
    for (name, key, value) in [
        ("kip848", "COPYDESK__KAFKA__GROUP_PROTOCOL", "consumer"),
        ("static", "COPYDESK__KAFKA__STATIC_MEMBERSHIP", "true"),
    ] {
        let desk = Desk::new(name);
        let environment = |instance| [(key, value), ("COPYDESK__KAFKA__INSTANCE_ID", instance)];
        desk.feed((0..ARTICLES).map(|i| (id(i), article(&id(i), i), vec![])));
        let first = desk.run(&environment("a"));
        desk.wait_committed(1, LIMIT);
        let second = desk.run(&environment("b"));
        first.kill();
        let third = desk.run(&environment("a"));
        let count = desk.count(ARTICLES, LIMIT);
        let (missing, doubled) = count.missing_and_doubled((0..ARTICLES).map(id));
        println!("{name}: {missing} missing, {doubled} doubled");
        assert_eq!((missing, doubled, count.doubled_events), (0, 0, 0));
        assert_eq!((second.terminate().0, third.terminate().0), (0, 0));
    }
}

/// A newsroom's base is replaced under a running service, then broken, then mended: events carry the entry and the hash of the base that
/// made them, and a broken file changes nothing.
#[test]
fn a_knowledge_base_is_replaced_while_the_service_runs() {
    let desk = Desk::new("knowledge");
    let folder = tempfile::tempdir().unwrap();
    let (rows, base) = (folder.path().join("rows.jsonl"), folder.path().join("own.cdkb"));
    let build = |entry: &str| {
        let row = format!("{{\"id\": \"{entry}\", \"type\": \"PERSON\", \"name\": \"Anna Berg\", \"prior\": 0.9}}\n");
        std::fs::write(&rows, row).unwrap();
        let paths = [rows.to_str().unwrap(), base.to_str().unwrap()];
        assert!(desk.command(&["kb", "build", paths[0], "--output", paths[1]], &[]).status.success());
    };
    build("desk:first");
    let environment = [("COPYDESK__ENGINE__KB", base.to_str().unwrap()), ("COPYDESK__ENGINE__KB_CHECK", "100ms")];
    let mut running = desk.run(&environment);
    let address = running.address();
    let wait_for = |line: &str| {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !http(&address, "/metrics").lines().any(|l| l == line) {
            assert!(Instant::now() < deadline, "{line}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let feed = |numbers: std::ops::Range<usize>| {
        let end = numbers.end;
        desk.feed(numbers.map(|i| (id(i), article(&id(i), i), vec![("content-type", "application/json")])));
        desk.wait_committed(end as i64, LIMIT);
    };
    feed(0..40);
    build("desk:second");
    wait_for("copydesk_knowledge_base_reloads_total{outcome=\"loaded\"} 1");
    feed(40..80);
    std::fs::write(&base, b"CDKB\x01 and no more").unwrap();
    wait_for("copydesk_knowledge_base_reloads_total{outcome=\"failed\"} 1");
    wait_for("copydesk_knowledge_base_outdated 1");
    assert!(http(&address, "/readyz").ends_with("ok\n"), "a broken file is no reason to stop");
    feed(80..120);
    build("desk:third");
    wait_for("copydesk_knowledge_base_outdated 0");
    feed(120..160);
    // By article: the entity that Anna Berg is, and the base that says so.
    let mut seen = std::collections::BTreeMap::new();
    for out in desk.outputs("read_committed").iter().filter(|out| out.topic == desk.topic("entities")) {
        let event: serde_json::Value = serde_json::from_slice(&out.payload).unwrap();
        if event["name"] == "Anna Berg" {
            let number: usize = event["article_id"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
            let (_, hash) = out.headers["ce_engine"].rsplit_once("+kb.").unwrap();
            seen.insert(number, (event["kb"]["id"].as_str().unwrap().to_owned(), hash.to_owned()));
        }
    }
    assert_eq!(seen.len(), 160);
    let mut hashes = Vec::new();
    for (numbers, entry) in [(0..40, "desk:first"), (40..120, "desk:second"), (120..160, "desk:third")] {
        let first = seen[&numbers.start].clone();
        assert_eq!(first.0, entry);
        assert!(numbers.clone().all(|i| seen[&i] == first), "{numbers:?}");
        hashes.push(first.1);
    }
    println!("bases in turn: {hashes:?}");
    assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2]);
    assert_eq!(running.terminate().0, 0);
}

/// What Prometheus' own linter says about the metrics of a service that has worked.
#[test]
fn promtool_finds_nothing_wrong_with_the_metrics() {
    let desk = Desk::new("linted");
    desk.feed((0..20).map(|i| (id(i), article(&id(i), i), vec![])));
    let mut running = desk.run(&[]);
    desk.wait_committed(20, LIMIT);
    let answer = http(&running.address(), "/metrics");
    let (_, metrics) = answer.split_once("\r\n\r\n").unwrap();
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool must be on the path: install Prometheus");
    promtool.stdin.take().unwrap().write_all(metrics.as_bytes()).unwrap();
    let said = promtool.wait_with_output().unwrap();
    let text = [said.stdout, said.stderr].concat();
    assert_eq!(String::from_utf8_lossy(&text), "");
    assert!(said.status.success());
    let series = metrics.lines().filter(|line| !line.starts_with('#')).count();
    println!("{series} series");
    assert!(series <= 1_500, "{series} series for eight partitions");
    assert_eq!(running.terminate().0, 0);
}

#[test]
fn events_that_the_topics_cannot_take_are_dead_letters() {
    let desk = Desk::new("narrow");
    // The topics were made for larger events than the brokers' own limit; the service asks what they take.
    let narrow = desk.command(
        &["topics", "create"],
        &[("COPYDESK__LIMITS__EVENT_BYTES", "65536"), ("COPYDESK__TOPICS__ARTICLES", "narrow.small")],
    );
    assert!(narrow.status.success());
    let long = format!(
        "Anna Berg said on Friday that output rose.\n\n{}",
        "It rained again in the north of the country. ".repeat(2_000)
    );
    desk.feed([("long".to_owned(), long.into_bytes(), vec![]), (id(0), article(&id(0), 0), vec![])]);
    let running = desk.run(&[("COPYDESK__TOPICS__ARTICLES", "narrow.small")]);
    desk.wait_committed(2, LIMIT);
    let letters: Vec<_> =
        desk.outputs("read_committed").into_iter().filter(|out| out.topic == desk.topic("dead_letters")).collect();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].headers["copydesk.error.reason"], "event_too_large");
    assert_eq!(running.terminate().0, 0);
}

#[test]
fn topics_and_connections_are_checked() {
    let desk = Desk::new("checked");
    assert_eq!(desk.command(&["topics", "check"], &[]).status.code(), Some(0));
    assert_eq!(desk.command(&["check-config", "--connect"], &[]).status.code(), Some(0));
    let other = desk.command(&["topics", "check"], &[("COPYDESK__TOPICS__PARTITIONS", "5")]);
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("has 8 partitions, topics.partitions is 5"));
    let missing = desk.command(&["run"], &[("COPYDESK__TOPICS__CLAIMS", "nowhere.claims")]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("the topic nowhere.claims does not exist"));
    let unknown = desk.command(&["check-config"], &[("COPYDESK__KAFKA__CLIENT__FOO_BAR", "1")]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("kafka.client.\"foo.bar\""));
    let start = Instant::now();
    let unreachable = desk.command(&["run"], &[("COPYDESK__KAFKA__BROKERS", "127.0.0.1:1")]);
    assert_eq!(unreachable.status.code(), Some(3));
    assert!(start.elapsed() < Duration::from_secs(30));
    let said = String::from_utf8_lossy(&unreachable.stderr).into_owned();
    assert!(said.contains("Connection refused") && said.contains("check kafka.brokers"), "{said}");
}

/// Stops within the first second, at every stage of the start: exit code 0, at once.
#[test]
fn a_service_that_is_stopped_while_it_starts_ends_at_once() {
    let desk = Desk::new("hasty");
    for (brokers, millis) in [(broker::brokers(), 300), (broker::brokers(), 700), ("127.0.0.1:1", 800)] {
        let child = desk.spawn(&[("COPYDESK__KAFKA__BROKERS", brokers)]);
        std::thread::sleep(Duration::from_millis(millis));
        let (code, took) = child.terminate();
        println!("SIGTERM after {millis} ms: exit {code} after {took:?}");
        assert_eq!(code, 0);
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}
