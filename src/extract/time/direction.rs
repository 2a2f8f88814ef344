//! Whether a clause speaks of the past or of the future: "met on Monday" against "will meet on Monday".

use std::ops::Range;

use copydesk_nlp::Doc;

use super::resolve::Direction;

/// Where the verb that governs `tokens` (a time expression) puts it. `headline` tells that the present tense means the past.
pub(crate) fn direction(doc: &Doc, tokens: &Range<usize>, headline: bool) -> Direction {
    let Some(root) = tokens.clone().find(|&t| !tokens.contains(&doc.head(t))) else { return Direction::Unknown };
    let sentence = doc.sent(root);
    // "ahead of", "upcoming", "due": no verb needed.
    let window = sentence.start.max(tokens.start.saturating_sub(5))..tokens.start;
    let announced = window.clone().any(|t| {
        matches!(doc.lemma(t), "upcoming" | "due" | "deadline" | "slated" | "schedule" | "expire")
            || (doc.text(t) == "ahead" && doc.text((t + 1).min(sentence.end - 1)) == "of")
    });
    if window.clone().next_back().is_some_and(|t| doc.lemma(t) == "since") {
        return Direction::Past;
    }
    let by = window.clone().next_back().is_some_and(|t| matches!(doc.lemma(t), "by" | "until" | "till" | "through"));
    let mut now = root;
    for _ in 0..12 {
        if doc.tag(now).starts_with('V') || doc.tag(now) == "MD" {
            let found = of_verb(doc, now, headline);
            match found {
                // "was due on Monday", "is scheduled for Monday".
                Direction::Past if announced && !has_perfect(doc, now) => return Direction::Future,
                // "warned of storms through Thursday"
                Direction::Past if by && is_foretelling(doc.lemma(now)) => return Direction::Future,
                Direction::Past | Direction::Future => return found,
                Direction::Unknown if announced || by => return Direction::Future,
                Direction::Unknown => {}
            }
        }
        let head = doc.head(now);
        if head == now || !sentence.contains(&head) {
            break;
        }
        now = head;
    }
    if announced || by { Direction::Future } else { of_window(doc, tokens, &sentence) }
}

fn has_perfect(doc: &Doc, verb: usize) -> bool {
    doc.children(verb).any(|c| doc.dep(c).starts_with("aux") && doc.lemma(c) == "have")
}

fn of_verb(doc: &Doc, verb: usize, headline: bool) -> Direction {
    let auxiliaries: Vec<usize> = doc.children(verb).filter(|&c| doc.dep(c).starts_with("aux")).collect();
    let lemma = doc.lemma(verb);
    let perfect = auxiliaries.iter().any(|&a| doc.lemma(a) == "have");
    if auxiliaries.iter().any(|&a| doc.tag(a) == "MD") {
        return if perfect { Direction::Past } else { Direction::Future };
    }
    if perfect {
        return Direction::Past;
    }
    let be = auxiliaries.iter().copied().find(|&a| doc.lemma(a) == "be");
    match doc.tag(verb) {
        "VBD" => {
            // "were due", "was set to": the plan is of the past, what is planned is not.
            Direction::Past
        }
        "VBN" => match be.map(|a| doc.tag(a)) {
            _ if is_planned(lemma) => Direction::Future,
            Some("VBZ" | "VBP" | "VB") => Direction::Unknown,
            _ => Direction::Past,
        },
        "VBG" => match be.map(|a| doc.tag(a)) {
            Some("VBZ" | "VBP") => Direction::Future,
            Some(_) => Direction::Past,
            None => Direction::Unknown,
        },
        "VB" if auxiliaries.iter().any(|&a| doc.tag(a) == "TO") => infinitive(doc, verb, headline),
        "VB" if doc.head(verb) == verb && !headline => Direction::Future,
        "VBZ" | "VBP" => {
            if headline || is_saying(lemma) {
                Direction::Unknown
            } else if is_timetable(lemma)
                || doc.children(verb).any(|c| matches!(doc.lemma(c), "due" | "likely" | "ready" | "poised" | "set"))
            {
                Direction::Future
            } else {
                Direction::Unknown
            }
        }
        _ => Direction::Unknown,
    }
}

/// "plans to meet", "is expected to meet": future; else as the governing verb ("began to arrive").
fn infinitive(doc: &Doc, verb: usize, headline: bool) -> Direction {
    let head = doc.head(verb);
    if head == verb {
        // "Talks to resume Monday": a headline's future.
        return Direction::Future;
    }
    if is_planned(doc.lemma(head))
        || matches!(doc.lemma(head), "due" | "likely" | "ready" | "able" | "deal" | "plan" | "agreement")
    {
        return Direction::Future;
    }
    if doc.tag(head).starts_with('V') { of_verb(doc, head, headline) } else { Direction::Unknown }
}

fn is_planned(lemma: &str) -> bool {
    matches!(
        lemma,
        "plan"
            | "expect"
            | "schedule"
            | "set"
            | "slate"
            | "hope"
            | "want"
            | "intend"
            | "vow"
            | "promise"
            | "agree"
            | "aim"
            | "prepare"
            | "pledge"
            | "poise"
            | "seek"
            | "propose"
            | "threaten"
            | "book"
            | "time"
            | "project"
            | "forecast"
            | "need"
            | "bind"
            | "gear"
            | "urge"
            | "decide"
    )
}

/// Verbs whose object is still to come, also where they stand in the past tense.
fn is_foretelling(lemma: &str) -> bool {
    matches!(lemma, "warn" | "forecast" | "predict" | "order" | "extend" | "postpone" | "delay" | "announce")
}

/// Verbs that announce in the present tense: "opens on Friday".
fn is_timetable(lemma: &str) -> bool {
    matches!(
        lemma,
        "open"
            | "begin"
            | "start"
            | "end"
            | "expire"
            | "take"
            | "go"
            | "meet"
            | "visit"
            | "host"
            | "hold"
            | "run"
            | "close"
            | "resume"
            | "return"
            | "reopen"
            | "launch"
            | "come"
            | "arrive"
            | "leave"
            | "be"
            | "turn"
            | "play"
            | "face"
            | "travel"
            | "head"
            | "kick"
            | "release"
            | "retire"
            | "depart"
            | "vote"
            | "step"
            | "move"
            | "convene"
            | "gather"
            | "celebrate"
            | "mark"
    )
}

fn is_saying(lemma: &str) -> bool {
    matches!(lemma, "say" | "report" | "show" | "write" | "tell" | "note" | "suggest" | "reveal" | "claim" | "announce")
}

/// Where the parse gives no verb, the nearest word of tense before the expression decides.
fn of_window(doc: &Doc, tokens: &Range<usize>, sentence: &Range<usize>) -> Direction {
    for t in (sentence.start..tokens.start).rev().take(12) {
        match doc.tag(t) {
            "MD" => return Direction::Future,
            "VBD" => return Direction::Past,
            _ => {}
        }
    }
    Direction::Unknown
}
