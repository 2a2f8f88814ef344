//! Times told by their distance: "two years ago", "the past five years", "a year earlier", "yesterday".

use rust_decimal::prelude::ToPrimitive;

use super::super::calendar::{Unit, unit};
use super::super::resolve::Expr;
use super::Match;
use crate::extract::quantity::lexer::{Atoms, Kind};
use crate::extract::quantity::numerals::numeral;

/// "the past five years", "the next two weeks", "the coming days", "recent years".
pub(super) fn stretch(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    if is_verb_last(atoms, i) {
        return None;
    }
    let future = match atoms.lower(i) {
        "past" | "last" | "previous" | "preceding" => false,
        "next" | "coming" | "following" => true,
        "recent"
            if matches!(
                unit(atoms.lower(i + 1)),
                Some(Unit::Day | Unit::Week | Unit::Month | Unit::Year | Unit::Decade)
            ) && atoms.lower(i + 1).ends_with('s') =>
        {
            return Some(Match::new(i..i + 2, Expr::Ref("PAST_REF")));
        }
        _ => return None,
    };
    let reference = if future { "FUTURE_REF" } else { "PAST_REF" };
    let article = usize::from(atoms.before(i, 1) == "the");
    if matches!(atoms.lower(i + 1), "few" | "several" | "couple" | "many" | "hundred") {
        let of = usize::from(atoms.lower(i + 2) == "of");
        return unit(atoms.lower(i + 2 + of)).map(|_| Match::new(i - article..i + 3 + of, Expr::Ref(reference)));
    }
    if unit(atoms.lower(i + 1)).is_some_and(|u| u != Unit::Hour) && atoms.lower(i + 1).ends_with('s') {
        return Some(Match::new(i - article..i + 2, Expr::Ref(reference)));
    }
    let number = numeral(atoms, i + 1)?;
    let count = number.value.to_i64().filter(|_| number.value.fract().is_zero())?;
    let found = unit(atoms.lower(number.end)).filter(|_| atoms.is_word(number.end))?;
    let hours = found == Unit::Hour;
    let end = number.end + 1;
    let duration = Some(i + 1..end);
    let expr = if hours {
        // "the past 24 hours": a day and the one before.
        if !matches!(atoms.lower(number.end), "hours") {
            return None;
        }
        Expr::Stretch { unit: Unit::Day, count: if future { (count + 23) / 24 } else { -((count + 23) / 24) } }
    } else {
        Expr::Stretch { unit: found, count: if future { count } else { -count } }
    };
    Some(Match { atoms: i..end, expr, duration })
}

/// "will last 48 hours", "is expected to last two weeks": the verb.
fn is_verb_last(atoms: &Atoms<'_>, i: usize) -> bool {
    atoms.lower(i) == "last"
        && matches!(
            atoms.before(i, 1),
            "will"
                | "would"
                | "could"
                | "can"
                | "may"
                | "might"
                | "should"
                | "must"
                | "to"
                | "not"
                | "n't"
                | "n’t"
                | "cannot"
                | "only"
                | "typically"
                | "usually"
                | "generally"
                | "often"
        )
}

/// "two years ago", "a decade ago", "several months ago", "two weeks from now".
pub(super) fn ago(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let word = atoms.lower(i);
    // Vague: "years ago", "a few months ago", "long ago".
    let vague = match word {
        "long" => Some(i + 1),
        "several" | "many" => Some(i + 2),
        "a" if matches!(atoms.lower(i + 1), "few" | "couple") => Some(i + 3 + usize::from(atoms.lower(i + 2) == "of")),
        "just" if matches!(atoms.lower(i + 1), "days" | "weeks" | "months" | "years" | "hours" | "minutes") => {
            Some(i + 2)
        }
        _ if unit(word).is_some() && word.ends_with('s') => Some(i + 1),
        _ => None,
    };
    if let Some(end) = vague
        && matches!(atoms.lower(end), "ago")
    {
        return Some(Match::new(i..end + 1, Expr::Ref("PAST_REF")));
    }
    let (count, at) = count(atoms, i)?;
    let found = unit(atoms.lower(at))?;
    let half = usize::from(atoms.matches(at + 1, "and a half")) * 3;
    let end = at + 1 + half;
    let sign = if atoms.lower(end) == "ago" {
        -1
    } else if atoms.matches(end, "from now") {
        1
    } else {
        return None;
    };
    let (unit, count) = match (found, half > 0 || !count.fract().is_zero()) {
        (Unit::Year, true) => {
            (Unit::Month, count * rust_decimal::Decimal::from(12) + rust_decimal::Decimal::from(2 * half))
        }
        (Unit::Century, true) => (Unit::Year, count * rust_decimal::Decimal::ONE_HUNDRED),
        (Unit::Decade, true) => (Unit::Year, count * rust_decimal::Decimal::TEN),
        (unit, _) => (unit, count),
    };
    // Hours are the same day.
    let count = if unit == Unit::Hour { 0 } else { count.to_i64()? };
    let fortnight = if atoms.lower(at) == "fortnight" { 2 } else { 1 };
    Some(Match::new(
        i..end + 1 + usize::from(sign > 0),
        Expr::Distance { unit, count: sign * count.checked_mul(fortnight)? },
    ))
}

