//! text/plain: one text, and what each line of it is. The text itself is never changed.

use std::ops::Range;

use super::dates::{self, PartialDate};
use super::{Block, dateline, signal};
use crate::event::{BlockKind, Dateline, Signal};

/// Most lines after the headline that may be byline, date line or noise.
const MAX_HEAD_LINES: usize = 8;
/// Longest headline, bytes.
const MAX_HEADLINE: usize = 250;
/// Longest paragraph, bytes: what is longer is no prose, and is cut so that the work on one block stays bounded.
const MAX_PARAGRAPH: usize = 8192;
/// Longest run without white space that is left whole, bytes: tokenizers work on such a run as one word.
const MAX_RUN: usize = 1024;
/// Most words of a subhead.
const MAX_SUBHEAD_WORDS: usize = 14;

/// What the layout of a plain text tells.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Layout {
    pub(super) blocks: Vec<Block>,
    pub(super) headline: Option<String>,
    pub(super) byline: Option<String>,
    /// Place, agency and date of the dateline; the date still lacks its year where the text gives none.
    pub(super) dateline: Option<(Dateline, Option<PartialDate>)>,
    /// Date of a date line in the head.
    pub(super) date: Option<PartialDate>,
    pub(super) signals: Vec<Signal>,
}

/// Reads the layout of a whole article: head, then body.
pub(super) fn layout(text: &str) -> Layout {
    let lines = lines(text);
    let mut layout = Layout::default();
    let body = head(text, &lines, &mut layout);
    paragraphs(text, &lines[body..], &mut layout);
    layout
}

/// Reads `text[range]` as the body of an article whose headline is known from elsewhere.
pub(super) fn body(text: &str, range: Range<usize>, layout: &mut Layout) {
    let shifted = lines(&text[range.clone()]).into_iter().map(|line| Line {
        bytes: line.bytes.start + range.start..line.bytes.end + range.start,
        after_blank: line.after_blank,
    });
    paragraphs(text, &shifted.collect::<Vec<_>>(), layout);
}

/// A line that is not blank, without white space at its ends.
#[derive(Debug, Clone)]
struct Line {
    bytes: Range<usize>,
    /// True where a blank line, or nothing, stands before it.
    after_blank: bool,
}

fn lines(text: &str) -> Vec<Line> {
    let (mut lines, mut at, mut after_blank) = (Vec::new(), 0, true);
    // A carriage return ends a line of its own only where no line feed does.
    let breaks: &[char] =
        if text.contains('\n') { &['\n', '\u{2028}', '\u{2029}'] } else { &['\r', '\u{85}', '\u{2028}', '\u{2029}'] };
    for line in text.split(breaks) {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            after_blank = true;
        } else {
            let start = at + (line.len() - line.trim_start().len());
            lines.push(Line { bytes: start..start + trimmed.len(), after_blank });
            after_blank = false;
        }
        let end = at + line.len();
        at = end + text[end..].chars().next().map_or(0, char::len_utf8);
    }
    lines
}

