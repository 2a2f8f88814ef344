//! The network: features of paragraphs to states and label scores.
//!
//! Rows of tables and numbers are summed to 192 numbers a token; those of its head, the nearest reporting word and the root
//! of its sentence, each through a layer of its own, are added; then ReLU, layer normalization, an LSTM in each direction
//! over the paragraph, and two layers to the scores of the seven labels.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;

use copydesk_nlp::{Dense, DenseBuffers, Doc, Lstm, LstmState};

use super::chain::LABELS;
use super::features::{COLUMNS, NUMBERS, Paragraph, RELATED};
use super::fnv::Fnv;
use super::weights::{Weights, WeightsError};
use super::words::Words;

/// Width of the sum of a token's inputs.
const DIM: usize = 192;
/// Units of the LSTM in each direction.
const HIDDEN: usize = 128;
/// Width of a token's state: both directions.
pub(super) const STATE: usize = 2 * HIDDEN;
/// Widths of the engine's vectors.
const TOK2VEC: usize = 96;
const NER_TOK2VEC: usize = 64;
/// Epsilon of PyTorch's `LayerNorm`.
const EPSILON: f32 = 1e-5;

/// The layers, ready to multiply.
pub(super) struct Network {
    names: Vec<HashMap<Box<str>, u32, BuildHasherDefault<Fnv>>>,
    /// Word forms (column 0), whose rows are multiplied with the other dense inputs: (forms, form width).
    forms: Vec<f32>,
    form_width: usize,
    /// Tables of the other columns, multiplied by the first layer ahead of time: (names, DIM) each.
    tables: Vec<Vec<f32>>,
    words: Words,
    input: Dense,
    related: Vec<Dense>,
    gain: Vec<f32>,
    shift: Vec<f32>,
    gates: Dense,
    forward: Lstm,
    backward: Lstm,
    hidden: Dense,
    scores: Dense,
}

/// Buffers that are used again for every group of paragraphs.
#[derive(Default)]
pub(super) struct Buffers {
    dense: Vec<f32>,
    sums: Vec<f32>,
    picked: Vec<f32>,
    picked_out: Vec<f32>,
    wanted: Vec<u32>,
    normal: Vec<f32>,
    gates: Vec<f32>,
    states: Vec<f32>,
    hidden: Vec<f32>,
    scores: Vec<f32>,
    at: Vec<usize>,
    lstm: LstmState,
    integers: DenseBuffers,
}

impl Network {
    /// Builds the layers.
    pub(super) fn new(weights: &Weights<'_>) -> Result<Self, WeightsError> {
        let words = Words::new(weights)?;
        let mut names = Vec::new();
        for column in COLUMNS {
            let rows = (1..).zip(weights.names(column)?).map(|(row, name)| (name.as_str().into(), row));
            names.push(rows.collect::<HashMap<Box<str>, u32, _>>());
        }
        let width = |column: &str| -> Result<usize, WeightsError> {
            Ok(weights.shape(&format!("table.{column}"))?.get(1).copied().unwrap_or(0))
        };
        let widths = COLUMNS.iter().map(|c| width(c)).collect::<Result<Vec<_>, _>>()?;
        let n_in = widths.iter().sum::<usize>() + NUMBERS + TOK2VEC + NER_TOK2VEC + words.width();
        let first = weights.numbers("input.weight", &[DIM, n_in])?;
        let bias = weights.numbers("input.bias", &[DIM])?;
        let mut tables = Vec::new();
        let (mut forms, mut column_start) = (Vec::new(), 0);
        for ((column, names), width) in COLUMNS.iter().zip(&names).zip(&widths) {
            let rows = names.len() + 1;
            let mut table = weights.numbers(&format!("table.{column}"), &[rows, *width])?;
            if column_start == 0 {
                let scale = weights.numbers("table.form.scale", &[*width])?;
                table.chunks_exact_mut(*width).for_each(|r| r.iter_mut().zip(&scale).for_each(|(x, s)| *x *= s));
                forms = table;
            } else {
                let block: Vec<f32> = first
                    .chunks_exact(n_in)
                    .flat_map(|row| &row[column_start..column_start + width])
                    .copied()
                    .collect();
                let layer = Dense::new(&block, &[0.0; DIM], *width);
                let mut out = Vec::new();
                layer.apply(&mut table, *width, rows, &mut out, &mut DenseBuffers::default());
                out.truncate(rows * DIM);
                tables.push(out);
            }
            column_start += width;
        }
        // what is left of the first layer reads forms, numbers, the engine's vectors and word vectors
        let dense_in = n_in - column_start + widths[0];
        let padding = vec![0.0; dense_in.next_multiple_of(16) - dense_in];
        let dense: Vec<f32> = first
            .chunks_exact(n_in)
            .flat_map(|row| row[..widths[0]].iter().chain(&row[column_start..]).chain(&padding))
            .copied()
            .collect();
        let layer = |name: &str, n_out: usize, n_in: usize| -> Result<Dense, WeightsError> {
            let weight = weights.numbers(&format!("{name}.weight"), &[n_out, n_in])?;
            Ok(Dense::new(&weight, &weights.numbers(&format!("{name}.bias"), &[n_out])?, n_in))
        };
        let mut related = Vec::new();
        for k in 0..RELATED {
            let weight = weights.numbers(&format!("related.{k}.weight"), &[DIM, DIM])?;
            related.push(Dense::fixed(&weight, &[0.0; DIM], DIM));
        }
        let (mut gates, mut gates_bias) = (Vec::new(), Vec::new());
        let mut recurrent = |direction: &str| -> Result<Lstm, WeightsError> {
            let weight = weights.numbers(&format!("{direction}.weight_ih"), &[4 * HIDDEN, DIM])?;
            gates.extend(Lstm::reorder(&weight, HIDDEN, DIM));
            let bias = weights.numbers(&format!("{direction}.bias"), &[4 * HIDDEN])?;
            gates_bias.extend(Lstm::reorder(&bias, HIDDEN, 1));
            Ok(Lstm::new(&weights.numbers(&format!("{direction}.weight_hh"), &[4 * HIDDEN, HIDDEN])?, HIDDEN))
        };
        let (forward, backward) = (recurrent("forward")?, recurrent("backward")?);
        Ok(Self {
            forms,
            form_width: widths[0],
            tables,
            input: Dense::fixed(&dense, &bias, dense_in + padding.len()),
            words,
            names,
            related,
            gain: weights.numbers("norm.weight", &[DIM])?,
            shift: weights.numbers("norm.bias", &[DIM])?,
            gates: Dense::fixed(&gates, &gates_bias, DIM),
            forward,
            backward,
            hidden: layer("hidden", 64, STATE)?,
            scores: layer("scores", LABELS, 64)?,
        })
    }

