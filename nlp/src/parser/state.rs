//! The state of an arc-eager parse (`spacy/pipeline/_parser_internals/_state.pxd`).

use super::{FEATURES, Move, Parse};

/// Stack, buffer and arcs. Tokens that were pushed back from the stack stand before the rest of the buffer.
pub(super) struct State {
    n: usize,
    stack: Vec<usize>,
    pushed_back: Vec<usize>,
    next: usize,
    heads: Vec<Option<usize>>,
    /// Arcs to children left and right of each token: (child, label), the latest last.
    left_arcs: Vec<Vec<(usize, u16)>>,
    right_arcs: Vec<Vec<(usize, u16)>>,
    unshiftable: Vec<bool>,
    sent_starts: Vec<bool>,
}

impl State {
    pub(super) fn new(n: usize) -> Self {
        Self {
            n,
            stack: Vec::new(),
            pushed_back: Vec::new(),
            next: 0,
            heads: vec![None; n],
            left_arcs: vec![Vec::new(); n],
            right_arcs: vec![Vec::new(); n],
            unshiftable: vec![false; n],
            sent_starts: vec![false; n],
        }
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
        let latest = |arcs: &[Vec<(usize, u16)>], token: Option<usize>| Some(arcs[token?].last()?.0);
        let (b0, s0) = (self.buffer(0), self.stack(0));
        let left = |token| latest(&self.left_arcs, token);
        let right = |token| latest(&self.right_arcs, token);
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
        if let Some(old) = self.heads[child] {
            let arcs = if old > child { &mut self.left_arcs[old] } else { &mut self.right_arcs[old] };
            if arcs.last().is_some_and(|arc| arc.0 == child) {
                arcs.pop();
            }
        }
        let arcs = if head > child { &mut self.left_arcs[head] } else { &mut self.right_arcs[head] };
        arcs.push((child, label));
        self.heads[child] = Some(head);
    }

    /// Heads and labels: left arcs are set first, then right arcs; tokens without a head are roots.
    pub(super) fn finish(&self, root: u16, parse: &mut Parse) {
        parse.heads.clear();
        parse.heads.extend(0..self.n);
        parse.labels.clear();
        parse.labels.resize(self.n, root);
        for arcs in [&self.left_arcs, &self.right_arcs] {
            for (head, arcs) in arcs.iter().enumerate() {
                for &(child, label) in arcs {
                    parse.heads[child] = head;
                    parse.labels[child] = label;
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
