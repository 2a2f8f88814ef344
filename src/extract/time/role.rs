//! What a time is to its clause: when something happened, when it was said, or what a change is compared with.

use std::ops::Range;

use copydesk_nlp::Doc;

use super::grammar::Match;
use super::resolve::{Direction, Expr};
use crate::extract::attribution::Attribution;
use crate::extract::quantity::lexer::{Atoms, Kind};

/// `event`, `report` or `baseline`.
pub(super) fn role(
    doc: &Doc,
    atoms: &Atoms<'_>,
    found: &Match,
    tokens: &Range<usize>,
    direction: Direction,
    attributions: &[Attribution],
) -> &'static str {
    if is_baseline(doc, atoms, found, direction) {
        "baseline"
    } else if is_report(doc, tokens, attributions) {
        "report"
    } else {
        "event"
    }
}

/// "from a year earlier", "than in 2019", "from 4.2% a year ago", "compared with May".
fn is_baseline(doc: &Doc, atoms: &Atoms<'_>, found: &Match, direction: Direction) -> bool {
    let mut at = found.atoms.start;
    let mut number_between = false;
    for _ in 0..9 {
        let Some(before) = at.checked_sub(1) else { return false };
        let Some(atom) = atoms.get(before) else { return false };
        match atom.lower.as_ref() {
            "than" | "versus" | "vs" => return true,
            "with" | "to" if matches!(atoms.before(before, 1), "compared" | "comparison") => return true,
            "against" => return number_between,
            "from" => {
                let compares = match found.expr {
                    Expr::Anchored { .. } | Expr::Distance { .. } => true,
                    Expr::Relative { offset, .. } => offset < 0,
                    Expr::Interval(..) => false,
                    _ => atoms.lower(found.atoms.end) == "levels" || direction == Direction::Past,
                };
                // The number that changed stands before: "rose 5% from 2019"; "from 3% in May" needs none.
                let changed = (before.saturating_sub(14)..before)
                    .any(|j| atoms.is_number(j) || matches!(atoms.lower(j), "up" | "down" | "unchanged"));
                return number_between || (compares && changed);
            }
            "." | ";" | "!" | "?" => return false,
            _ => {}
        }
        number_between |= atom.kind == Kind::Number;
        let tag = doc.tag(atom.token);
        if tag.starts_with('V') || tag == "MD" || (atom.lower == "," && !number_between) {
            return false;
        }
        at = before;
    }
    false
}

/// The time hangs on a verb of saying, directly or through a noun of saying ("in a statement on Monday").
fn is_report(doc: &Doc, tokens: &Range<usize>, attributions: &[Attribution]) -> bool {
    let Some(root) = tokens.clone().find(|&t| !tokens.contains(&doc.head(t))) else { return false };
    let sentence = doc.sent(root);
    let mut now = root;
    for _ in 0..6 {
        let head = doc.head(now);
        if head == now || !sentence.contains(&head) {
            return false;
        }
        let attribution = attributions.iter().find(|a| a.cue_head == Some(head));
        if let Some(attribution) = attribution {
            return !attribution.content.iter().any(|c| c.contains(&root));
        }
        let tag = doc.tag(head);
        if tag.starts_with('V') {
            // A verb of saying with nothing known about its attribution.
            return matches!(doc.lemma(head), "say" | "tell")
                && !attributions.iter().any(|a| a.content.iter().any(|c| c.contains(&root)));
        }
        let passes = matches!(
            doc.dep(now),
            "prep"
                | "pobj"
                | "npadvmod"
                | "tmod"
                | "appos"
                | "nmod"
                | "compound"
                | "poss"
                | "pcomp"
                | "advmod"
                | "nummod"
        ) && (tag == "IN" || tag == "TO" || is_noun_of_saying(doc.lemma(head)) || doc.dep(now) == "appos");
        if !passes {
            return false;
        }
        now = head;
    }
    false
}

fn is_noun_of_saying(lemma: &str) -> bool {
    matches!(
        lemma,
        "statement"
            | "interview"
            | "conference"
            | "briefing"
            | "speech"
            | "post"
            | "report"
            | "note"
            | "tweet"
            | "letter"
            | "filing"
            | "address"
            | "remark"
            | "remarks"
            | "email"
            | "broadcast"
            | "appearance"
            | "hearing"
            | "testimony"
            | "video"
            | "message"
            | "announcement"
            | "comment"
            | "data"
            | "meeting"
            | "call"
            | "release"
            | "memo"
    )
}