/// Reads headline, byline, date and noise lines; gives the number of lines used.
fn head(text: &str, lines: &[Line], layout: &mut Layout) -> usize {
    let of = |line: &Line| &text[line.bytes.clone()];
    let mut used = 0;
    // Notes to editors may stand above the headline.
    while used < lines.len().saturating_sub(1) && is_note(of(&lines[used])) {
        layout.push(BlockKind::Note, &lines[used]);
        used += 1;
    }
    let Some(first) = lines.get(used) else { return used };
    let next = lines.get(used + 1);
    // What stands above a byline, a date line or a dateline is a headline, full stop or not.
    let is_above_head = next.is_some_and(|next| {
        let next = of(next);
        byline(next).is_some() || dates::date_line(next).is_some() || dateline::find(next).is_some()
    });
    let above = if is_above_head {
        Above::Head
    } else if next.is_some_and(|n| n.after_blank) {
        Above::Blank
    } else {
        Above::Text
    };
    if next.is_none() || !is_headline(of(first), above) {
        return used;
    }
    let (signals, at) = signal::slug(of(first));
    layout.signals = signals;
    let start = first.bytes.start + at;
    if at > 0 {
        let slug = first.bytes.start..first.bytes.start + text[first.bytes.start..start].trim_end().len();
        layout.blocks.push(Block { kind: BlockKind::Note, bytes: slug });
    }
    if start < first.bytes.end {
        layout.headline = Some(text[start..first.bytes.end].to_owned());
        layout.blocks.push(Block { kind: BlockKind::Headline, bytes: start..first.bytes.end });
    }
    used += 1;
    for line in lines.iter().skip(used).take(MAX_HEAD_LINES) {
        let content = of(line);
        if let Some(name) = byline(content) {
            layout.byline.get_or_insert_with(|| name.to_owned());
            layout.push(BlockKind::Byline, line);
        } else if let Some(date) = dates::date_line(content) {
            layout.date.get_or_insert(date);
            layout.push(BlockKind::Dateline, line);
        } else if is_noise(content) {
            layout.push(BlockKind::Boilerplate, line);
        } else if is_note(content) {
            layout.push(BlockKind::Note, line);
        } else {
            break;
        }
        used += 1;
    }
    used
}

impl Layout {
    fn push(&mut self, kind: BlockKind, line: &Line) {
        self.blocks.push(Block { kind, bytes: line.bytes.clone() });
    }
}

/// What the line stands above.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    /// Byline, date line or dateline.
    Head,
    /// A blank line, then text.
    Blank,
    Text,
}

/// A first line is the headline if it does not read like prose (no full stop, or title case), or if the next one says so.
fn is_headline(line: &str, above: Above) -> bool {
    if line.len() > MAX_HEADLINE || line.starts_with(['“', '"']) && line.ends_with(['”', '"', '.']) {
        return false;
    }
    if byline(line).is_some() || dates::date_line(line).is_some() || is_noise(line) || dateline::find(line).is_some() {
        return false;
    }
    let words = line.split_whitespace().count();
    let stopped = line.trim_end_matches(['”', '"', '’', ')']).ends_with(['.', '…']);
    let few = words <= 25 && above == Above::Head;
    words <= 30 && (!stopped || few || above == Above::Blank && words <= 25 && is_title_case(line))
}

/// Most words of some length begin with a capital.
fn is_title_case(line: &str) -> bool {
    let long: Vec<&str> = line.split_whitespace().filter(|w| w.chars().count() > 3).collect();
    let upper = long
        .iter()
        .filter(|w| w.trim_start_matches(['“', '"', '‘', '\'', '(']).starts_with(|c: char| !c.is_lowercase()));
    upper.count() * 4 >= long.len() * 3
}

/// `- By X, City`, `By X and Y`: what stands after "By".
fn byline(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(['-', '–', '—', '•', '*', '|']).trim_start();
    let name = ["By ", "BY ", "by ", "Written by ", "Story by "].iter().find_map(|by| line.strip_prefix(by))?;
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_name = |word: &&str| {
        word.starts_with(|c: char| c.is_uppercase() || c == '@' || c == '|' || c == '(')
            || ["and", "for", "of", "the", "in", "de", "van", "von", "al", "bin", "&", "-", "|"].contains(word)
    };
    let few = !words.is_empty() && words.len() <= 16 && words.iter().all(is_name);
    (few && !name.ends_with(['.', '!', '?'])).then_some(name)
}

/// Counters, buttons, trailers and other furniture of pages and wires.
fn is_noise(line: &str) -> bool {
    let bare = line.trim_matches(|c: char| {
        matches!(c, '-' | '–' | '—' | '•' | '*' | '|' | '#' | '_' | '=' | '·') || c.is_whitespace()
    });
    let lower = bare.to_lowercase();
    let count = lower.trim_end_matches("views").trim_end_matches("comments").trim_end_matches("shares").trim_end();
    count.trim_end_matches('k').chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
        || matches!(bare, "ENDS" | "END" | "30" | "MORE" | "Advertisement" | "ADVERTISEMENT" | "Share" | "Print")
        || is_button(&lower)
        || is_trailer(bare)
}