/// A number, "a" or "an" before a unit of time, and the atom after it.
fn count(atoms: &Atoms<'_>, i: usize) -> Option<(rust_decimal::Decimal, usize)> {
    if let Some(number) = numeral(atoms, i) {
        if number.form == crate::extract::quantity::numerals::Form::Fraction && atoms.lower(number.end) == "century" {
            return Some((number.value, number.end));
        }
        return Some((number.value, number.end));
    }
    matches!(atoms.lower(i), "a" | "an" | "one").then_some((rust_decimal::Decimal::ONE, i + 1))
}

/// "the previous year", "a year earlier", "two days later", "the same day", "the following month", "the year before".
pub(super) fn anchored(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let direct = match atoms.lower(i) {
        "previous" | "prior" | "preceding" => Some(-1),
        "following" | "ensuing" | "subsequent" => Some(1),
        "same" => Some(0),
        "that" => Some(0),
        _ => None,
    };
    if let Some(count) = direct {
        let found = unit(atoms.lower(i + 1)).filter(|u| !matches!(u, Unit::Hour))?;
        if atoms.lower(i + 1).ends_with('s') {
            return None;
        }
        // "that day" but not "said that week two"; "the same week that".
        return Some(Match::new(i..i + 2, Expr::Anchored { unit: found, count }));
    }
    if atoms.lower(i) == "next" && atoms.before(i, 1) == "the" && matches!(atoms.lower(i + 1), "day" | "morning") {
        return Some(Match::new(i..i + 2, Expr::Anchored { unit: Unit::Day, count: 1 }));
    }
    let adverb = |at: usize| match atoms.lower(at) {
        "earlier" | "previously" | "prior" => Some(-1),
        "before" => ends_clause(atoms, at + 1).then_some(-1),
        "later" | "afterward" | "afterwards" => Some(1),
        _ => None,
    };
    // "the year before", "the month earlier".
    if atoms.lower(i) == "the"
        && let Some(found) = unit(atoms.lower(i + 1))
        && !atoms.lower(i + 1).ends_with('s')
        && found != Unit::Hour
        && let Some(sign) = adverb(i + 2)
    {
        return Some(Match::new(i..i + 3, Expr::Anchored { unit: found, count: sign }));
    }
    let (count, at) = count(atoms, i)?;
    let found = unit(atoms.lower(at)).filter(|u| *u != Unit::Hour)?;
    let sign = adverb(at + 1)?;
    let count = count.to_i64().filter(|_| count.fract().is_zero())?;
    Some(Match::new(i..at + 2, Expr::Anchored { unit: found, count: sign * count }))
}

pub(super) fn ends_clause(atoms: &Atoms<'_>, i: usize) -> bool {
    atoms.get(i).is_none_or(|a| {
        a.kind == Kind::Symbol
            || matches!(a.lower.as_ref(), "and" | "but" | "to" | "when" | "in" | "on" | "with" | "as" | "by" | "for")
    })
}