    /// Row of a name in a column's table, 0 for names that training did not know.
    pub(super) fn name(&self, column: usize, name: &str) -> u32 {
        self.names[column].get(name).copied().unwrap_or(0)
    }

    /// Runs a group of paragraphs in lockstep; they must be ordered from the longest to the shortest.
    ///
    /// `done(k, states, scores)` gets each paragraph's states (tokens, STATE) and scores of labels.
    pub(super) fn run(
        &self,
        doc: &Doc,
        group: &[&Paragraph],
        buffers: &mut Buffers,
        mut done: impl FnMut(usize, &[f32], &[[f32; LABELS]]),
    ) {
        let mut starts = Vec::with_capacity(group.len());
        let mut rows = 0;
        for paragraph in group {
            starts.push(rows);
            rows += paragraph.tokens.len();
        }
        if rows == 0 {
            return;
        }
        let b = buffers;
        self.sum_inputs(doc, group, b, rows);
        self.add_related(group, &starts, b);
        self.normalize(b, rows);
        self.gates.apply(&mut b.normal, DIM, rows, &mut b.gates, &mut b.integers);
        b.states.resize((rows + 16) * STATE, 0.0);
        self.recur(group, &starts, b, false);
        self.recur(group, &starts, b, true);
        self.hidden.apply(&mut b.states, STATE, rows, &mut b.hidden, &mut b.integers);
        b.hidden[..rows * 64].iter_mut().for_each(|x| *x = x.max(0.0));
        self.scores.apply(&mut b.hidden, 64, rows, &mut b.scores, &mut b.integers);
        let mut scores: Vec<[f32; LABELS]> = Vec::new();
        for (k, (paragraph, &start)) in group.iter().zip(&starts).enumerate() {
            let own = start..start + paragraph.tokens.len();
            scores.clear();
            scores.extend(own.clone().map(|r| std::array::from_fn(|l| b.scores[r * self.scores.stride_out() + l])));
            done(k, &b.states[own.start * STATE..own.end * STATE], &scores);
        }
    }

    /// Sums of all inputs, before related tokens: `sums` (rows, DIM).
    fn sum_inputs(&self, doc: &Doc, group: &[&Paragraph], b: &mut Buffers, rows: usize) {
        let width = self.input.n_in();
        b.dense.clear();
        b.dense.reserve((rows + 16) * width);
        for paragraph in group {
            for (k, &i) in paragraph.tokens.iter().enumerate() {
                let form = paragraph.names[k][0] as usize;
                b.dense.extend_from_slice(&self.forms[form * self.form_width..(form + 1) * self.form_width]);
                b.dense.extend_from_slice(&paragraph.numbers[k]);
                b.dense.extend_from_slice(doc.tok2vec(i));
                b.dense.extend_from_slice(doc.ner_tok2vec(i));
                self.words.push(doc.text(i), &mut b.dense);
                b.dense.resize(b.dense.len().next_multiple_of(width), 0.0);
            }
        }
        self.input.apply(&mut b.dense, width, rows, &mut b.sums, &mut b.integers);
        let names = group.iter().flat_map(|p| &p.names);
        for (sum, names) in b.sums.as_chunks_mut::<DIM>().0.iter_mut().zip(names) {
            for (table, &name) in self.tables.iter().zip(&names[1..]) {
                let row = &table[name as usize * DIM..][..DIM];
                for (s, x) in sum.iter_mut().zip(row) {
                    *s += x;
                }
            }
        }
    }