/// What a page asks of its reader. Prose that begins with the same words ends in a stop or runs on.
fn is_button(lower: &str) -> bool {
    const STARTS: [&str; 14] = [
        "read more",
        "read also",
        "also read",
        "click here",
        "follow us",
        "subscribe to our",
        "subscribe now",
        "sign up for",
        "share this",
        "share on",
        "related:",
        "related articles",
        "related stories",
        "download the app",
    ];
    let is_short = lower.split_whitespace().count() <= 12 && !lower.ends_with(['.', '”', '"']);
    is_short && STARTS.iter().any(|start| lower.starts_with(start))
        || lower.ends_with("all rights reserved.")
        || lower.ends_with("all rights reserved")
        || lower.starts_with("our standards:")
        || lower.starts_with('©')
}

/// `(Reporting by A. Reporter in Lagos; Editing by B. Editor)`: credits, with names after "by" and no verb.
fn is_trailer(line: &str) -> bool {
    const CREDITS: [&str; 7] =
        ["reporting", "additional reporting", "editing", "writing", "compiled", "graphics", "translated"];
    let bare = line.trim_start_matches('(').trim_end_matches(')').trim_end_matches('.');
    let parts = bare.split(';').map(str::trim).filter(|part| !part.is_empty());
    let is_credit = |part: &str| {
        let Some((what, who)) = part.split_once(" by ") else { return false };
        let what = what.to_lowercase();
        let what = what.trim_end_matches(|c: char| c.is_whitespace());
        let credited = CREDITS.iter().any(|credit| what.split(" and ").any(|word| word == *credit));
        let names = who.split_whitespace().all(|word| {
            word.starts_with(|c: char| !c.is_lowercase())
                || matches!(word, "and" | "in" | "the" | "de" | "van" | "von" | "al" | "bin" | "for")
        });
        credited && names
    };
    let mut count = 0;
    for part in parts {
        if !is_credit(part) {
            return false;
        }
        count += 1;
    }
    count > 0
}

/// Notes to or from editors.
fn is_note(line: &str) -> bool {
    const STARTS: [&str; 13] = [
        "eds:",
        "(eds:",
        "editor's note",
        "editor’s note",
        "editors' note",
        "editors’ note",
        "note to editors",
        "(adds ",
        "(updates ",
        "(corrects ",
        "(repeats ",
        "(refiles ",
        "(removes ",
    ];
    let lower = line.to_lowercase();
    STARTS.iter().any(|start| lower.starts_with(start))
        || lower.starts_with("(in ") && lower.contains("correct") && lower.ends_with(')')
}

fn is_caption(line: &str) -> bool {
    const STARTS: [&str; 9] =
        ["photo:", "(photo:", "image:", "picture:", "caption:", "file photo", "(file photo", "[photo", "photo by "];
    let lower = line.to_lowercase();
    STARTS.iter().any(|start| lower.starts_with(start))
}

/// Reads the lines of a body.
fn paragraphs(text: &str, lines: &[Line], layout: &mut Layout) {
    let mut paragraphs = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let group = lines[at + 1..].iter().position(|l| l.after_blank).map_or(lines.len(), |n| at + 1 + n);
        if is_wrapped(text, &lines[at..group]) {
            let bytes = lines[at].bytes.start..lines[group - 1].bytes.end;
            paragraphs.push(Line { bytes, after_blank: lines[at].after_blank });
        } else {
            paragraphs.extend_from_slice(&lines[at..group]);
        }
        at = group;
    }
    for (i, line) in paragraphs.iter().enumerate() {
        let content = &text[line.bytes.clone()];
        let kind = match () {
            () if is_noise(content) => BlockKind::Boilerplate,
            () if is_note(content) => BlockKind::Note,
            () if is_caption(content) => BlockKind::Caption,
            () if layout.blocks.len() > usize::from(i > 0)
                && i + 1 < paragraphs.len()
                && is_subhead(content)
                && (i > 0 || layout.headline.is_some()) =>
            {
                BlockKind::Subhead
            }
            () => BlockKind::Paragraph,
        };
        if kind == BlockKind::Paragraph {
            paragraph(text, line, layout);
        } else {
            layout.push(kind, line);
        }
    }
}