/// "today", "yesterday", "last week", "this year", "the current quarter".
pub(super) fn relative(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let made = |len: usize, unit, offset| Some(Match::new(i..i + len, Expr::Relative { unit, offset }));
    match atoms.lower(i) {
        "today" | "tonight" | "overnight" => return made(1, Unit::Day, 0),
        "yesterday"
            if atoms.matches(i + 1, "morning")
                || atoms.matches(i + 1, "afternoon")
                || atoms.matches(i + 1, "evening") =>
        {
            return made(2, Unit::Day, -1);
        }
        "yesterday" => return made(1, Unit::Day, -1),
        "tomorrow"
            if atoms.matches(i + 1, "morning") || atoms.matches(i + 1, "night") || atoms.matches(i + 1, "evening") =>
        {
            return made(2, Unit::Day, 1);
        }
        "tomorrow" => return made(1, Unit::Day, 1),
        "last" if matches!(atoms.lower(i + 1), "night" | "evening") => return made(2, Unit::Day, -1),
        "this" if matches!(atoms.lower(i + 1), "morning" | "afternoon" | "evening") => return made(2, Unit::Day, 0),
        "weekend" if atoms.before(i, 1) == "the" => return made(1, Unit::Weekend, 0),
        "year" if atoms.is_dash(i + 1) && atoms.lower(i + 2) == "end" => return made(3, Unit::Year, 0),
        // "the end of the year", "later in the year"
        "year" | "month" | "week" | "quarter" | "decade" | "century"
            if atoms.ends_with(i, "of the")
                && matches!(
                    atoms.before(i, 3),
                    "end" | "start" | "beginning" | "rest" | "middle" | "remainder" | "close"
                )
                || (atoms.ends_with(i, "in the")
                    && matches!(atoms.before(i, 3), "later" | "earlier" | "early" | "late")) =>
        {
            if atoms.lower(i + 1) == "to" || atoms.is_dash(i + 1) {
                return None;
            }
            return made(1, unit(atoms.lower(i))?, 0);
        }
        _ => {}
    }
    let (offset, at) = match (atoms.lower(i), atoms.lower(i + 1)) {
        ("last", "calendar") => (-1, i + 2),
        ("this", "coming") => (1, i + 2),
        ("this", "past") => (-1, i + 2),
        ("last", _) => (-1, i + 1),
        ("past", _) if matches!(atoms.before(i, 1), "the" | "this") => (-1, i + 1),
        ("this" | "current", _) => (0, i + 1),
        ("next", _) | ("coming", _) => (1, i + 1),
        _ => return None,
    };
    let found = unit(atoms.lower(at)).filter(|u| *u != Unit::Hour)?;
    if atoms.lower(at).ends_with('s')
        || (atoms.is_dash(at + 1) && atoms.glued(at + 1) && !matches!(atoms.lower(at + 2), "on" | "to"))
    {
        return None;
    }
    // "this time", "next day" are others' business; "this day" is not a time of the calendar.
    if found == Unit::Day || (found == Unit::Century && offset == 0 && atoms.lower(i) == "current") {
        return None;
    }
    Some(Match::new(i..at + 1, Expr::Relative { unit: found, offset }))
}

/// "now", "currently", "recently", "soon".
pub(super) fn words_of_reference(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let found = |words: &str, name| {
        atoms.matches(i, words).then(|| Match::new(i..i + words.split(' ').count(), Expr::Ref(name)))
    };
    match atoms.lower(i) {
        // "now-defunct", "now that", "by now" and "from now" say other things.
        "now"
            if !atoms.is_dash(i + 1)
                && atoms.lower(i + 1) != "that"
                && !matches!(atoms.before(i, 1), "by" | "from" | "until") =>
        {
            found("now", "PRESENT_REF")
        }
        "currently" => found("currently", "PRESENT_REF"),
        "nowadays" => found("nowadays", "PRESENT_REF"),
        "at" if atoms.matches(i, "at present") => Some(Match::new(i + 1..i + 2, Expr::Ref("PRESENT_REF"))),
        "at" if atoms.matches(i, "at the moment") => Some(Match::new(i + 1..i + 3, Expr::Ref("PRESENT_REF"))),
        "recently" => found("recently", "PAST_REF"),
        "lately" => found("lately", "PAST_REF"),
        "the"
            if atoms.matches(i, "the past")
                && matches!(atoms.before(i, 1), "in" | "from")
                && ends_clause(atoms, i + 2) =>
        {
            found("the past", "PAST_REF")
        }
        "soon"
            if !matches!(atoms.before(i, 1), "as" | "too" | "how" | "very")
                && !matches!(atoms.lower(i + 1), "after" | "as" | "became" | "followed" | "-") =>
        {
            found("soon", "FUTURE_REF")
        }
        "shortly" if !matches!(atoms.lower(i + 1), "after" | "before" | "thereafter" | "afterwards" | "afterward") => {
            found("shortly", "FUTURE_REF")
        }
        "the" => found("the near future", "FUTURE_REF")
            .or_else(|| found("the foreseeable future", "FUTURE_REF"))
            .or_else(|| {
                (atoms.before(i, 1) == "in" && ends_clause(atoms, i + 2))
                    .then(|| found("the future", "FUTURE_REF"))
                    .flatten()
            }),
        _ => None,
    }
}
