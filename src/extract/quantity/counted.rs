//! The noun that a bare number counts: "1,200 new manufacturing jobs" counts jobs, "12 people" persons, "killing 12" persons too.

use std::ops::Range;

use copydesk_nlp::Doc;

use super::lexer::{Atoms, Kind};

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Singular noun.
    pub(crate) unit: String,
    /// Atoms from after the number to the noun; empty where the noun stands elsewhere.
    pub(crate) noun: Range<usize>,
}

/// What the number in `numeral` (atoms, approximator excluded) counts.
pub(crate) fn counted(atoms: &Atoms<'_>, numeral: &Range<usize>, doc: &Doc) -> Option<Counted> {
    after(atoms, numeral.end, doc)
        .or_else(|| of_whole(atoms, numeral.end, doc))
        .or_else(|| victims(atoms, numeral.start, numeral.end, doc))
        .or_else(|| subject(atoms, numeral, doc))
}

/// The head of the noun phrase that goes on at atom `from`: the last noun of a run of adjectives and nouns.
fn after(atoms: &Atoms<'_>, from: usize, doc: &Doc) -> Option<Counted> {
    let mut head = None;
    let mut at = from;
    while let Some(atom) = atoms.get(at) {
        if at - from > 7 {
            break;
        }
        let tag = doc.tag(atom.token);
        let lower = atom.lower.as_ref();
        match atom.kind {
            Kind::Symbol if atoms.is_dash(at) && atom.glued && atoms.glued(at + 1) => {}
            Kind::Symbol
                if atom.text == ","
                    && tag_of(atoms, at - 1, doc).starts_with("JJ")
                    && tag_of(atoms, at + 1, doc).starts_with("JJ") => {}
            Kind::Word if crate::extract::time::grammar::starts_time(atoms, at) => break,
            // "12 others", "12 dead": people.
            Kind::Word if head.is_none() && at == from && matches!(lower, "others" | "dead") => {
                return Some(Counted { unit: "person".to_owned(), noun: from..at + 1 });
            }
            Kind::Word if tag.starts_with("NN") => {
                // A finished plural is the head unless a hyphen or another noun goes on.
                head = Some(at);
                let next = tag_of(atoms, at + 1, doc);
                if tag == "NNS" && !next.starts_with("NN") && !atoms.is_dash(at + 1) {
                    break;
                }
                if tag == "NNS" && next.starts_with("NN") && is_plural_person(lower) {
                    break;
                }
            }
            Kind::Word
                if tag.starts_with("JJ")
                    || matches!(tag, "VBN" | "VBG" | "RB" | "RBR" | "HYPH" | "CD" | "AFX") && head.is_none() =>
            {
                // "12 more", "12 wounded", "12 still missing": a participle with nothing to modify is the answer of `victims`.
            }
            Kind::Word if matches!(lower, "'s" | "'") || tag == "POS" => return None,
            Kind::Word
                if lower == "and"
                    && tag_of(atoms, at - 1, doc).starts_with("JJ")
                    && tag_of(atoms, at + 1, doc).starts_with("JJ") => {}
            _ => break,
        }
        at += 1;
    }
    let head = head?;
    let mut unit = singular(atoms, head, doc);
    // "two front-runners", "three by-elections": the hyphen makes one noun.
    let joined = head >= from + 2 && atoms.is_dash(head - 1) && atoms.glued(head - 1) && atoms.glued(head);
    if joined && atoms.is_word(head - 2) && !atoms.is_number(head - 2) {
        unit = format!("{}-{unit}", atoms.lower(head - 2));
    }
    Some(Counted { unit, noun: from..head + 1 })
}

fn tag_of<'d>(atoms: &Atoms<'_>, i: usize, doc: &'d Doc) -> &'d str {
    atoms.get(i).map_or("", |a| doc.tag(a.token))
}

fn is_plural_person(word: &str) -> bool {
    matches!(word, "people" | "children" | "women" | "men")
}