/// Pushes a paragraph, with its dateline and a footnote mark after its end as blocks of their own.
fn paragraph(text: &str, line: &Line, layout: &mut Layout) {
    let content = &text[line.bytes.clone()];
    let mut start = line.bytes.start;
    let is_lead = !layout.blocks.iter().any(|b| b.kind == BlockKind::Paragraph);
    if is_lead && let Some(found) = dateline::find(content) {
        let owned = |s: Option<&str>| s.map(str::to_owned);
        let dateline = Dateline { place: owned(found.place), date: None, agency: owned(found.agency) };
        layout.dateline = Some((dateline, found.date));
        let end = start + content[..found.length].trim_end().len();
        layout.blocks.push(Block { kind: BlockKind::Dateline, bytes: start..end });
        start += found.length;
    }
    let end = line.bytes.end - footnote_mark(content);
    while start < end {
        let cut = start + piece(&text[start..end]);
        layout
            .blocks
            .push(Block { kind: BlockKind::Paragraph, bytes: start..start + text[start..cut].trim_end().len() });
        start = end - text[cut..end].trim_start().len();
    }
    if end < line.bytes.end {
        layout.blocks.push(Block { kind: BlockKind::Boilerplate, bytes: end..line.bytes.end });
    }
}

/// Length of the first piece of a paragraph that is to be cut, bytes: to the last end of a sentence, else space, else character.
fn piece(paragraph: &str) -> usize {
    let window = &paragraph[..paragraph.floor_char_boundary(MAX_PARAGRAPH)];
    let mut from = 0;
    for run in window.split_inclusive(char::is_whitespace) {
        if run.len() > MAX_RUN {
            return if from > 0 { from } else { run.floor_char_boundary(MAX_RUN) };
        }
        from += run.len();
    }
    if window.len() == paragraph.len() {
        return window.len();
    }
    let stops = [". ", "! ", "? ", "” ", "\" "];
    let after_stop = stops.iter().filter_map(|stop| Some(window.rfind(stop)? + stop.len())).max();
    after_stop.or_else(|| window.rfind(char::is_whitespace)).filter(|&at| at > 0).unwrap_or(window.len())
}

/// Length of a number stuck to the stop that ends a paragraph ("... analyst.2"), bytes; 0 where there is none.
fn footnote_mark(paragraph: &str) -> usize {
    let bare = paragraph.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = paragraph.len() - bare.len();
    let before = bare.trim_end_matches(['”', '"', '’', ')']).trim_end_matches(['.', '!', '?']);
    let word = before.chars().next_back().is_some_and(char::is_alphabetic) && before.len() < bare.len();
    // "U.S.2" and "No.2" are no ends of sentences.
    let ends_sentence =
        before.rsplit(char::is_whitespace).next().is_some_and(|w| w.chars().count() > 2 && !w.contains('.'));
    if (1..=3).contains(&digits) && word && ends_sentence { digits } else { 0 }
}

