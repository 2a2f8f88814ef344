//! Faults of networks and machines: a member that is thrown out and comes back with stale work, an answer that comes late, brokers
//! that go away.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::desk::{Count, Desk, Running, article, http};
use crate::proxy::Proxy;
use crate::{LIMIT, id};

/// There is one port for the proxy.
static PROXY: Mutex<()> = Mutex::new(());

/// INVALID_PRODUCER_EPOCH and PRODUCER_FENCED.
const FENCED: [i16; 2] = [47, 90];

fn feed(desk: &Desk, numbers: std::ops::Range<usize>) {
    desk.feed(numbers.map(|i| (id(i), article(&id(i), i), vec![("content-type", "application/json")])));
}

/// Waits until `holds`, at most for `limit`; gives how long that took.
fn wait_until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    start.elapsed()
}

/// Stops a member with a gathered batch for longer than its session, and wakes it when another one has done its work.
#[test]
fn a_member_that_slept_through_its_session_publishes_nothing_stale() {
    const ARTICLES: usize = 400;
    let desk = Desk::new("slept");
    // Both wake up with a batch that is due at once: one holds it in its hands, one may be in the middle of publishing it.
    let sleeper = desk.run(&[("COPYDESK__BATCH__LINGER", "4s")]);
    feed(&desk, 0..ARTICLES / 2);
    desk.wait_committed(1, LIMIT);
    feed(&desk, ARTICLES / 2..ARTICLES);
    // The second half is being gathered.
    std::thread::sleep(Duration::from_millis(1500));
    let before = desk.committed();
    sleeper.signal("STOP");
    let other = desk.run(&[]);
    let count = desk.count(ARTICLES, LIMIT);
    assert_eq!(count.missing_and_doubled((0..ARTICLES).map(id)), (0, 0));
    sleeper.signal("CONT");
    std::thread::sleep(Duration::from_secs(6));
    let count = desk.count(ARTICLES, LIMIT);
    let (missing, doubled) = count.missing_and_doubled((0..ARTICLES).map(id));
    println!("slept with {before} of {ARTICLES} committed: {missing} missing, {doubled} doubled");
    assert!(before < ARTICLES as i64, "the sleeper had something in its hands");
    assert_eq!((missing, doubled, count.doubled_events), (0, 0, 0));
    assert_eq!((sleeper.terminate().0, other.terminate().0), (0, 0));
}

/// A run in which one `EndTxn` is lost with its connection, and comes late: in the middle of its producer's next transaction. The
/// process is killed then. Gives the broker's answer to the late request, and the articles that came out twice.
fn late_end(name: &str, environment: &[(&str, &str)]) -> (i16, usize) {
    const ARTICLES: usize = 600;
    let _one = PROXY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let desk = Desk::new(name);
    let proxy = Proxy::start();
    let mut environment = environment.to_vec();
    environment.extend([("COPYDESK__BATCH__MAX_RECORDS", "50"), ("COPYDESK__KAFKA__INSTANCE_ID", name)]);
    let mut proxied = environment.clone();
    proxied.push(("COPYDESK__KAFKA__BROKERS", &proxy.address));
    let running = desk.run(&proxied);
    feed(&desk, 0..ARTICLES / 3);
    desk.wait_committed(ARTICLES as i64 / 3, LIMIT);
    proxy.hold_next_end();
    feed(&desk, ARTICLES / 3..ARTICLES);
    wait_until("the late request is delivered", LIMIT, || proxy.late_answer().is_some());
    running.kill();
    let code = proxy.late_answer().unwrap();
    let successor = desk.run(&environment);
    let count = desk.count(ARTICLES, LIMIT);
    let (missing, doubled) = count.missing_and_doubled((0..ARTICLES).map(id));
    println!("{name}: the late request was answered with {code}; {missing} missing, {doubled} doubled");
    assert_eq!(missing, 0);
    assert_eq!(successor.terminate().0, 0);
    (code, doubled)
}

#[test]
fn an_end_of_transaction_that_comes_late_is_fenced() {
    let (code, doubled) = late_end("late", &[]);
    assert!(FENCED.contains(&code), "the broker answered {code}");
    assert_eq!(doubled, 0);
}

/// The same with the replacement of producers switched off must tear a transaction: the check can see what it checks.
#[test]
fn without_a_new_producer_the_same_run_tears_a_transaction() {
    let (code, doubled) = late_end("torn", &[("COPYDESK_TEST_KEEP_PRODUCERS", "1")]);
    assert_eq!(code, 0);
    assert!(doubled > 0, "the check must be able to fail");
}

