//! The state of an arc-eager parse (`spacy/pipeline/_parser_internals/_state.pxd`).

use super::{FEATURES, Move, Parse};

/// Stack, buffer and arcs. Tokens that were pushed back from the stack stand before the rest of the buffer.
#[derive(Default)]
pub(crate) struct State {
    n: usize,
    stack: Vec<usize>,
    pushed_back: Vec<usize>,
    next: usize,
    heads: Vec<Option<usize>>,
    arcs: Vec<Arc>,
    /// The latest arc of each token to a child on its left and on its right, as an index of `arcs`.
    latest: [Vec<Option<u32>>; 2],
    unshiftable: Vec<bool>,
    sent_starts: Vec<bool>,
}

/// An arc to a child, in a list that goes back to the head's first on that side.
#[derive(Clone, Copy)]
struct Arc {
    child: usize,
    label: u16,
    before: Option<u32>,
}

const LEFT: usize = 0;
const RIGHT: usize = 1;

impl State {
    /// The first state of `n` tokens.
    pub(super) fn reset(&mut self, n: usize) {
        fn fill<T: Clone>(list: &mut Vec<T>, n: usize, value: T) {
            list.clear();
            list.resize(n, value);
        }
        (self.n, self.next) = (n, 0);
        self.stack.clear();
        self.pushed_back.clear();
        self.arcs.clear();
        fill(&mut self.heads, n, None);
        self.latest.iter_mut().for_each(|latest| fill(latest, n, None));
        fill(&mut self.unshiftable, n, false);
        fill(&mut self.sent_starts, n, false);
    }

    pub(super) fn is_final(&self) -> bool {
        self.stack.is_empty() && self.buffer_len() == 0
    }

    fn buffer_len(&self) -> usize {
        self.n - self.next + self.pushed_back.len()
    }

    fn buffer(&self, i: usize) -> Option<usize> {
        match self.pushed_back.len().checked_sub(i + 1) {
            Some(at) => Some(self.pushed_back[at]),
            None => Some(self.next + i - self.pushed_back.len()).filter(|&token| token < self.n),
        }
    }

    fn stack(&self, i: usize) -> Option<usize> {
        self.stack.len().checked_sub(i + 1).map(|at| self.stack[at])
    }

    /// Tokens of the model's features.
    pub(super) fn features(&self) -> [Option<usize>; FEATURES] {
        let latest = |side: usize, token: Option<usize>| Some(self.arcs[self.latest[side][token?]? as usize].child);
        let (b0, s0) = (self.buffer(0), self.stack(0));
        let (left, right) = (|token| latest(LEFT, token), |token| latest(RIGHT, token));
        [b0, self.buffer(1), s0, self.stack(1), self.stack(2), left(b0), left(s0), right(s0)]
    }

    /// Valid moves as a set of bits, in the order of [`Move`].
    pub(super) fn valid_moves(&self) -> u32 {
        let (depth, waiting) = (self.stack.len(), self.buffer_len());
        let b0 = self.buffer(0);
        let starts = |token: Option<usize>| token.is_some_and(|t| self.sent_starts[t]);
        let unshiftable = b0.is_some_and(|t| self.unshiftable[t]);
        let shift = depth == 0 || waiting >= 2 && !starts(b0) && !unshiftable;
        let arc = depth > 0 && waiting > 0 && !starts(b0);
        let adjacent = self.buffer(1).is_some_and(|b1| b0.is_some_and(|b0| b1 == b0 + 1) && !self.sent_starts[b1]);
        let bit = |valid: bool, action: Move| u32::from(valid) << action as u32;
        bit(shift, Move::Shift)
            | bit(depth > 0, Move::Reduce)
            | bit(arc, Move::Left)
            | bit(arc, Move::Right)
            | bit(waiting >= 2 && adjacent, Move::Break)
    }

    /// Applies a valid move.
    pub(super) fn apply(&mut self, action: Move, label: u16) {
        let (b0, s0) = (self.buffer(0), self.stack(0));
        match (action, b0, s0) {
            (Move::Shift, Some(b0), _) => self.push(b0),
            (Move::Reduce, _, Some(s0)) => {
                self.stack.pop();
                if self.heads[s0].is_none() && !self.stack.is_empty() {
                    self.unshiftable[s0] = true;
                    self.pushed_back.push(s0);
                }
            }
            (Move::Left, Some(b0), Some(s0)) => {
                self.add_arc(b0, s0, label);
                self.unshiftable[b0] = false;
                self.stack.pop();
            }
            (Move::Right, Some(b0), Some(s0)) => {
                self.add_arc(s0, b0, label);
                self.push(b0);
            }
            (Move::Break, ..) => {
                if let Some(b1) = self.buffer(1) {
                    self.sent_starts[b1] = true;
                }
            }
            _ => unreachable!("only valid moves are applied"),
        }
    }

    fn push(&mut self, b0: usize) {
        if self.pushed_back.pop().is_none() {
            self.next += 1;
        }
        self.stack.push(b0);
    }

    /// Adds an arc. An earlier arc to the child is taken back only if it is its head's latest on that side: spaCy edits a copy
    /// otherwise, and both arcs stay.
    fn add_arc(&mut self, head: usize, child: usize, label: u16) {
        let side = |head: usize| if head > child { LEFT } else { RIGHT };
        if let Some(old) = self.heads[child] {
            let latest = &mut self.latest[side(old)][old];
            if let Some(arc) = latest.map(|at| self.arcs[at as usize]).filter(|arc| arc.child == child) {
                *latest = arc.before;
            }
        }
        let latest = &mut self.latest[side(head)][head];
        self.arcs.push(Arc { child, label, before: *latest });
        *latest = Some(self.arcs.len() as u32 - 1);
        self.heads[child] = Some(head);
    }

    /// Heads and labels: left arcs are set first, then right arcs; tokens without a head are roots.
    pub(super) fn finish(&self, root: u16, parse: &mut Parse) {
        parse.heads.clear();
        parse.heads.extend(0..self.n);
        parse.labels.clear();
        parse.labels.resize(self.n, root);
        for latest in &self.latest {
            for (head, &latest) in latest.iter().enumerate() {
                let mut next = latest;
                while let Some(&Arc { child, label, before }) = next.map(|at| &self.arcs[at as usize]) {
                    parse.heads[child] = head;
                    parse.labels[child] = label;
                    next = before;
                }
            }
        }
        for (i, label) in parse.labels.iter_mut().enumerate() {
            if parse.heads[i] == i {
                *label = root;
            }
        }
    }
}
