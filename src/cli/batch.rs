//! Work on many inputs with several threads, answers in input order, memory bounded by the batch.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::input::Input;

/// Inputs per thread that are read before any is answered.
const PER_THREAD: usize = 32;
/// Bytes of input that are read before any is answered.
const MAX_BYTES: usize = 32 << 20;

/// Answers every input by `work` on `threads` threads and hands the answers to `write` in input order.
pub(super) fn run<T: Send>(
    mut inputs: impl Iterator<Item = Result<Input>>,
    threads: usize,
    work: impl Fn(&Input) -> T + Sync,
    mut write: impl FnMut(&Input, T) -> Result<()>,
) -> Result<()> {
    let mut progress = Progress::new();
    loop {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < threads * PER_THREAD && bytes < MAX_BYTES {
            let Some(input) = inputs.next().transpose()? else { break };
            bytes += input.payload.len();
            batch.push(input);
        }
        if batch.is_empty() {
            return Ok(());
        }
        for (input, answer) in batch.iter().zip(answers(&batch, threads, &work)) {
            write(input, answer)?;
            progress.count(input);
        }
    }
}

fn answers<T: Send>(batch: &[Input], threads: usize, work: &(impl Fn(&Input) -> T + Sync)) -> Vec<T> {
    if threads <= 1 {
        return batch.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(batch.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(batch.len()) {
            scope.spawn(|| {
                while let Some((i, input)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, batch.get(i)?)))
                {
                    let answer = work(input);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((i, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, answer)| answer).collect()
}

/// Articles and words per second, on standard error when it is a terminal and standard output is not.
struct Progress {
    shown: bool,
    start: Instant,
    last: Instant,
    articles: usize,
    words: usize,
}

impl Progress {
    fn new() -> Self {
        let shown = std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
        let now = Instant::now();
        Self { shown, start: now, last: now, articles: 0, words: 0 }
    }

    fn count(&mut self, input: &Input) {
        if !self.shown {
            return;
        }
        self.articles += 1;
        self.words += input.payload.split(|b| b.is_ascii_whitespace()).filter(|w| !w.is_empty()).count();
        if self.last.elapsed() > Duration::from_millis(500) {
            self.last = Instant::now();
            let seconds = self.start.elapsed().as_secs_f64();
            let (articles, words) = (self.articles as f64 / seconds, self.words as f64 / seconds);
            let _ = write!(std::io::stderr(), "\r{} articles, {articles:.0}/s, {words:.0} words/s ", self.articles);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown && self.articles > 0 {
            eprintln!();
        }
    }
}
