//! Which tokens of a paragraph lie within double quotation marks.

use std::ops::Range;

use copydesk_nlp::Doc;

/// A character of a paragraph and the token that holds it.
pub(super) type Placed = (char, usize);

/// Sets `quoted[i]` (`i` counted from `range.start`) for the tokens of each quotation, marks included.
///
/// Curly, angled, straight and `` '' marks; the end of the paragraph closes what is open. A quotation of no more than two
/// characters is none. `chars` is scratch space.
pub(super) fn mark_quoted(doc: &Doc, range: &Range<usize>, chars: &mut Vec<Placed>, quoted: &mut Vec<bool>) {
    quoted.clear();
    quoted.resize(range.len(), false);
    chars.clear();
    for token in range.clone() {
        chars.extend(doc.text(token).chars().map(|c| (c, token)));
        if doc.space_after(token) {
            chars.push((' ', token));
        }
    }
    let mut fill = |from: usize, to: usize| {
        if to - from >= 2 {
            quoted[chars[from].1 - range.start..=chars[to].1 - range.start].fill(true);
        }
    };
    // index of the mark that opened
    let mut open: Option<usize> = None;
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i].0;
        let twin = chars.get(i + 1).is_some_and(|next| next.0 == c);
        let (opens, closes, width) = match c {
            '`' if twin => (true, false, 2),
            '\'' if twin => (false, true, 2),
            '“' | '«' | '„' => (true, false, 1),
            '”' | '»' => (false, true, 1),
            '"' => (open.is_none(), open.is_some(), 1),
            _ => (false, false, 1),
        };
        if opens && open.is_none() {
            open = Some(i);
        } else if closes && let Some(from) = open.take() {
            fill(from, i + width - 1);
        }
        i += width;
    }
    if let (Some(from), Some(last)) = (open, chars.len().checked_sub(1)) {
        fill(from, last);
    }
}
