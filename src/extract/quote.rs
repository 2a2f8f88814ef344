//! Quotation marks to quotations.

use std::ops::Range;

use copydesk_nlp::Doc;

use crate::event::BlockKind;

/// Words between quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// All tokens, marks included.
    pub tokens: Range<usize>,
    /// The words without the marks.
    pub inner: Range<usize>,
    /// Single marks ('...'): names, scare quotes, and the house style of some newsrooms and of headlines.
    pub single: bool,
    /// False where the block ended first.
    pub closed: bool,
    /// True where it opens its paragraph and the quotation of the paragraph before was left open:
    /// one quotation over several paragraphs, each of which opens with a mark.
    pub continues: bool,
}

impl Quote {
    /// Number of words (tokens with a letter or digit) in it.
    pub fn words(&self, doc: &Doc) -> usize {
        self.inner.clone().filter(|&i| is_word(doc.text(i))).count()
    }
}

/// True where the token holds a letter or a digit.
pub(crate) fn is_word(token: &str) -> bool {
    token.chars().any(char::is_alphanumeric)
}

/// True for a double quotation mark, whichever side it is on.
pub(crate) fn is_double_mark(token: &str) -> bool {
    matches!(mark(token), Some(Mark::Open | Mark::Close | Mark::Either))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Close,
    /// A straight mark: which side it is depends on what is open.
    Either,
    SingleOpen,
    /// A curly closing mark, also the apostrophe.
    SingleClose,
    SingleEither,
}

fn mark(token: &str) -> Option<Mark> {
    Some(match token.trim_end_matches(['—', '–', '―']) {
        "“" | "«" | "„" | "``" => Mark::Open,
        "”" | "»" | "''" => Mark::Close,
        "\"" => Mark::Either,
        "‘" => Mark::SingleOpen,
        "’" => Mark::SingleClose,
        "'" => Mark::SingleEither,
        _ => return None,
    })
}

/// The quotations of the document's blocks, in order, disjoint (a quotation within a quotation is part of the outer one).
///
/// The end of a block ends a quotation that is still open, as newspapers open each further paragraph of a long quotation anew.
pub fn quotes(doc: &Doc, blocks: &[(BlockKind, Range<usize>)]) -> Vec<Quote> {
    let mut found: Vec<Quote> = Vec::new();
    let mut left_open = false;
    for (_, block) in blocks {
        let first = found.len();
        double_quotes(doc, block, &mut found);
        let doubles = found.len();
        let mut from = block.start;
        for d in first..=doubles {
            let to = if d < doubles { found[d].tokens.start } else { block.end };
            single_quotes(doc, from..to, &mut found);
            if d < doubles {
                from = found[d].tokens.end;
            }
        }
        found[first..].sort_by_key(|q| q.tokens.start);
        if left_open
            && let Some(quote) = found.get_mut(first)
            && quote.tokens.start == first_word_or_mark(doc, block)
        {
            quote.continues = true;
        }
        left_open = found[first..].last().is_some_and(|q| !q.closed);
    }
    found
}

fn first_word_or_mark(doc: &Doc, block: &Range<usize>) -> usize {
    block.clone().find(|&i| !doc.text(i).trim().is_empty()).unwrap_or(block.end)
}

fn double_quotes(doc: &Doc, block: &Range<usize>, found: &mut Vec<Quote>) {
    let mut open = None;
    let mut close = |start: usize, end: usize, closed: bool| {
        let inner = start + 1..if closed { end - 1 } else { end };
        if inner.clone().any(|i| is_word(doc.text(i))) {
            found.push(Quote { tokens: start..end, inner, single: false, closed, continues: false });
        }
    };
    let count = |m: Mark| block.clone().filter(|&i| mark(doc.text(i)) == Some(m)).count();
    // quotations within quotations, where every mark has its partner
    let nests = count(Mark::Open) == count(Mark::Close);
    let mut depth = 0;
    for i in block.clone() {
        let ends_word = doc.space_after(i) && i > block.start && !spaced(doc, i);
        match (mark(doc.text(i)), open) {
            (Some(Mark::Either), None) if ends_word => {}
            (Some(Mark::Open), Some(_)) if nests => depth += 1,
            (Some(Mark::Close), Some(_)) if depth > 0 => depth -= 1,
            (Some(Mark::Open | Mark::Either), None) => open = Some(i),
            (Some(Mark::Close | Mark::Either), Some(start)) => {
                close(start, i + 1, true);
                open = None;
            }
            // a closing mark before the first word of a line is an opening one, mistyped
            (Some(Mark::Close), None) if opens_line(doc, block, i) => open = Some(i),
            _ => {}
        }
    }
    if let Some(start) = open {
        close(start, block.end, false);
    }
}

fn opens_line(doc: &Doc, block: &Range<usize>, i: usize) -> bool {
    !doc.space_after(i) && (i == first_word_or_mark(doc, block) || i > block.start && doc.text(i - 1).contains('\n'))
}

/// Pairs of single marks. A mark opens before a word and after a space, and closes after a word; one that only looks like
/// the end of a possessive ("the workers' pay") closes nothing that another mark could close later.
fn single_quotes(doc: &Doc, range: Range<usize>, found: &mut Vec<Quote>) {
    let mut i = range.start;
    while i < range.end {
        let opens = match mark(doc.text(i)) {
            Some(Mark::SingleOpen) => true,
            Some(Mark::SingleEither) => !doc.space_after(i) && (i == range.start || spaced(doc, i)),
            _ => false,
        };
        if !opens {
            i += 1;
            continue;
        }
        let closers: Vec<usize> = (i + 2..range.end)
            .take_while(|&j| !matches!(mark(doc.text(j)), Some(Mark::SingleOpen)))
            .filter(|&j| matches!(mark(doc.text(j)), Some(Mark::SingleClose | Mark::SingleEither)) && !spaced(doc, j))
            .collect();
        let end = closers.iter().find(|&&j| doc.tag(j) != "POS").or(closers.first());
        match end {
            Some(&end) => {
                found.push(Quote {
                    tokens: i..end + 1,
                    inner: i + 1..end,
                    single: true,
                    closed: true,
                    continues: false,
                });
                i = end + 1;
            }
            None => i += 1,
        }
    }
}

/// True where a space or the start of the text stands before token `i`.
fn spaced(doc: &Doc, i: usize) -> bool {
    i == 0 || doc.space_after(i - 1) || doc.bytes(i - 1).end < doc.bytes(i).start
}
