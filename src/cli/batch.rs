//! Work on many inputs with several threads: answers in input order, as soon as they are there, memory bounded.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::input::Input;

/// Inputs per thread that are read before the first of them is answered and written.
const PER_THREAD: usize = 32;
/// Bytes of input that are read before the first of them is answered and written.
const MAX_BYTES: usize = 64 << 20;

/// Where answers go.
pub(super) trait Answers<T> {
    /// Takes the next answer, in input order.
    fn write(&mut self, input: &Input, answer: T) -> Result<()>;
    /// No further answer is there yet: whoever reads ours should see those written so far.
    fn flush(&mut self) -> Result<()>;
}

/// Answers every input by `work` on `threads` threads and hands the answers to `answers` in input order.
///
/// # Errors
/// The first fault of reading or writing; answers to inputs before it are written.
pub(super) fn run<T: Send>(
    inputs: impl Iterator<Item = Result<Input>> + Send,
    threads: usize,
    work: impl Fn(&Input) -> T + Sync,
    answers: &mut impl Answers<T>,
) -> Result<()> {
    let window = Window { limit: threads * PER_THREAD, state: Mutex::default(), freed: Condvar::new() };
    let (give_input, todo) = channel::<(usize, Result<Input>)>();
    let (give_answer, done) = channel::<(usize, Result<(Input, T)>)>();
    let todo = Mutex::new(todo);
    std::thread::scope(|scope| {
        let (window, todo, work) = (&window, &todo, &work);
        scope.spawn(move || read(inputs, window, &give_input));
        for _ in 0..threads {
            let give_answer = give_answer.clone();
            scope.spawn(move || {
                loop {
                    let next = todo.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((number, input)) = next else { return };
                    let answer = input.map(|input| {
                        let answer = work(&input);
                        (input, answer)
                    });
                    if give_answer.send((number, answer)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(give_answer);
        let written = write(&done, answers, window);
        window.close();
        written
    })
}

/// Inputs that were read and not yet answered in writing: the channels hold no more than it lets in.
struct Window {
    limit: usize,
    state: Mutex<Unanswered>,
    freed: Condvar,
}

#[derive(Default)]
struct Unanswered {
    inputs: usize,
    bytes: usize,
    closed: bool,
}

impl Window {
    fn state(&self) -> MutexGuard<'_, Unanswered> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room for one more input; false where nobody wants it any more.
    fn wait(&self) -> bool {
        let is_full =
            |state: &mut Unanswered| !state.closed && (state.inputs >= self.limit || state.bytes >= MAX_BYTES);
        !self.freed.wait_while(self.state(), is_full).unwrap_or_else(PoisonError::into_inner).closed
    }

    fn enter(&self, bytes: usize) {
        let mut state = self.state();
        state.inputs += 1;
        state.bytes += bytes;
    }

    fn leave(&self, bytes: usize) {
        let mut state = self.state();
        state.inputs -= 1;
        state.bytes -= bytes;
        self.freed.notify_all();
    }

    fn close(&self) {
        self.state().closed = true;
        self.freed.notify_all();
    }
}

fn read(inputs: impl Iterator<Item = Result<Input>>, window: &Window, give: &Sender<(usize, Result<Input>)>) {
    let mut inputs = inputs.enumerate();
    while window.wait() {
        let Some((number, input)) = inputs.next() else { return };
        window.enter(input.as_ref().map_or(0, |input| input.payload.len()));
        let failed = input.is_err();
        if give.send((number, input)).is_err() || failed {
            return;
        }
    }
}

fn write<T>(
    done: &Receiver<(usize, Result<(Input, T)>)>,
    answers: &mut impl Answers<T>,
    window: &Window,
) -> Result<()> {
    let mut progress = Progress::new();
    let mut early = BTreeMap::new();
    let mut next = 0;
    loop {
        let (number, answer) = match done.try_recv() {
            Ok(answer) => answer,
            Err(TryRecvError::Empty) => {
                answers.flush()?;
                let Ok(answer) = done.recv() else { return answers.flush() };
                answer
            }
            Err(TryRecvError::Disconnected) => return answers.flush(),
        };
        early.insert(number, answer);
        while let Some(answer) = early.remove(&next) {
            let (input, answer) = answer?;
            progress.count(&input);
            answers.write(&input, answer)?;
            window.leave(input.payload.len());
            next += 1;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Collected(Vec<(String, usize)>);

    impl Answers<usize> for Collected {
        fn write(&mut self, input: &Input, answer: usize) -> Result<()> {
            anyhow::ensure!(input.id != "900", "the reader has gone");
            self.0.push((input.id.clone(), answer));
            Ok(())
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    fn inputs(numbers: std::ops::Range<usize>) -> impl Iterator<Item = Result<Input>> + Send {
        numbers.map(|n| Ok(Input { id: n.to_string(), payload: vec![0; n % 97], ..Input::default() }))
    }

    #[test]
    fn answers_keep_the_order_of_the_inputs_at_any_number_of_threads() {
        for threads in [1, 2, 7] {
            let mut collected = Collected::default();
            let work = |input: &Input| {
                if input.id.ends_with('3') {
                    std::thread::sleep(Duration::from_micros(300));
                }
                input.payload.len()
            };
            run(inputs(0..700), threads, work, &mut collected).unwrap();
            let expected: Vec<_> = (0..700).map(|n: usize| (n.to_string(), n % 97)).collect();
            assert_eq!(collected.0, expected);
        }
    }

    #[test]
    fn a_fault_of_writing_ends_the_run_and_what_is_before_it_is_written() {
        let mut collected = Collected::default();
        let error = run(inputs(800..100_000), 3, |input: &Input| input.payload.len(), &mut collected).unwrap_err();
        assert_eq!((error.to_string().as_str(), collected.0.len()), ("the reader has gone", 100));
    }

    #[test]
    fn a_fault_of_reading_comes_after_the_answers_before_it() {
        let mut collected = Collected::default();
        let inputs = inputs(0..50).chain(std::iter::once(Err(anyhow::anyhow!("cannot read")))).chain(inputs(50..60));
        assert!(run(inputs, 2, |input: &Input| input.payload.len(), &mut collected).is_err());
        assert_eq!(collected.0.len(), 50);
    }
}
