//! Numbers that are no quantities: parts of names, years, clock times, telephone numbers, scores, list marks.

use copydesk_nlp::{Doc, Iob};
use rust_decimal::Decimal;

use super::lexer::{Atoms, Kind};
use super::numerals::{Form, Numeral};

/// True where the numeral at atom `start` is no quantity. `measured` tells that a unit or a currency goes with it, `title_case`
/// that the block is a headline, whose capitals say nothing.
pub(crate) fn is_excluded(
    atoms: &Atoms<'_>,
    start: usize,
    numeral: &Numeral,
    measured: bool,
    title_case: bool,
    doc: &Doc,
) -> bool {
    if is_grown_into_a_word(atoms, start) || is_code(atoms, start, numeral.end) {
        return true;
    }
    if measured {
        return false;
    }
    is_clock(atoms, start, numeral.end)
        || is_list_mark(atoms, start, numeral.end)
        || is_designated(atoms, start, numeral)
        || is_address(atoms, numeral)
        || is_part_of_name(atoms, start, numeral, title_case, doc)
        || is_year(atoms, start, numeral)
}

/// "F-16", "G20", "COVID-19", "under-21", "example.com/12".
fn is_grown_into_a_word(atoms: &Atoms<'_>, start: usize) -> bool {
    let Some(previous) = start.checked_sub(1).and_then(|j| atoms.get(j)) else { return false };
    if !atoms.glued(start) {
        return false;
    }
    match previous.kind {
        Kind::Word => {
            !super::currency::is_code(previous.text)
                && !matches!(previous.text, "Rs" | "Re" | "R" | "KSh" | "Ksh" | "Tk")
        }
        Kind::Number => true,
        Kind::Symbol => match previous.text {
            "/" | "@" | "#" | "_" | "=" | "." | "\\" | "&" => true,
            "-" | "–" | "‑" => {
                let word = start.checked_sub(2).and_then(|j| atoms.get(j));
                previous.glued
                    && word.is_some_and(|w| {
                        w.kind == Kind::Word
                            && !matches!(
                                w.lower.as_ref(),
                                "magnitude" | "to" | "million" | "billion" | "mid" | "early" | "late"
                            )
                    })
            }
            _ => false,
        },
    }
}

/// "0143", "555-0143-22", "9/11", "10:30", "[3]".
fn is_code(atoms: &Atoms<'_>, start: usize, end: usize) -> bool {
    let text = atoms.text(start);
    if text.len() > 1 && text.starts_with('0') && !text.starts_with("0.") {
        return true;
    }
    if matches!(atoms.text(end), "/" | ":" | "-" | ".")
        && atoms.glued(end)
        && atoms.glued(end + 1)
        && atoms.is_number(end + 1)
    {
        let second = atoms.text(end + 1);
        let third = matches!(atoms.text(end + 2), "-" | "." | "/")
            && atoms.glued(end + 2)
            && atoms.glued(end + 3)
            && atoms.is_number(end + 3);
        return atoms.text(end) == ":"
            || atoms.text(end) == "/"
            || third
            || (second.len() > 1 && second.starts_with('0') && !second.starts_with("0."));
    }
    atoms.before(start, 1) == "[" && atoms.text(end) == "]"
        || (atoms.before(start, 1) == ":"
            && atoms.glued(start)
            && start >= 2
            && atoms.is_number(start - 2)
            && atoms.glued(start - 1))
}

fn is_clock(atoms: &Atoms<'_>, start: usize, end: usize) -> bool {
    matches!(
        atoms.lower(end),
        "a.m." | "p.m." | "a.m" | "p.m" | "am" | "pm" | "o'clock" | "gmt" | "utc" | "hrs" | "noon"
    ) || (matches!(atoms.lower(end), "a" | "p") && atoms.text(end + 1) == "." && atoms.lower(end + 2).starts_with('m'))
        || (atoms.matches(end, "local time"))
        || (matches!(atoms.before(start, 1), "past") && matches!(atoms.before(start, 2), "half" | "quarter"))
}

fn is_list_mark(atoms: &Atoms<'_>, start: usize, end: usize) -> bool {
    let digits = atoms.is_number(start) && end == start + 1;
    digits
        && ((start == 0 && matches!(atoms.text(end), "." | ")") && atoms.glued(end))
            || (atoms.before(start, 1) == "(" && atoms.text(end) == ")" && atoms.text(start).len() == 1))
}

