//! spaCy's dependency parser (`spacy/pipeline/_parser_internals/arc_eager.pyx`): greedy arc-eager transitions over the whole
//! document, with `Break` for sentences and pseudo-projective labels undone afterwards.

mod projectivity;
mod state;

use crate::layers::Simd;
use crate::tok2vec::Rows;
use crate::transition::{Precomputed, TransitionModel};
use crate::weights::{LoadError, Weights};

pub(crate) use state::State;

/// Features of a state: B0, B1, S0, S1, S2, leftmost child of B0 and S0, rightmost child of S0.
const FEATURES: usize = 8;
/// Padded classes are sixteen times this.
const COLUMNS: usize = 7;

/// What a transition does; its discriminant is its bit in a set of valid transitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Shift,
    Reduce,
    Left,
    Right,
    Break,
}

/// The parser.
pub(crate) struct Parser {
    model: TransitionModel<COLUMNS>,
    /// Move and label of each class; labels are indices of `labels`.
    classes: Vec<(Move, u16)>,
    /// For each set of valid moves, 0 or minus infinity for each class.
    penalties: Vec<[f32; 16 * COLUMNS]>,
    labels: Vec<String>,
    root: u16,
    /// For a decorated label `a||b`: index of `a`, and of `b` if a class has it.
    decorated: Vec<Option<(u16, Option<u16>)>>,
}

/// Heads, labels and sentence starts of one document.
#[derive(Default)]
pub(crate) struct Parse {
    pub(crate) heads: Vec<usize>,
    /// Indices of [`Parser::labels`].
    pub(crate) labels: Vec<u16>,
    pub(crate) sent_starts: Vec<bool>,
    /// First and last token of each token's subtree.
    pub(crate) edges: Vec<(usize, usize)>,
}

impl Parser {
    pub(crate) fn load(weights: &Weights) -> Result<Self, LoadError> {
        let names: Vec<String> = weights.table("parser_moves")?;
        let mut labels: Vec<String> = vec!["ROOT".to_owned(), "dep".to_owned()];
        let mut index = |label: &str| {
            let at = labels.iter().position(|l| l == label).unwrap_or_else(|| {
                labels.push(label.to_owned());
                labels.len() - 1
            });
            at as u16
        };
        let mut classes = Vec::with_capacity(names.len());
        for name in &names {
            let (action, label) = name.split_once('-').unwrap_or((name, "ROOT"));
            let action = match action {
                "S" => Move::Shift,
                "D" => Move::Reduce,
                "L" => Move::Left,
                "R" => Move::Right,
                "B" => Move::Break,
                _ => {
                    let detail = format!("unknown transition {name}");
                    return Err(LoadError::Table { name: "parser_moves".to_owned(), detail });
                }
            };
            classes.push((action, index(label)));
            if let Some((bare, _)) = label.split_once("||") {
                index(bare);
            }
        }
        let find = |label: &str| labels.iter().position(|l| l == label).map(|at| at as u16);
        let decorated = labels
            .iter()
            .map(|label| label.split_once("||").and_then(|(bare, head)| Some((find(bare)?, find(head)))))
            .collect();
        let penalties = (0..32)
            .map(|valid: u32| {
                let mut row = [f32::NEG_INFINITY; 16 * COLUMNS];
                for (penalty, (action, _)) in row.iter_mut().zip(&classes) {
                    if valid >> *action as u32 & 1 == 1 {
                        *penalty = 0.0;
                    }
                }
                row
            })
            .collect();
        let model = TransitionModel::load(weights, "parser", FEATURES, names.len())?;
        Ok(Self { model, classes, penalties, root: 0, decorated, labels })
    }

    /// Dependency labels; [`Parse::labels`] are indices of them.
    pub(crate) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Parses `is_space.len()` tokens.
    pub(crate) fn predict(
        &self,
        simd: Simd,
        rows: &mut Rows<'_>,
        is_space: &[bool],
        pre: &mut Precomputed,
        state: &mut State,
        parse: &mut Parse,
    ) {
        let n = is_space.len();
        self.model.precompute(simd, rows, n, pre);
        state.reset(n);
        while !state.is_final() {
            let (features, valid) = (state.features(), state.valid_moves());
            let class = self.model.decide(simd, rows, pre, &features, &self.penalties[valid as usize]);
            let (action, label) = self.classes[class];
            state.apply(action, label);
        }
        state.finish(self.root, parse);
        projectivity::deprojectivize(&self.decorated, is_space, parse);
    }
}