/// "34 of 40 drones", "213 of the House's 435 seats": the noun of the whole.
fn of_whole(atoms: &Atoms<'_>, from: usize, doc: &Doc) -> Option<Counted> {
    if !matches!((atoms.lower(from), atoms.lower(from + 1)), ("of", _) | ("out", "of")) {
        return None;
    }
    let of = if atoms.lower(from) == "of" { from } else { from + 1 };
    // The first plural noun within the phrase.
    let noun = (of + 1..of + 8).take_while(|&j| !matches!(atoms.text(j), "," | "." | ";" | ":" | "")).find(|&j| {
        let tag = tag_of(atoms, j, doc);
        tag == "NNS" && !atoms.is_number(j)
    })?;
    Some(Counted { unit: singular(atoms, noun, doc), noun: noun..noun })
}

/// "killed 12", "killing at least 12", "12 were killed", "40 wounded", "21 still missing": people.
fn victims(atoms: &Atoms<'_>, start: usize, end: usize, doc: &Doc) -> Option<Counted> {
    let person = Some(Counted { unit: "person".to_owned(), noun: end..end });
    let before = (1..=4).any(|back| {
        start
            .checked_sub(back)
            .and_then(|j| atoms.get(j))
            .is_some_and(|a| a.kind == Kind::Word && is_harm(doc.lemma(a.token)) && doc.tag(a.token).starts_with('V'))
    });
    if before
        && (atoms.get(end).is_none_or(|a| a.kind == Kind::Symbol)
            || matches!(
                atoms.lower(end),
                "and"
                    | "in"
                    | "on"
                    | "at"
                    | "others"
                    | "since"
                    | "more"
                    | "near"
                    | "when"
                    | "after"
                    | "during"
                    | "as"
                    | "of"
                    | "over"
                    | "so"
            ))
    {
        // The object must be the number itself: no noun between the verb and the number.
        let clear = (1..=4).map_while(|back| start.checked_sub(back)).take_while(|&j| {
            atoms.get(j).is_some_and(|a| !(is_harm(doc.lemma(a.token)) && doc.tag(a.token).starts_with('V')))
        });
        if clear.clone().all(|j| {
            !matches!(tag_of(atoms, j, doc), "NN" | "NNS" | "NNP" | "IN")
                || matches!(atoms.lower(j), "least" | "about" | "around" | "over" | "than" | "as" | "many")
        }) {
            return person;
        }
    }
    // "12 were killed", "12 more wounded", "21 still missing".
    let mut at = end;
    while matches!(
        atoms.lower(at),
        "more"
            | "still"
            | "others"
            | "were"
            | "was"
            | "have"
            | "has"
            | "been"
            | "are"
            | "remain"
            | "remained"
            | "had"
            | "also"
            | "reported"
            | "feared"
            | "seriously"
            | "critically"
    ) {
        at += 1;
    }
    let after = atoms.get(at).is_some_and(|a| {
        a.kind == Kind::Word
            && (is_harm(doc.lemma(a.token))
                || is_harm(&a.lower)
                || matches!(
                    a.lower.as_ref(),
                    "missing"
                        | "dead"
                        | "unaccounted"
                        | "hospitalized"
                        | "hospitalised"
                        | "wounded"
                        | "injured"
                        | "died"
                        | "arrested"
                        | "detained"
                ))
    });
    if after { person } else { None }
}

fn is_harm(lemma: &str) -> bool {
    matches!(
        lemma,
        "kill"
            | "wound"
            | "injure"
            | "hurt"
            | "hospitalize"
            | "hospitalise"
            | "detain"
            | "arrest"
            | "displace"
            | "rescue"
            | "evacuate"
            | "abduct"
            | "kidnap"
    )
}

