//! Scores attributions against gold: spans become sets of word tokens, claims are matched one to one by their contents.
//!
//! One document a line, in both files: `{"doc_id", "text", "claims": [{"content", "source", "cue", "kind"?}]}`, where a span is
//! `[start, end]` or a list of them, in code points, or null. Predictions of kind `fact` are left out: the gold does not annotate
//! what the newsroom itself states.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize};

/// One document with its claims.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Document {
    /// Joins gold and prediction.
    pub(crate) doc_id: String,
    /// What the offsets point into.
    pub(crate) text: String,
    /// The claims.
    pub(crate) claims: Vec<Claim>,
}

/// Source, cue and content as code-point spans; empty where there is none.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Claim {
    #[serde(deserialize_with = "spans")]
    pub(crate) content: Vec<[usize; 2]>,
    #[serde(default, deserialize_with = "spans")]
    pub(crate) source: Vec<[usize; 2]>,
    #[serde(default, deserialize_with = "spans")]
    pub(crate) cue: Vec<[usize; 2]>,
    #[serde(default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) rule: Option<String>,
    #[serde(default)]
    pub(crate) confidence: Option<f32>,
}

fn spans<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<[usize; 2]>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        One([usize; 2]),
        Many(Vec<[usize; 2]>),
    }
    Ok(match Option::<Form>::deserialize(d)? {
        None => Vec::new(),
        Some(Form::One(span)) => vec![span],
        Some(Form::Many(spans)) => spans,
    })
}

const FUNCTION_WORDS: &str = "the a an of to in on at by for and or 's s his her their its our my your this that these those who which with from as mr mrs ms dr";
/// Two contents are the same claim from this Dice coefficient on.
const SAME_CLAIM: f64 = 0.5;

/// Word tokens (letters and digits, with `.,'’-` between them) as code-point ranges.
pub(crate) fn words(text: &[char]) -> Vec<Range<usize>> {
    let word = |c: char| c.is_alphanumeric();
    let mut out = Vec::new();
    let mut i = 0;
    while i < text.len() {
        if !word(text[i]) {
            i += 1;
            continue;
        }
        let start = i;
        loop {
            while i < text.len() && word(text[i]) {
                i += 1;
            }
            let joins = i + 1 < text.len() && ".,'’-".contains(text[i]) && word(text[i + 1]);
            if !joins {
                break;
            }
            i += 1;
        }
        out.push(start..i);
    }
    out
}

/// Indices of the words of which at least half lies in `spans`.
pub(crate) fn covered(words: &[Range<usize>], spans: &[[usize; 2]]) -> BTreeSet<usize> {
    let mut got = BTreeSet::new();
    for &[s, e] in spans {
        let first = words.partition_point(|w| w.end <= s);
        for (i, w) in words.iter().enumerate().skip(first).take_while(|(_, w)| w.start < e) {
            let inside = w.end.min(e) - w.start.max(s);
            if 2 * inside >= w.len() {
                got.insert(i);
            }
        }
    }
    got
}

/// Regions between double quotation marks, marks included; a line ends an open one.
pub(crate) fn quoted_regions(text: &[char]) -> Vec<[usize; 2]> {
    let mut out = Vec::new();
    let mut open: Option<usize> = None;
    let mut i = 0;
    while i < text.len() {
        let c = text[i];
        if c == '\n' {
            out.extend(open.take().map(|s| [s, i]));
            i += 1;
            continue;
        }
        let pair = text.get(i + 1) == Some(&c);
        let (opens, width) = match c {
            '`' if pair => (true, 2),
            '\'' if pair => (false, 2),
            '“' | '«' | '„' => (true, 1),
            '”' | '»' => (false, 1),
            '"' => (open.is_none(), 1),
            _ => {
                i += 1;
                continue;
            }
        };
        if opens {
            open.get_or_insert(i);
        } else if let Some(s) = open.take() {
            out.push([s, i + width]);
        }
        i += width;
    }
    out.extend(open.map(|s| [s, text.len()]));
    out.retain(|r| r[1] - r[0] > 2);
    out
}

