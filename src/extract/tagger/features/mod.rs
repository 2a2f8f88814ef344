//! What the network reads of each token: names that have a row in a table each, numbers, and related tokens.
//!
//! The definitions stand here alone: training reads what `examples/attribution_features.rs` writes with them.

mod quoted;
mod reporting;

use std::fmt::Write as _;
use std::ops::Range;

use copydesk_nlp::{Doc, Iob};

pub use reporting::Counts;
use reporting::{NONE, Reporting, bucket};

/// The names, in the order of [`Paragraph::names`].
pub const COLUMNS: [&str; 21] = [
    "form",
    "suffix",
    "shape",
    "tag",
    "dep",
    "head_tag",
    "head_dep",
    "head_lemma",
    "entity",
    "cue_bucket",
    "head_cue_bucket",
    "quoted",
    "reporter_distance",
    "reporter_depth",
    "reporter_subject",
    "reporter_complement",
    "clausal_complement",
    "reporters",
    "paragraph_quoted",
    "child_deps",
    "reports_pos",
];

/// Numbers of a token: smoothed share of the form and of the head's form within cues, how often the form was seen, and 1 at
/// the start of a sentence and of the paragraph.
pub const NUMBERS: usize = 5;

/// Related tokens: head, nearest reporting word (in the sentence if there is one), root of the sentence.
pub const RELATED: usize = 3;

/// The features of one paragraph's tokens, white space left out.
#[derive(Default)]
pub struct Paragraph {
    /// Index of each token in the document.
    pub tokens: Vec<usize>,
    /// A number for the name in each column.
    pub names: Vec<[u32; COLUMNS.len()]>,
    /// Numbers.
    pub numbers: Vec<[f32; NUMBERS]>,
    /// Positions of related tokens within the paragraph (indices of these vectors); the token itself where there is none.
    pub related: Vec<[u32; RELATED]>,
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    chars: Vec<quoted::Placed>,
    quoted: Vec<bool>,
    forms: Vec<(String, Counts)>,
    reporting: Reporting,
    /// Position in the paragraph without white space, for each token.
    position: Vec<u32>,
    reporters: Vec<usize>,
    text: String,
}