/// Lines of one paragraph that were cut at a column: similar lengths, and sentences run over the line ends.
fn is_wrapped(text: &str, group: &[Line]) -> bool {
    let lengths: Vec<usize> = group.iter().map(|l| text[l.bytes.clone()].chars().count()).collect();
    let Some((_, full)) = lengths.split_last() else { return false };
    let Some(&longest) = full.iter().max() else { return false };
    let similar = full.iter().all(|&n| n * 10 >= longest * 6);
    let runs_over = group.windows(2).filter(|pair| {
        let (line, next) = (&text[pair[0].bytes.clone()], &text[pair[1].bytes.clone()]);
        !line.ends_with(['.', '!', '?', ':', '”', '"'])
            && next.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit())
    });
    (35..=110).contains(&longest) && similar && runs_over.count() * 3 >= full.len()
}

/// A short line without a stop between paragraphs.
fn is_subhead(line: &str) -> bool {
    let bare = line.trim_end_matches(['”', '"', '’', '\'', ')', '*']);
    let words = line.split_whitespace().count();
    words <= MAX_SUBHEAD_WORDS
        && line.len() <= 120
        && !bare.ends_with(['.', '!', '…', ',', ';', ':', '-', '–', '—'])
        && !line.starts_with(['“', '"', '-', '–', '—', '•', '*', '('])
        && line.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '‘' | '\''))
        && (words <= 3 || !bare.ends_with('?') || is_title_case(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line a block: its kind and text.
    fn check(text: &str, expected: &[(BlockKind, &str)]) -> Layout {
        let layout = layout(text);
        let found: Vec<_> = layout.blocks.iter().map(|b| (b.kind, &text[b.bytes.clone()])).collect();
        assert_eq!(found, expected);
        layout
    }

    use BlockKind::{Boilerplate, Byline, Caption, Headline, Note, Paragraph, Subhead};

    #[test]
    fn head_lines_subheads_and_a_footnote_mark_are_blocks_of_their_own() {
        let text = "Minister: Port Plan ‘On Track’\n- By Web Desk, New York\n- Oct 26, 2025\n- 566\nThe port is on track, the minister said.\n\
                    Costs and Doubts\nIt will cost $2 billion.\n“We doubt it,” said an analyst.2";
        let layout = check(
            text,
            &[
                (Headline, "Minister: Port Plan ‘On Track’"),
                (Byline, "- By Web Desk, New York"),
                (BlockKind::Dateline, "- Oct 26, 2025"),
                (Boilerplate, "- 566"),
                (Paragraph, "The port is on track, the minister said."),
                (Subhead, "Costs and Doubts"),
                (Paragraph, "It will cost $2 billion."),
                (Paragraph, "“We doubt it,” said an analyst."),
                (Boilerplate, "2"),
            ],
        );
        assert_eq!(layout.byline.as_deref(), Some("Web Desk, New York"));
        assert_eq!(layout.date, Some(PartialDate { year: Some(2025), month: 10, day: 26 }));
    }

    #[test]
    fn a_lone_paragraph_is_no_headline() {
        check("The bank raised rates", &[(Paragraph, "The bank raised rates")]);
        check(
            "The bank raised rates by 0.5%. It may do so again.\nShares fell.",
            &[(Paragraph, "The bank raised rates by 0.5%. It may do so again."), (Paragraph, "Shares fell.")],
        );
    }

    #[test]
    fn a_title_with_a_full_stop_before_a_blank_line_is_a_headline() {
        check(
            "Voters Worried About Health Issues.\n\nThe pollster was surprised.",
            &[(Headline, "Voters Worried About Health Issues."), (Paragraph, "The pollster was surprised.")],
        );
    }

    #[test]
    fn a_sentence_above_a_dateline_is_a_headline_and_alone_it_is_not() {
        check(
            "Casino revenue is up slightly this year.\n\nATLANTIC CITY, N.J. (AP) — Revenue rose 2%.",
            &[
                (Headline, "Casino revenue is up slightly this year."),
                (BlockKind::Dateline, "ATLANTIC CITY, N.J. (AP) —"),
                (Paragraph, "Revenue rose 2%."),
            ],
        );
        check(
            "Casino revenue is up slightly this year.\n\nRevenue rose 2%.",
            &[(Paragraph, "Casino revenue is up slightly this year."), (Paragraph, "Revenue rose 2%.")],
        );
    }

    #[test]
    fn agency_copy_has_slug_dateline_note_and_trailer() {
        let text = "CORRECTED-UPDATE 1-Oil falls on glut\n(Corrects figure in paragraph 2)\nLONDON, March 3 (Reuters) - Oil fell.\n\
                    Photo: a tanker\nIt may fall further.\n(Reporting by A. Reporter; Editing by B. Editor)";
        let layout = check(
            text,
            &[
                (Note, "CORRECTED-UPDATE 1-"),
                (Headline, "Oil falls on glut"),
                (Note, "(Corrects figure in paragraph 2)"),
                (BlockKind::Dateline, "LONDON, March 3 (Reuters) -"),
                (Paragraph, "Oil fell."),
                (Caption, "Photo: a tanker"),
                (Paragraph, "It may fall further."),
                (Boilerplate, "(Reporting by A. Reporter; Editing by B. Editor)"),
            ],
        );
        assert_eq!(layout.signals, [Signal::Correction, Signal::Update]);
    }

    #[test]
    fn lines_cut_at_a_column_are_one_paragraph() {
        let text = "Floods hit the valley\n\nThe river rose by two metres overnight and cut off three\nvillages in the valley, the district office said, while\nthe road stays closed.\n\nSchools are shut.";
        let blocks = layout(text).blocks;
        assert_eq!(blocks.len(), 3);
        assert!(
            text[blocks[1].bytes.clone()].starts_with("The river")
                && text[blocks[1].bytes.clone()].ends_with("closed.")
        );
    }

    #[test]
    fn sentences_that_begin_like_furniture_are_paragraphs() {
        for line in [
            "Subscribers to the service rose by 2 million, the company said.",
            "Reporting by the newspaper showed that the bank had failed to act.",
            "Copyright cases rose by a third, the court said.",
            "Advertisement revenue fell 5%.",
            "Read more slowly, the teacher told them.",
            "Editing by hand is slow.",
        ] {
            assert!(!is_noise(line), "{line}");
        }
        for line in [
            "(Reporting by Ada Obi in Lagos and Jo Li; Editing by Sam de Wit)",
            "Additional reporting by Ann Lee",
            "Writing and editing by Bo Xi;",
            "1,204 views",
            "- 566",
            "Read more: Ten things to know",
            "© 2025 The Wire",
        ] {
            assert!(is_noise(line), "{line}");
        }
    }

    #[test]
    fn lines_end_at_carriage_returns_too() {
        let ends = |text| lines(text).iter().map(|line| line.after_blank).collect::<Vec<_>>();
        assert_eq!(ends("One\r\nTwo\r\n\r\nThree"), [true, false, true]);
        assert_eq!(ends("One\rTwo\r\rThree"), [true, false, true]);
    }

    #[test]
    fn a_paragraph_without_an_end_is_cut_between_sentences() {
        let text = "The bank of Ghana raised its rate. ".repeat(1000);
        let blocks = layout(&text).blocks;
        assert!(blocks.len() == 5 && blocks.iter().all(|b| text[b.bytes.clone()].starts_with("The bank of")));
        assert!(blocks.iter().all(|b| b.bytes.len() <= MAX_PARAGRAPH && text[b.bytes.clone()].ends_with("rate.")));
        let blocks = layout(&"é".repeat(10_000)).blocks;
        assert_eq!(blocks.iter().map(|b| b.bytes.len()).sum::<usize>(), 20_000);
    }

    #[test]
    fn short_sentences_are_no_subheads() {
        check(
            "Talks fail\n\nTalks failed.\nNobody won!\n“Never again”\nThe end came.",
            &[
                (Headline, "Talks fail"),
                (Paragraph, "Talks failed."),
                (Paragraph, "Nobody won!"),
                (Paragraph, "“Never again”"),
                (Paragraph, "The end came."),
            ],
        );
    }
}