/// Words that a number only names: in any case, and those that must be capitals.
fn is_designator(word: &str, capital: bool) -> bool {
    matches!(
        word,
        "no" | "nos"
            | "number"
            | "numbers"
            | "article"
            | "articles"
            | "section"
            | "sections"
            | "chapter"
            | "page"
            | "pages"
            | "phase"
            | "category"
            | "level"
            | "grade"
            | "paragraph"
            | "clause"
            | "channel"
            | "flight"
            | "room"
            | "top"
            | "version"
            | "type"
            | "tier"
            | "stage"
            | "resolution"
            | "route"
            | "highway"
            | "interstate"
            | "exit"
            | "proposition"
            | "amendment"
            | "episode"
            | "rule"
            | "act"
            | "volume"
            | "formula"
            | "terminal"
            | "runway"
            | "reactor"
    ) || (capital
        && matches!(
            word,
            "title"
                | "boeing"
                | "airbus"
                | "falcon"
                | "apollo"
                | "soyuz"
                | "shenzhou"
                | "artemis"
                | "voyager"
                | "model"
                | "windows"
                | "iphone"
                | "galaxy"
                | "pixel"
                | "playstation"
                | "xbox"
                | "class"
                | "group"
                | "division"
                | "district"
                | "ward"
                | "precinct"
                | "zone"
                | "area"
                | "pool"
                | "lane"
                | "season"
                | "part"
                | "book"
                | "serie"
                | "ligue"
                | "week"
                | "day"
                | "round"
                | "line"
                | "camp"
                | "game"
                | "unit"
                | "block"
                | "gate"
                | "pier"
                | "platform"
                | "measure"
                | "order"
                | "protocol"
                | "schedule"
                | "table"
                | "figure"
                | "annex"
                | "stoxx"
                | "nasdaq"
                | "nikkei"
                | "ftse"
                | "dax"
                | "cac"
                | "ibex"
                | "asx"
                | "kospi"
                | "csi"
                | "russell"
                | "fortune"
                | "stoxx50"
                | "p"
                | "bowl"
                | "radio"
                | "studio"
                | "pyramid"
                | "corps"
                | "brigade"
                | "war"
                | "wave"
                | "euro"
                | "uefa"
                | "psalm"
                | "generation"
                | "gen"
                | "vision"
                | "agenda"
        ))
}

/// "Article 50", "No. 3", "the top 10", "Boeing 737", and further numbers of the same list: "Articles 5 and 6".
fn is_designated(atoms: &Atoms<'_>, start: usize, numeral: &Numeral) -> bool {
    if numeral.form == Form::Scaled {
        return false;
    }
    let mut at = start;
    if atoms.before(at, 1) == "." && at >= 2 && atoms.glued(at - 1) {
        at -= 1;
    }
    if matches!(atoms.before(at, 1), "and" | "," | "or" | "-" | "–") && at >= 3 && atoms.is_number(at - 2) {
        at -= 2;
    }
    let Some(word) = at.checked_sub(1).and_then(|j| atoms.get(j)) else { return false };
    if !is_designator(word.lower.as_ref(), word.is_capital()) {
        return false;
    }
    // "no 12 people", "a number 10 times as large": only "No. 12" and "number 12" alone name.
    match word.lower.as_ref() {
        "no" => atoms.text(at) == "." || word.is_capital(),
        "level" | "stage" | "page" | "number" | "room" | "type" | "top" | "grade" => {
            !atoms.lower(numeral.end).eq("times")
        }
        _ => true,
    }
}

/// "10 Downing Street".
fn is_address(atoms: &Atoms<'_>, numeral: &Numeral) -> bool {
    (1..=4).any(|k| {
        let all_capital = (0..k).all(|j| atoms.is_word(numeral.end + j) && atoms.is_capital(numeral.end + j));
        all_capital
            && k > 1
            && matches!(
                atoms.lower(numeral.end + k - 1),
                "street"
                    | "road"
                    | "avenue"
                    | "st"
                    | "ave"
                    | "boulevard"
                    | "blvd"
                    | "lane"
                    | "drive"
                    | "square"
                    | "terrace"
                    | "crescent"
            )
    })
}