    /// Adds the layers of related tokens; each token's product is computed once however many tokens refer to it.
    fn add_related(&self, group: &[&Paragraph], starts: &[usize], b: &mut Buffers) {
        let rows: usize = group.iter().map(|p| p.tokens.len()).sum();
        b.normal.clear();
        b.normal.extend_from_slice(&b.sums[..rows * DIM]);
        for (k, layer) in self.related.iter().enumerate() {
            b.wanted.clear();
            b.wanted.resize(rows, u32::MAX);
            b.picked.clear();
            let mut picked = 0;
            for (paragraph, start) in group.iter().zip(starts) {
                for related in &paragraph.related {
                    let row = start + related[k] as usize;
                    if b.wanted[row] == u32::MAX {
                        b.wanted[row] = picked;
                        picked += 1;
                        b.picked.extend_from_slice(&b.sums[row * DIM..(row + 1) * DIM]);
                    }
                }
            }
            layer.apply(&mut b.picked, DIM, picked as usize, &mut b.picked_out, &mut b.integers);
            let related = group.iter().zip(starts).flat_map(|(p, s)| p.related.iter().map(move |r| s + r[k] as usize));
            for (sum, row) in b.normal.as_chunks_mut::<DIM>().0.iter_mut().zip(related) {
                let product = &b.picked_out[b.wanted[row] as usize * DIM..][..DIM];
                for (s, x) in sum.iter_mut().zip(product) {
                    *s += x;
                }
            }
        }
    }

    /// ReLU and layer normalization of each row, in place.
    fn normalize(&self, b: &mut Buffers, rows: usize) {
        for row in b.normal.as_chunks_mut::<DIM>().0.iter_mut().take(rows) {
            row.iter_mut().for_each(|x| *x = x.max(0.0));
            let mean = sum(row) / DIM as f32;
            row.iter_mut().for_each(|x| *x -= mean);
            let squares = row.map(|x| x * x);
            let scale = 1.0 / (sum(&squares) / DIM as f32 + EPSILON).sqrt();
            for ((x, gain), shift) in row.iter_mut().zip(&self.gain).zip(&self.shift) {
                *x = *x * scale * gain + shift;
            }
        }
    }

    /// One direction of the LSTM over all paragraphs: writes its half of `states`.
    fn recur(&self, group: &[&Paragraph], starts: &[usize], b: &mut Buffers, backward: bool) {
        let lstm = if backward { &self.backward } else { &self.forward };
        let half = usize::from(backward) * HIDDEN;
        lstm.reset(&mut b.lstm, group.len());
        let stride = self.gates.stride_out();
        let longest = group.first().map_or(0, |p| p.tokens.len());
        for step in 0..longest {
            let token = |p: &Paragraph| if backward { p.tokens.len() - 1 - step } else { step };
            b.at.clear();
            let active = group.iter().zip(starts).take_while(|(p, _)| p.tokens.len() > step);
            b.at.extend(active.map(|(p, start)| (start + token(p)) * stride + 4 * half));
            lstm.step(&b.gates, &b.at, &mut b.lstm);
            for (r, at) in b.at.iter().enumerate() {
                let row = (at / stride) * STATE + half;
                b.states[row..row + HIDDEN].copy_from_slice(lstm.hidden(&b.lstm, r));
            }
        }
    }
}

/// Sum in a fixed order that the compiler can vectorize.
fn sum(row: &[f32; DIM]) -> f32 {
    let mut lanes = [0.0; 16];
    for chunk in row.as_chunks::<16>().0 {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += x;
        }
    }
    lanes.iter().sum()
}

/// Ranges of `order` that are run together: at most `PARAGRAPHS` paragraphs and, but for a single one, `TOKENS` tokens.
pub(super) fn groups(lengths: &[usize]) -> Vec<Range<usize>> {
    const PARAGRAPHS: usize = 12;
    const TOKENS: usize = 1024;
    let mut groups = Vec::new();
    let (mut start, mut tokens) = (0, 0);
    for (i, length) in lengths.iter().enumerate() {
        if i > start && (i - start == PARAGRAPHS || tokens + length > TOKENS) {
            groups.push(start..i);
            (start, tokens) = (i, 0);
        }
        tokens += length;
    }
    if start < lengths.len() {
        groups.push(start..lengths.len());
    }
    groups
}
