//! The attribution tagger: which words are source, cue and content. A BiLSTM with a linear chain over each paragraph, on the engine's
//! annotations and vectors. `models/attribution` holds weights, origin and the training program.

mod chain;
pub mod features;
mod fnv;
mod network;
mod weights;
mod words;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use copydesk_nlp::Doc;

use chain::{Chain, LABELS};
use features::{Counts, Paragraph};
use network::{Buffers, Network, groups};
use weights::Weights;
pub use weights::WeightsError;

/// Labels of every token: O, B/I of source, cue and content as 0 to 6.
pub struct Tags {
    /// The best path; 0 for white space and outside the paragraphs.
    pub labels: Vec<u8>,
    /// Probability of each label.
    pub probabilities: Vec<[f32; LABELS]>,
}

/// The tagger.
pub struct Tagger {
    network: Network,
    chain: Chain,
    counts: HashMap<String, Counts>,
    version: String,
}

static BUILTIN: LazyLock<Tagger> = LazyLock::new(|| {
    Tagger::from_bytes(include_bytes!("../../../models/attribution/attribution.bin"))
        .expect("the weights that are compiled in are whole: a test loads them")
});

impl Tagger {
    /// The tagger whose weights are compiled in.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// The tagger in the bytes of a weights file.
    ///
    /// # Errors
    /// If the file is damaged or made for another network.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        let weights = Weights::parse(bytes)?;
        let counts = weights.cue_counts().iter().map(|(form, cue, seen)| (form.clone(), (*cue, *seen))).collect();
        let transitions = weights.numbers("transitions", &[LABELS + 1, LABELS + 1])?;
        let (network, chain) = (Network::new(&weights)?, Chain::new(&transitions));
        Ok(Self { network, chain, counts, version: weights.version().to_owned() })
    }

    /// Checksum of the weights.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Tags paragraphs: token ranges of `doc`, each a whole segment. A paragraph's tags do not depend on the others.
    pub fn tag(&self, doc: &Doc, paragraphs: &[Range<usize>]) -> Tags {
        let mut tags = Tags { labels: vec![0; doc.len()], probabilities: vec![OUTSIDE; doc.len()] };
        let counts = |form: &str| self.counts.get(form).copied().unwrap_or((0, 0));
        let mut read: Vec<Paragraph> = Vec::with_capacity(paragraphs.len());
        for range in paragraphs {
            let mut paragraph = Paragraph::default();
            paragraph.read(doc, range, &counts, &mut |column, name| self.network.name(column, name));
            read.push(paragraph);
        }
        // Paragraphs of like length run in lockstep, the longest first.
        read.sort_by_key(|paragraph| std::cmp::Reverse(paragraph.tokens.len()));
        let lengths: Vec<usize> = read.iter().map(|paragraph| paragraph.tokens.len()).collect();
        let (mut buffers, mut back, mut path, mut marginals) = (Buffers::default(), Vec::new(), Vec::new(), Vec::new());
        for group in groups(&lengths) {
            let group: Vec<&Paragraph> = read[group].iter().collect();
            self.network.run(doc, &group, &mut buffers, |k, _, scores| {
                self.chain.best_path(scores, &mut back, &mut path);
                self.chain.marginals(scores, &mut marginals);
                for ((&token, &label), probabilities) in group[k].tokens.iter().zip(&path).zip(&marginals) {
                    tags.labels[token] = label;
                    tags.probabilities[token] = *probabilities;
                }
            });
        }
        tags
    }
}

/// Probabilities of a token that no paragraph has.
const OUTSIDE: [f32; LABELS] = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
