//! The linear chain over labels: best path and marginal probabilities.

/// Number of labels.
pub(super) const LABELS: usize = 7;

/// Scores of label pairs (`[from][to]`), of starts and of ends. Pairs that the labels forbid are `f32::NEG_INFINITY`.
pub(super) struct Chain {
    pub(super) step: [[f32; LABELS]; LABELS],
    pub(super) start: [f32; LABELS],
    pub(super) end: [f32; LABELS],
}

impl Chain {
    /// Reads (8, 8) transitions, row and column 7 being start and end, and forbids an inner label after anything but its own role.
    pub(super) fn new(transitions: &[f32]) -> Self {
        let at = |from: usize, to: usize| transitions[from * (LABELS + 1) + to];
        let allowed = |from: usize, to: usize| to == 0 || to % 2 == 1 || from == to || from + 1 == to;
        let row =
            |from: usize| std::array::from_fn(|to| if allowed(from, to) { at(from, to) } else { f32::NEG_INFINITY });
        Self { step: std::array::from_fn(row), start: row(LABELS), end: std::array::from_fn(|from| at(from, LABELS)) }
    }

    /// The path with the highest score (the first of equal ones) for these emissions, one row a token.
    pub(super) fn best_path(&self, emissions: &[[f32; LABELS]], back: &mut Vec<[u8; LABELS]>, path: &mut Vec<u8>) {
        path.clear();
        back.clear();
        let Some(first) = emissions.first() else { return };
        let mut score: [f32; LABELS] = std::array::from_fn(|j| first[j] + self.start[j]);
        for row in &emissions[1..] {
            let mut from = [0u8; LABELS];
            let next = std::array::from_fn(|j| {
                let mut best = score[0] + self.step[0][j];
                for i in 1..LABELS {
                    let s = score[i] + self.step[i][j];
                    if s > best {
                        (best, from[j]) = (s, i as u8);
                    }
                }
                best + row[j]
            });
            score = next;
            back.push(from);
        }
        let last: [f32; LABELS] = std::array::from_fn(|j| score[j] + self.end[j]);
        let mut label = (1..LABELS).fold(0, |b, j| if last[j] > last[b] { j } else { b }) as u8;
        path.push(label);
        for from in back.iter().rev() {
            label = from[usize::from(label)];
            path.push(label);
        }
        path.reverse();
    }

    /// Probability of each label at each token under the chain.
    pub(super) fn marginals(&self, emissions: &[[f32; LABELS]], out: &mut Vec<[f32; LABELS]>) {
        out.clear();
        let Some(first) = emissions.first() else { return };
        // each row is scaled to a largest value of 1 before it is passed on: only ratios within a row matter
        let step: [[f32; LABELS]; LABELS] = self.step.map(|row| row.map(f32::exp));
        let scaled = |row: &[f32; LABELS]| {
            let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.map(|x| (x - top).exp())
        };
        let normal = |row: [f32; LABELS]| {
            let sum: f32 = row.iter().sum();
            row.map(|x| x / sum)
        };
        out.push(normal(scaled(&std::array::from_fn(|j| first[j] + self.start[j]))));
        for row in &emissions[1..] {
            let previous = out[out.len() - 1];
            let emission = scaled(row);
            let next =
                std::array::from_fn(|j| (0..LABELS).map(|i| previous[i] * step[i][j]).sum::<f32>() * emission[j]);
            out.push(normal(next));
        }
        let mut later = scaled(&self.end);
        for t in (0..out.len()).rev() {
            out[t] = normal(std::array::from_fn(|j| out[t][j] * later[j]));
            let emission = scaled(&emissions[t]);
            let carried: [f32; LABELS] = std::array::from_fn(|j| emission[j] * later[j]);
            later = normal(std::array::from_fn(|i| (0..LABELS).map(|j| step[i][j] * carried[j]).sum()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn every_path(n: usize) -> impl Iterator<Item = Vec<usize>> {
        (0..LABELS.pow(n as u32)).map(move |mut k| {
            (0..n)
                .map(|_| {
                    let label = k % LABELS;
                    k /= LABELS;
                    label
                })
                .collect()
        })
    }

    fn score(chain: &Chain, emissions: &[[f32; LABELS]], path: &[usize]) -> f32 {
        let steps: f32 = path.windows(2).map(|w| chain.step[w[0]][w[1]]).sum();
        let seen: f32 = path.iter().zip(emissions).map(|(&l, e)| e[l]).sum();
        chain.start[path[0]] + steps + chain.end[path[path.len() - 1]] + seen
    }

    proptest! {
        #[test]
        fn best_path_and_marginals_are_those_of_all_paths_written_out(
            transitions in prop::collection::vec(-3f32..3.0, 64),
            emissions in prop::collection::vec(prop::array::uniform7(-4f32..4.0), 1..5),
        ) {
            let chain = Chain::new(&transitions);
            let paths: Vec<_> = every_path(emissions.len()).collect();
            let scores: Vec<f32> = paths.iter().map(|p| score(&chain, &emissions, p)).collect();
            let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let (mut back, mut path, mut marginals) = (Vec::new(), Vec::new(), Vec::new());
            chain.best_path(&emissions, &mut back, &mut path);
            let found: Vec<usize> = path.iter().map(|&l| usize::from(l)).collect();
            prop_assert!(score(&chain, &emissions, &found) >= top - 1e-4);
            chain.marginals(&emissions, &mut marginals);
            let total: f32 = scores.iter().map(|s| (s - top).exp()).sum();
            for t in 0..emissions.len() {
                for l in 0..LABELS {
                    let with = paths.iter().zip(&scores).filter(|(p, _)| p[t] == l);
                    let expected = with.map(|(_, s)| (s - top).exp()).sum::<f32>() / total;
                    prop_assert!((marginals[t][l] - expected).abs() < 1e-3, "{} {}", marginals[t][l], expected);
                }
            }
        }
    }

    #[test]
    fn an_inner_label_never_opens_a_span() {
        let chain = Chain::new(&[0.0; 64]);
        let mut inner = [0.0; LABELS];
        inner[2] = 9.0;
        let (mut back, mut path) = (Vec::new(), Vec::new());
        chain.best_path(&[inner, inner], &mut back, &mut path);
        assert_eq!(path, [1, 2]);
    }
}