type Set = BTreeSet<usize>;

struct Normal {
    content: Set,
    source: Set,
    cue: Set,
    direct: bool,
}

fn normalise(doc: &Document, text: &[char], words: &[Range<usize>]) -> Vec<Normal> {
    let regions = quoted_regions(text);
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for claim in &doc.claims {
        if matches!(claim.kind.as_deref(), Some("fact" | "headline-only")) {
            continue;
        }
        let [content, source, cue] = [&claim.content, &claim.source, &claim.cue].map(|s| covered(words, s));
        if content.is_empty() || !seen.insert((content.clone(), source.clone(), cue.clone())) {
            continue;
        }
        let (mut total, mut inside) = (0, 0);
        for &[s, e] in &claim.content {
            for w in words_within(text, s, e) {
                total += w.len();
                if regions.iter().any(|r| r[0] <= w.start && w.end <= r[1]) {
                    inside += w.len();
                }
            }
        }
        out.push(Normal { content, source, cue, direct: total > 0 && inside as f64 / total as f64 >= 0.8 });
    }
    out
}

fn words_within(text: &[char], s: usize, e: usize) -> Vec<Range<usize>> {
    words(&text[s..e]).into_iter().map(|w| w.start + s..w.end + s).collect()
}

/// Precision, recall and F1 in percent, with the counts that they come from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score {
    pub(crate) right_predicted: usize,
    pub(crate) predicted: usize,
    pub(crate) right_gold: usize,
    pub(crate) gold: usize,
}

impl Score {
    pub(crate) fn precision(&self) -> f64 {
        100.0 * self.right_predicted as f64 / self.predicted.max(1) as f64
    }
    pub(crate) fn recall(&self) -> f64 {
        100.0 * self.right_gold as f64 / self.gold.max(1) as f64
    }
    pub(crate) fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }
    fn both(&mut self, right: usize, predicted: usize, gold: usize) {
        self.right_predicted += right;
        self.right_gold += right;
        self.predicted += predicted;
        self.gold += gold;
    }
}

/// All measures by name.
pub(crate) fn score(gold: &[Document], predicted: &[Document]) -> BTreeMap<&'static str, Score> {
    let mut all: BTreeMap<&'static str, Score> = BTreeMap::new();
    let empty = Vec::new();
    for g in gold {
        let p = predicted.iter().find(|p| p.doc_id == g.doc_id);
        let p = Document {
            doc_id: g.doc_id.clone(),
            text: g.text.clone(),
            claims: p.map_or(&empty, |p| &p.claims).clone(),
        };
        score_document(g, &p, &mut all);
    }
    all
}