/// Kills the process while each of the requests of a transaction is on its way: sent by the process, never seen by the broker.
#[test]
fn a_process_killed_at_any_step_of_a_transaction_loses_and_doubles_nothing() {
    const STEPS: [(&str, i16); 5] =
        [("AddPartitionsToTxn", 24), ("Produce", 0), ("AddOffsetsToTxn", 25), ("TxnOffsetCommit", 28), ("EndTxn", 26)];
    const ARTICLES: usize = 2_000;
    let _one = PROXY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let desk = Desk::new("steps");
    feed(&desk, 0..ARTICLES);
    let instance = [("COPYDESK__BATCH__MAX_RECORDS", "40"), ("COPYDESK__KAFKA__INSTANCE_ID", "steps")];
    let mut environment = instance.to_vec();
    environment.push(("COPYDESK__KAFKA__STATIC_MEMBERSHIP", "true"));
    let mut killed = Vec::new();
    for (i, (step, api)) in STEPS.into_iter().enumerate() {
        let proxy = Proxy::start();
        // The producers have more than one transaction behind them.
        proxy.stop_at(api, if api == 0 { 20 } else { 3 + i as i64 });
        let mut proxied = environment.clone();
        proxied.push(("COPYDESK__KAFKA__BROKERS", &proxy.address));
        let running = desk.run(&proxied);
        wait_until(step, LIMIT, || proxy.has_stopped());
        running.kill();
        // Not the committed offsets: who asks for them waits until the broker gives the open transaction up.
        let visible = Count::of(&desk, &desk.outputs("read_committed")).articles.len();
        killed.push((step, visible));
    }
    let successor = desk.run(&environment);
    let count = desk.count(ARTICLES, LIMIT);
    let (missing, doubled) = count.missing_and_doubled((0..ARTICLES).map(id));
    let uncommitted = Count::of(&desk, &desk.outputs("read_uncommitted")).events;
    let aborted = uncommitted - count.events;
    println!("killed in {killed:?}: {missing} missing, {doubled} doubled; {aborted} events were aborted");
    assert!(killed.iter().all(|(_, visible)| *visible < ARTICLES), "every kill fell within the run");
    assert!(aborted > 0, "transactions were open");
    assert_eq!((missing, doubled, count.doubled_events), (0, 0, 0));
    assert_eq!(successor.terminate().0, 0);
}

#[test]
fn readiness_follows_the_brokers_and_work_goes_on_when_they_are_back() {
    const ARTICLES: usize = 1_500;
    let _one = PROXY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let desk = Desk::new("away");
    let proxy = Proxy::start();
    let mut running =
        desk.run(&[("COPYDESK__KAFKA__BROKERS", &proxy.address), ("COPYDESK__BATCH__MAX_RECORDS", "100")]);
    let address = running.address();
    let is = |path: &str, status: &str| http(&address, path).starts_with(&format!("HTTP/1.0 {status}"));
    wait_until("ready", Duration::from_secs(30), || is("/readyz", "200"));
    feed(&desk, 0..ARTICLES);
    let before = desk.wait_committed(1, LIMIT);
    proxy.go_away();
    let unready = wait_until("unready", Duration::from_secs(10), || is("/readyz", "503"));
    assert!(is("/livez", "200"), "a restart would not bring the brokers back");
    // Longer than the session: the partitions are lost, and come back.
    std::thread::sleep(Duration::from_secs(8));
    assert!(is("/readyz", "503") && is("/livez", "200"));
    proxy.come_back();
    let ready = wait_until("ready again", Duration::from_secs(30), || is("/readyz", "200"));
    let count = desk.count(ARTICLES, LIMIT);
    let (missing, doubled) = count.missing_and_doubled((0..ARTICLES).map(id));
    println!(
        "brokers away after {before} articles: unready after {unready:?}, ready {ready:?} after they came back; {missing} missing, {doubled} doubled"
    );
    assert_eq!((missing, doubled, count.doubled_events), (0, 0, 0));
    assert_eq!(running.terminate().0, 0);
}

/// SIGTERM with work in hand while no broker answers: the process leaves in time, and what it leaves undone is done by the next one.
#[test]
fn a_service_stops_in_time_while_the_brokers_are_away() {
    const ARTICLES: usize = 600;
    let _one = PROXY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let desk = Desk::new("leaving");
    let proxy = Proxy::start();
    // The next one has its name, and ends the transaction that it left open.
    let instance = ("COPYDESK__KAFKA__INSTANCE_ID", "leaving");
    let proxied = ("COPYDESK__KAFKA__BROKERS", proxy.address.as_str());
    let running = desk.run(&[instance, proxied, ("COPYDESK__BATCH__MAX_RECORDS", "50")]);
    feed(&desk, 0..ARTICLES);
    let before = desk.wait_committed(1, LIMIT);
    proxy.go_away();
    std::thread::sleep(Duration::from_secs(1));
    let (code, took) = running.terminate();
    proxy.come_back();
    let successor = desk.run(&[instance]);
    let count = desk.count(ARTICLES, LIMIT);
    let (missing, doubled) = count.missing_and_doubled((0..ARTICLES).map(id));
    println!(
        "leaving after {before} articles with the brokers away: exit {code} after {took:?}; {missing} missing, {doubled} doubled"
    );
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!((missing, doubled, count.doubled_events), (0, 0, 0));
    assert_eq!(successor.terminate().0, 0);
}

impl Running {
    /// Sends a signal by its name.
    fn signal(&self, name: &str) {
        let sent =
            std::process::Command::new("kill").args([format!("-{name}"), self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}