impl Paragraph {
    /// Reads the tokens `range` of `doc`, a whole segment. `counts` knows the forms seen within cues; `name` gives the number of a
    /// name in a column.
    pub fn read(
        &mut self,
        doc: &Doc,
        range: &Range<usize>,
        counts: &impl Fn(&str) -> Counts,
        name: &mut impl FnMut(usize, &str) -> u32,
    ) {
        let at = range.start;
        let Self { tokens, names, numbers, related, scratch } = self;
        let Scratch { chars, quoted, forms, reporting, position, reporters, text } = scratch;
        tokens.clear();
        names.clear();
        numbers.clear();
        related.clear();
        tokens.extend(range.clone().filter(|&i| !doc.text(i).chars().all(char::is_whitespace)));
        let (Some(&first), Some(&last)) = (tokens.first(), tokens.last()) else { return };
        position.clear();
        position.resize(range.len(), u32::MAX);
        for (k, &i) in tokens.iter().enumerate() {
            position[i - at] = k as u32;
        }
        forms.resize_with(range.len(), Default::default);
        for (i, (form, count)) in range.clone().zip(forms.iter_mut()) {
            lower(doc.text(i), form);
            *count = counts(form);
        }
        quoted::mark_quoted(doc, range, chars, quoted);
        reporting.read(doc, range, forms);
        reporters.clear();
        reporters.extend(tokens.iter().map(|i| i - at).filter(|&i| reporting.reports[i]));

        let in_quotes = |i: usize| if quoted[i - at] { "q" } else { "n" };
        let ends = match (quoted[first - at], quoted[last - at]) {
            (false, false) => "nn",
            (false, true) => "nq",
            (true, false) => "qn",
            (true, true) => "qq",
        };
        for (k, &i) in tokens.iter().enumerate() {
            let (t, head) = (i - at, doc.head(i));
            let h = head - at;
            let same = |r: &&usize| reporting.root[**r] == reporting.root[t];
            let in_sentence = reporters.iter().filter(same).count();
            let nearest = reporters.iter().filter(same).min_by_key(|r| r.abs_diff(t));
            let mut row = [0; COLUMNS.len()];
            let mut column = 0;
            let mut put = |value: &str| {
                row[column] = name(column, value);
                column += 1;
            };
            put(&forms[t].0);
            put(tail(&forms[t].0, 3));
            put(start(doc.shape(i), 6));
            put(doc.tag(i));
            put(doc.dep(i));
            put(doc.tag(head));
            put(doc.dep(head));
            put(doc.lemma(head));
            text.clear();
            text.push_str(match doc.ent_iob(i) {
                Iob::B => "B",
                Iob::I => "I",
                Iob::O => "O",
            });
            text.push_str(doc.ent_type(i));
            put(text);
            put(bucket(forms[t].1));
            put(bucket(forms[h].1));
            put(in_quotes(i));
            put(nearest.map_or("none", |&r| distance(t, r)));
            put(depth(doc, i, at, &reporting.reports));
            put(reporting.subject[t]);
            put(reporting.complement[t].checked_sub(1).map_or(NONE, |c| &reporting.complements[c]));
            put(reporting.clausal[t]);
            put(["0", "1", "2", "3"][in_sentence.min(3)]);
            put(ends);
            child_deps(doc, i, text);
            put(text);
            text.clear();
            let _ = write!(text, "{}{}", u8::from(reporting.reports[t]), doc.pos(i));
            put(text);
            names.push(row);

            let share = |(cue, seen): Counts| (f64::from(cue) / (f64::from(seen) + 3.0)) as f32;
            let often = (f64::from(forms[t].1.1.min(50)) / 50.0) as f32;
            let flag = |b: bool| f32::from(u8::from(b));
            numbers.push([share(forms[t].1), often, share(forms[h].1), flag(doc.is_sent_start(i)), flag(k == 0)]);
            let near = reporters.iter().min_by_key(|&&r| r.abs_diff(t) + if same(&&r) { 0 } else { 1000 });
            let place = |x: usize| if position[x] == u32::MAX { k as u32 } else { position[x] };
            related.push([place(h), near.map_or(k as u32, |&r| place(r)), place(reporting.root[t])]);
        }
    }
}

/// Writes the lower-cased form to `out`.
fn lower(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        out.extend(text.chars().map(|c| c.to_ascii_lowercase()));
    } else {
        out.push_str(&text.to_lowercase());
    }
}

/// The last `n` characters.
fn tail(text: &str, n: usize) -> &str {
    text.char_indices().rev().nth(n - 1).map_or(text, |(at, _)| &text[at..])
}

/// The first `n` characters.
fn start(text: &str, n: usize) -> &str {
    text.char_indices().nth(n).map_or(text, |(at, _)| &text[..at])
}

/// Side and distance of a reporting word.
fn distance(token: usize, reporter: usize) -> &'static str {
    let far = match token.abs_diff(reporter) {
        0 => return "=",
        1 => 0,
        2..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    if reporter < token { ["<1", "<3", "<8", "<L"][far] } else { [">1", ">3", ">8", ">L"][far] }
}

/// How far up the tree the next reporting word is, among the first twelve ancestors.
fn depth(doc: &Doc, token: usize, at: usize, reports: &[bool]) -> &'static str {
    let found = doc.ancestors(token).take(12).position(|a| reports[a - at]);
    found.map_or("no", |d| ["1", "2", "3", "4"][d.min(3)])
}

/// The set of telling dependency labels among the children, cut to three letters, in alphabetic order.
fn child_deps(doc: &Doc, token: usize, out: &mut String) {
    const TELLING: [(&str, &str); 6] =
        [("ccomp", "cco"), ("dobj", "dob"), ("mark", "mar"), ("nsubj", "nsu"), ("prep", "pre"), ("xcomp", "xco")];
    out.clear();
    for (dep, short) in TELLING {
        if doc.children(token).any(|c| doc.dep(c) == dep) {
            out.push_str(short);
        }
    }
}