fn score_document(g: &Document, p: &Document, all: &mut BTreeMap<&'static str, Score>) {
    let text: Vec<char> = g.text.chars().collect();
    let words = words(&text);
    let function: BTreeSet<&str> = FUNCTION_WORDS.split(' ').collect();
    let lower: Vec<String> = words.iter().map(|w| text[w.clone()].iter().collect::<String>().to_lowercase()).collect();
    let heads = |set: &Set, other: &Set| set.intersection(other).any(|&i| !function.contains(lower[i].as_str()));
    let (gs, ps) = (normalise(g, &text, &words), normalise(p, &text, &words));
    let roles: [(&str, &str, fn(&Normal) -> &Set); 3] = [
        ("source exact", "source token", |c| &c.source),
        ("cue exact", "cue token", |c| &c.cue),
        ("content exact", "content token", |c| &c.content),
    ];
    for (exact, token, role) in roles {
        let distinct =
            |claims: &[Normal]| claims.iter().map(role).filter(|s| !s.is_empty()).cloned().collect::<BTreeSet<Set>>();
        let (a, b) = (distinct(&gs), distinct(&ps));
        all.entry(exact).or_default().both(a.intersection(&b).count(), b.len(), a.len());
        let union = |sets: &BTreeSet<Set>| sets.iter().flatten().copied().collect::<Set>();
        let (a, b) = (union(&a), union(&b));
        all.entry(token).or_default().both(a.intersection(&b).count(), b.len(), a.len());
    }
    for region in quoted_regions(&text) {
        let w = covered(&words, &[region]);
        if w.len() < 3 {
            continue;
        }
        let owner = |claims: &[Normal]| {
            let half = |c: &&Normal| 2 * c.content.intersection(&w).count() >= w.len();
            let mut best: Option<(usize, usize, Set)> = None;
            for c in claims.iter().filter(half) {
                let key = (c.content.intersection(&w).count(), c.content.len());
                if best.as_ref().is_none_or(|b| key.0 > b.0 || key.0 == b.0 && key.1 < b.1) {
                    best = Some((key.0, key.1, c.source.clone()));
                }
            }
            best.map(|b| b.2).filter(|s| !s.is_empty())
        };
        let (a, b) = (owner(&gs), owner(&ps));
        let right = matches!((&a, &b), (Some(a), Some(b)) if heads(a, b) || a == b);
        all.entry("quoted region speaker").or_default().both(
            usize::from(right),
            usize::from(b.is_some()),
            usize::from(a.is_some()),
        );
    }
    let agree = |a: &Set, b: &Set, source: bool| match (a.is_empty(), b.is_empty()) {
        (true, true) => true,
        (false, false) if source => heads(a, b) || a == b,
        (false, false) => a.intersection(b).next().is_some(),
        _ => false,
    };
    let dice = |a: &Set, b: &Set| 2.0 * a.intersection(b).count() as f64 / (a.len() + b.len()) as f64;
    let mut pairs: Vec<(f64, bool, usize, usize)> = Vec::new();
    for (i, x) in gs.iter().enumerate() {
        for (j, y) in ps.iter().enumerate() {
            let d = dice(&x.content, &y.content);
            if d >= SAME_CLAIM {
                pairs.push((d, agree(&x.source, &y.source, true), i, j));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    let mut of_gold = vec![None; gs.len()];
    let mut of_predicted = vec![None; ps.len()];
    for (_, _, i, j) in pairs {
        if of_gold[i].is_none() && of_predicted[j].is_none() {
            of_gold[i] = Some(j);
            of_predicted[j] = Some(i);
        }
    }
    let count = |test: &dyn Fn(&Normal, &Normal) -> bool| {
        of_gold.iter().enumerate().filter(|(i, j)| j.is_some_and(|j: usize| test(&gs[*i], &ps[j]))).count()
    };
    let source = |x: &Normal, y: &Normal| agree(&x.source, &y.source, true);
    let measures: [(&str, &dyn Fn(&Normal, &Normal) -> bool); 6] = [
        ("AR content", &|_, _| true),
        ("AR exact", &|x, y| x.content == y.content),
        ("AR +source", &source),
        ("AR +source exact", &|x, y| x.source == y.source),
        ("AR +source+cue", &|x, y| source(x, y) && agree(&x.cue, &y.cue, false)),
        ("AR all exact", &|x, y| x.content == y.content && x.source == y.source && x.cue == y.cue),
    ];
    for (name, test) in measures {
        all.entry(name).or_default().both(count(test), ps.len(), gs.len());
    }
    for (name, speaker) in [("direct quote", false), ("direct quote+speaker", true)] {
        let s = all.entry(name).or_default();
        for (i, x) in gs.iter().enumerate().filter(|(_, x)| x.direct) {
            s.gold += 1;
            s.right_gold += usize::from(of_gold[i].is_some_and(|j| !speaker || source(x, &ps[j])));
        }
        for (j, y) in ps.iter().enumerate().filter(|(_, y)| y.direct) {
            s.predicted += 1;
            s.right_predicted += usize::from(of_predicted[j].is_some_and(|i| !speaker || source(&gs[i], y)));
        }
    }
}
