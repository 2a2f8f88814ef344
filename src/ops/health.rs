//! Is it alive, is it ready? Judged per worker and per partition, by what really happened last.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A batch takes a small part of a second to publish; brokers that take longer do not do their work.
const PUBLISH_LIMIT: Duration = Duration::from_secs(5);

/// What the workers report and the probes read.
pub struct Health {
    stall_after: Duration,
    workers: Mutex<Vec<WorkerHealth>>,
}

/// One worker's last signs of life.
#[derive(Debug, Clone)]
struct WorkerHealth {
    last_tick: Instant,
    joined: bool,
    brokers_down: bool,
    stopped: bool,
    /// Since when a batch is being published.
    publishing: Option<Instant>,
    /// By topic and partition: articles waiting, and when the position last moved or the partition was last empty.
    partitions: BTreeMap<(String, i32), (i64, Instant)>,
}

impl Health {
    /// Health of `workers` workers that have not started yet.
    pub fn new(workers: usize, stall_after: Duration) -> Self {
        let worker = WorkerHealth {
            last_tick: Instant::now(),
            joined: false,
            brokers_down: false,
            stopped: false,
            publishing: None,
            partitions: BTreeMap::new(),
        };
        Self { stall_after, workers: Mutex::new(vec![worker; workers]) }
    }

    fn update(&self, worker: usize, change: impl FnOnce(&mut WorkerHealth)) {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = workers.get_mut(worker) {
            change(worker);
        }
    }

    /// The worker's loop went round.
    pub fn tick(&self, worker: usize) {
        self.update(worker, |w| w.last_tick = Instant::now());
    }

    /// The group gave the worker its partitions (perhaps none).
    pub fn joined(&self, worker: usize) {
        self.update(worker, |w| {
            w.joined = true;
            w.brokers_down = false;
        });
    }

    /// All brokers are down, or one answers again.
    pub fn brokers(&self, worker: usize, down: bool) {
        self.update(worker, |w| w.brokers_down = down);
    }

    /// The worker begins (true) or ends publishing a batch. Meanwhile it hears nothing from the group.
    pub fn publishing(&self, worker: usize, begins: bool) {
        self.update(worker, |w| w.publishing = begins.then(Instant::now));
    }

    /// The worker has ended.
    pub fn stopped(&self, worker: usize) {
        self.update(worker, |w| w.stopped = true);
    }

    /// Articles of a partition were committed.
    pub fn progress(&self, worker: usize, topic: &str, partition: i32) {
        self.update(worker, |w| {
            let entry = w.partitions.entry((topic.to_owned(), partition)).or_insert((0, Instant::now()));
            entry.1 = Instant::now();
        });
    }

    /// Articles that wait in a partition.
    pub fn lag(&self, worker: usize, topic: &str, partition: i32, lag: i64) {
        self.update(worker, |w| {
            let entry = w.partitions.entry((topic.to_owned(), partition)).or_insert((lag, Instant::now()));
            if lag == 0 {
                entry.1 = Instant::now();
            }
            entry.0 = lag;
        });
    }

    /// A partition went to another member.
    pub fn revoked(&self, worker: usize, topic: &str, partition: i32) {
        self.update(worker, |w| {
            w.partitions.remove(&(topic.to_owned(), partition));
        });
    }

    /// Every reason why the process should be restarted; none: it is alive.
    pub fn liveness_problems(&self) -> Vec<String> {
        let workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut problems = Vec::new();
        for (i, worker) in workers.iter().enumerate() {
            if worker.stopped {
                problems.push(format!("worker {i} has stopped"));
            } else if worker.last_tick.elapsed() > self.stall_after {
                problems.push(format!("worker {i} has not moved for {} s", worker.last_tick.elapsed().as_secs()));
            }
        }
        problems
    }

    /// Every reason why the service is not doing its work; none: it is ready.
    pub fn readiness_problems(&self) -> Vec<String> {
        let mut problems = self.liveness_problems();
        let workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        for (i, worker) in workers.iter().enumerate() {
            if worker.brokers_down {
                problems.push(format!("worker {i} reaches no broker"));
            } else if !worker.joined {
                problems.push(format!("worker {i} has not joined the group"));
            }
            if let Some(since) = worker.publishing.filter(|since| since.elapsed() > PUBLISH_LIMIT) {
                problems.push(format!("worker {i} cannot publish: it has tried for {} s", since.elapsed().as_secs()));
            }
            for ((topic, partition), (lag, moved)) in &worker.partitions {
                if *lag > 0 && moved.elapsed() > self.stall_after {
                    let seconds = moved.elapsed().as_secs();
                    problems.push(format!("{topic} [{partition}]: {lag} articles wait, none done for {seconds} s"));
                }
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_only_after_every_worker_joined_and_while_brokers_answer() {
        let health = Health::new(2, Duration::from_secs(60));
        assert_eq!(health.readiness_problems().len(), 2);
        health.joined(0);
        health.joined(1);
        assert!(health.readiness_problems().is_empty());
        health.brokers(1, true);
        assert_eq!(health.readiness_problems(), ["worker 1 reaches no broker"]);
        assert!(health.liveness_problems().is_empty());
    }

    #[test]
    fn one_stalled_partition_makes_the_service_unready() {
        let health = Health::new(1, Duration::ZERO);
        health.joined(0);
        health.lag(0, "news.raw", 3, 5);
        std::thread::sleep(Duration::from_millis(2));
        health.tick(0);
        assert!(health.readiness_problems().iter().any(|p| p.contains("news.raw [3]: 5 articles wait")));
        health.revoked(0, "news.raw", 3);
        assert!(!health.readiness_problems().iter().any(|p| p.contains("news.raw")));
    }
}
