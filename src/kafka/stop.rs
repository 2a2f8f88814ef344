//! When the service has to stop, and how long it may take.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Part of `shutdown.drain_timeout` in which a batch may be finished; the rest is for leaving the group.
const DRAIN_SHARE: f64 = 0.7;
/// Part of it after which workers that still run are left behind: the process must be gone when it is over.
const LEAVE_SHARE: f64 = 0.95;

/// Set once, seen by all.
pub(super) struct Stop {
    since: OnceLock<Instant>,
    drain_timeout: Duration,
}

impl Stop {
    /// Not stopping yet.
    pub(super) fn new(drain_timeout: Duration) -> Self {
        Self { since: OnceLock::new(), drain_timeout }
    }

    /// From now on nothing new is begun.
    pub(super) fn set(&self) {
        self.since.get_or_init(Instant::now);
    }

    /// True when nothing new may be begun.
    pub(super) fn is_set(&self) -> bool {
        self.since.get().is_some()
    }

    /// True when what is not committed must be left to the next start.
    pub(super) fn must_give_up(&self) -> bool {
        self.has_lasted(DRAIN_SHARE)
    }

    /// True when workers that still run must be left behind.
    pub(super) fn must_leave(&self) -> bool {
        self.has_lasted(LEAVE_SHARE)
    }

    fn has_lasted(&self, share: f64) -> bool {
        self.since.get().is_some_and(|since| since.elapsed() > self.drain_timeout.mul_f64(share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_nothing_new_then_nothing_more_then_away() {
        let stop = Stop::new(Duration::from_millis(200));
        let state = |stop: &Stop| (stop.is_set(), stop.must_give_up(), stop.must_leave());
        assert_eq!(state(&stop), (false, false, false));
        stop.set();
        assert_eq!(state(&stop), (true, false, false));
        std::thread::sleep(Duration::from_millis(200));
        stop.set();
        assert_eq!(state(&stop), (true, true, true));
    }
}