/// "cases have topped 1,600", "the number of cases fell from 1,204 to 987": the counted subject of a verb of level.
fn subject(atoms: &Atoms<'_>, numeral: &Range<usize>, doc: &Doc) -> Option<Counted> {
    // Only where nothing follows that could be counted.
    let next = atoms.get(numeral.end);
    let alone = next.is_none_or(|a| {
        a.kind == Kind::Symbol || matches!(doc.tag(a.token), "IN" | "TO" | "CC" | "RB" | "VBD" | "VBZ")
    });
    if !alone {
        return None;
    }
    let token = atoms.get(numeral.start)?.token;
    let sentence = doc.sent(token);
    let verb = std::iter::once(token)
        .chain(doc.ancestors(token))
        .find(|&t| doc.tag(t).starts_with('V') && sentence.contains(&t))?;
    if !is_level_verb(doc.lemma(verb)) {
        return None;
    }
    let subject = doc.children(verb).find(|&c| matches!(doc.dep(c), "nsubj" | "nsubjpass"))?;
    let noun = if matches!(doc.lemma(subject), "number" | "total" | "count") {
        let of = doc.children(subject).find(|&c| doc.text(c) == "of")?;
        doc.children(of).find(|&c| doc.dep(c) == "pobj")?
    } else {
        subject
    };
    let countable = doc.tag(noun) == "NNS" && !is_mass_plural(doc.lemma(noun));
    countable.then(|| Counted { unit: singular_token(doc, noun), noun: numeral.end..numeral.end })
}

fn is_level_verb(lemma: &str) -> bool {
    matches!(
        lemma,
        "reach"
            | "top"
            | "exceed"
            | "hit"
            | "rise"
            | "fall"
            | "climb"
            | "total"
            | "number"
            | "surpass"
            | "drop"
            | "increase"
            | "decrease"
            | "decline"
            | "grow"
    )
}

/// Plurals that are measured, not counted.
fn is_mass_plural(lemma: &str) -> bool {
    matches!(
        lemma,
        "export"
            | "import"
            | "price"
            | "rate"
            | "cost"
            | "share"
            | "sale"
            | "revenue"
            | "earning"
            | "earnings"
            | "temperature"
            | "future"
            | "stock"
            | "level"
            | "index"
            | "wage"
            | "profit"
            | "loss"
            | "reserve"
            | "yield"
            | "rent"
            | "emission"
            | "spending"
    )
}

fn singular(atoms: &Atoms<'_>, i: usize, doc: &Doc) -> String {
    atoms.get(i).map_or_else(String::new, |a| {
        // A hyphenated token holds more than the noun.
        if doc.bytes(a.token) == a.bytes { singular_token(doc, a.token) } else { a.lower.to_string() }
    })
}

/// The singular of a noun: the lemma, names with their plural s taken off, people by person.
pub(crate) fn singular_token(doc: &Doc, token: usize) -> String {
    let text = doc.text(token);
    match text.to_lowercase().as_str() {
        "people" | "persons" | "person" => return "person".to_owned(),
        "staff" | "police" | "personnel" => return text.to_lowercase(),
        _ => {}
    }
    match doc.tag(token) {
        "NNPS" => text.strip_suffix('s').unwrap_or(text).to_owned(),
        // The tagger takes "Palestinians" for a singular name at times.
        "NNP" => match text.strip_suffix("ns") {
            Some(stem) => format!("{stem}n"),
            None => text.to_owned(),
        },
        "NNS" => whole_stem(&text.to_lowercase(), doc.lemma(token)).to_owned(),
        _ => doc.lemma(token).to_owned(),
    }
}

/// The lemmatiser's rule for "buses" takes an e too many from "doses", "noses" and "hoses".
fn whole_stem<'a>(plural: &'a str, lemma: &'a str) -> &'a str {
    match plural.strip_suffix('s') {
        Some(stem) if stem.ends_with("ose") && stem.strip_suffix('e') == Some(lemma) => stem,
        _ => lemma,
    }
}
