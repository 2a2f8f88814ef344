//! spaCy's entity recognizer (`spacy/pipeline/_parser_internals/ner.pyx`): BILUO transitions, one a token.

use crate::layers::Simd;
use crate::tok2vec::Rows;
use crate::transition::{Precomputed, TransitionModel};
use crate::weights::{LoadError, Weights};

/// Features of a state: B0, the first token of the open entity, the token before B0 if an entity is open.
const FEATURES: usize = 3;
/// Padded classes are sixteen times this.
const COLUMNS: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Begin,
    In,
    Last,
    Unit,
    Out,
    /// `U-` without a label: a class that is never valid.
    Never,
}

/// Where a token stands in an entity, and of which type: an index of [`EntityRecognizer::labels`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntTag {
    O,
    B(u16),
    I(u16),
}

/// The entity recognizer.
pub(crate) struct EntityRecognizer {
    model: TransitionModel<COLUMNS>,
    classes: Vec<(Action, u16)>,
    labels: Vec<String>,
    /// Penalties without an open entity, by whether B and whether U is valid.
    closed: [[[f32; 16 * COLUMNS]; 2]; 2],
    /// Penalties with an open entity, by its label and whether I is valid.
    open: Vec<[[f32; 16 * COLUMNS]; 2]>,
}

impl EntityRecognizer {
    pub(crate) fn load(weights: &Weights) -> Result<Self, LoadError> {
        let names: Vec<String> = weights.table("ner_moves")?;
        let mut labels: Vec<String> = Vec::new();
        let mut classes = Vec::with_capacity(names.len());
        for name in &names {
            let (action, label) = name.split_once('-').unwrap_or((name, ""));
            let action = match action {
                _ if name == "U-" => Action::Never,
                "B" => Action::Begin,
                "I" => Action::In,
                "L" => Action::Last,
                "U" => Action::Unit,
                "O" => Action::Out,
                _ => {
                    let detail = format!("unknown transition {name}");
                    return Err(LoadError::Table { name: "ner_moves".to_owned(), detail });
                }
            };
            let index = labels.iter().position(|l| l == label).unwrap_or_else(|| {
                if !label.is_empty() {
                    labels.push(label.to_owned());
                }
                labels.len().saturating_sub(1)
            });
            classes.push((action, index as u16));
        }
        let penalties = |valid: &dyn Fn(Action, u16) -> bool| {
            let mut row = [f32::NEG_INFINITY; 16 * COLUMNS];
            for (penalty, &(action, label)) in row.iter_mut().zip(&classes) {
                if valid(action, label) {
                    *penalty = 0.0;
                }
            }
            row
        };
        let closed = [false, true].map(|begin| {
            [false, true].map(|unit| {
                penalties(&|action, _| match action {
                    Action::Out => true,
                    Action::Begin => begin,
                    Action::Unit => unit,
                    _ => false,
                })
            })
        });
        let open = (0..labels.len() as u16)
            .map(|label| {
                [false, true].map(|inside| {
                    penalties(&|action, l| l == label && (action == Action::Last || inside && action == Action::In))
                })
            })
            .collect();
        let model = TransitionModel::load(weights, "ner", FEATURES, names.len())?;
        Ok(Self { model, classes, labels, closed, open })
    }

    /// Entity types; [`EntTag`]s are indices of them.
    pub(crate) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Entities of `is_space.len()` tokens. `rows`: from the recognizer's own encoder.
    pub(crate) fn predict(
        &self,
        simd: Simd,
        rows: &mut Rows<'_>,
        is_space: &[bool],
        sent_starts: &[bool],
        pre: &mut Precomputed,
        tags: &mut Vec<EntTag>,
    ) {
        let n = is_space.len();
        self.model.precompute(simd, rows, n, pre);
        tags.clear();
        let mut open: Option<(usize, u16)> = None;
        for i in 0..n {
            let features = [Some(i), open.map(|(start, _)| start), open.map(|_| i - 1)];
            // An entity never crosses a sentence's end.
            let more = i + 1 < n && !sent_starts[i + 1];
            let penalty = match open {
                None => &self.closed[usize::from(!is_space[i] && more)][usize::from(!is_space[i])],
                Some((_, label)) => &self.open[usize::from(label)][usize::from(more)],
            };
            let (action, label) = self.classes[self.model.decide(simd, rows, pre, &features, penalty)];
            tags.push(match action {
                Action::Begin | Action::Unit => EntTag::B(label),
                Action::In | Action::Last => EntTag::I(label),
                Action::Out | Action::Never => EntTag::O,
            });
            match action {
                Action::Begin => open = Some((i, label)),
                Action::Last => open = None,
                _ => {}
            }
        }
    }
}