/// "Euro 2024", "Group of Seven", "Big Four", or within an entity that is a name.
fn is_part_of_name(atoms: &Atoms<'_>, start: usize, numeral: &Numeral, title_case: bool, doc: &Doc) -> bool {
    let Some(atom) = atoms.get(start) else { return false };
    let named =
        |token: usize| matches!(doc.ent_type(token), "PRODUCT" | "LAW" | "FAC" | "EVENT" | "WORK_OF_ART" | "ORG");
    let plural_follows =
        atoms.get(numeral.end).is_some_and(|a| a.kind == Kind::Word && !a.is_capital() && doc.tag(a.token) == "NNS");
    let inside = doc.ent_iob(atom.token) == Iob::I || (atom.is_capital() && start > 0);
    if inside && named(atom.token) && !plural_follows {
        return true;
    }
    if title_case {
        return atoms.ends_with(start, "group of") || atoms.ends_with(start, "gang of");
    }
    let Some(previous) = start.checked_sub(1).and_then(|j| atoms.get(j)) else { return false };
    let sentence_start = doc.is_sent_start(atom.token);
    if atom.kind == Kind::Word && atom.is_capital() && !sentence_start {
        // Capital number words belong to names, after a capital ("Big Four") or "of" ("Group of Seven"), or before one ("the Five Eyes").
        let of = previous.lower == "of" && start >= 2 && atoms.is_capital(start - 2);
        let opens_quote = matches!(previous.text, "\"" | "“" | "'" | "‘" | ":");
        return of
            || (previous.kind == Kind::Word && previous.is_capital())
            || (atoms.is_capital(numeral.end) && !opens_quote);
    }
    let bare_integer = numeral.form == Form::Digits && numeral.end == start + 1 && !atom.text.contains([',', '.']);
    if !bare_integer || previous.kind != Kind::Word || !previous.is_capital() {
        return false;
    }
    let name = matches!(doc.tag(previous.token), "NNP" | "NNPS") && !doc.is_sent_start(previous.token);
    let noun_follows = atoms.get(numeral.end).is_some_and(|a| {
        a.kind == Kind::Word
            && !a.is_capital()
            && (doc.tag(a.token).starts_with("NN") || doc.tag(a.token).starts_with("JJ"))
    });
    let of = atoms.lower(numeral.end) == "of";
    name && !noun_follows && !of && !is_month_or_day(&previous.lower)
}

fn is_month_or_day(word: &str) -> bool {
    crate::extract::time::calendar::month(word).is_some() || crate::extract::time::calendar::weekday(word).is_some()
}

/// True where four digits at atom `i` may be a year: no currency before them, no unit or counted people after them.
pub(crate) fn may_be_year(atoms: &Atoms<'_>, i: usize, numeral: &Numeral) -> bool {
    is_year(atoms, i, numeral)
        && !is_grown_into_a_word(atoms, i)
        && !is_designated(atoms, i, numeral)
        && super::currency::before(atoms, i, None).is_none()
        && super::currency::by_name(atoms, i + 1, None).is_none()
        && super::units::unit(atoms, i + 1).is_none()
        && !(matches!(atoms.text(i + 1), "/" | ":" | ".")
            && atoms.glued(i + 1)
            && atoms.glued(i + 2)
            && atoms.is_number(i + 2)
            && atoms.text(i + 2).len() != 2)
}

/// A number from 1500 to 2099 without comma is a year unless it is counted.
fn is_year(atoms: &Atoms<'_>, start: usize, numeral: &Numeral) -> bool {
    let text = atoms.text(start);
    let in_range = numeral.value >= Decimal::from(1500) && numeral.value < Decimal::from(2100);
    if !(numeral.form == Form::Digits && text.len() == 4 && in_range && !text.contains(',')) {
        return false;
    }
    let counted = matches!(
        atoms.lower(numeral.end),
        "people"
            | "persons"
            | "troops"
            | "soldiers"
            | "men"
            | "women"
            | "children"
            | "homes"
            | "jobs"
            | "workers"
            | "employees"
            | "deaths"
            | "cases"
            | "residents"
            | "students"
            | "civilians"
            | "houses"
            | "families"
            | "police"
            | "others"
            | "tons"
            | "prisoners"
            | "migrants"
    );
    let approximated = super::approximators::before(atoms, start, false).is_some_and(|a| {
        !matches!(atoms.lower(a.start), "around" | "about" | "circa" | "over" | "above" | "below" | "some")
    });
    !(counted || approximated)
}
