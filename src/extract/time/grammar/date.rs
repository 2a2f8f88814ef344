//! Days, months and years of the calendar: "26 October 2025", "next Sunday", "last May", "2019".

use std::ops::Range;

use jiff::civil::Weekday;

use super::super::calendar::{Holiday, month, short_weekday, weekday};
use super::super::resolve::{Expr, Which, YearRef};
use super::Match;
use super::distance::ends_clause;
use crate::extract::quantity::lexer::Atoms;
use crate::extract::quantity::numerals::{numeral, ordinal};

/// `2025-10-26`
pub(super) fn iso_date(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let dashed = atoms.text(i + 1) == "-" && atoms.text(i + 3) == "-" && (1..5).all(|k| atoms.glued(i + k));
    if !dashed || atoms.text(i).len() != 4 || atoms.glued(i) && i > 0 && atoms.is_word(i - 1) {
        return None;
    }
    day(integer(atoms, i)?, integer(atoms, i + 2)?, integer(atoms, i + 4)?, i..i + 5)
}

/// `10/26/2025`: month first, unless that is no month.
pub(super) fn numeric_date(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let slashed = matches!(atoms.text(i + 1), "/" | ".")
        && atoms.text(i + 3) == atoms.text(i + 1)
        && (1..5).all(|k| atoms.glued(i + k));
    if !slashed || atoms.text(i + 4).len() != 4 {
        return None;
    }
    let (first, second, year) = (integer(atoms, i)?, integer(atoms, i + 2)?, integer(atoms, i + 4)?);
    let day_first = atoms.text(i + 1) == "." || first > 12;
    if day_first { day(year, second, first, i..i + 5) } else { day(year, first, second, i..i + 5) }
}

pub(super) fn integer(atoms: &Atoms<'_>, i: usize) -> Option<i64> {
    atoms.is_number(i).then(|| atoms.text(i).parse().ok()).flatten()
}

fn day(year: i64, month: i64, day: i64, range: Range<usize>) -> Option<Match> {
    let (year, month, day) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    jiff::civil::Date::new(year, month, day).ok()?;
    Some(Match::new(range, Expr::Day { year: YearRef::Absolute(year), month, day, weekday: None }))
}

/// The month that starts at atom `i` and the atom after it (and its stop). "May" and "March" must be capitals.
pub(super) fn month_name(atoms: &Atoms<'_>, i: usize) -> Option<(i8, usize)> {
    let number = month(atoms.lower(i))?;
    if !atoms.is_capital(i) {
        return None;
    }
    let abbreviated = atoms.text(i).len() <= 4 && !matches!(atoms.lower(i), "may" | "june" | "july");
    let stop = abbreviated && atoms.text(i + 1) == "." && atoms.glued(i + 1);
    Some((number, i + 1 + usize::from(stop)))
}

/// A day of the month at atom `i`: "10", "10th", "the 10th".
pub(super) fn day_number(atoms: &Atoms<'_>, i: usize) -> Option<(i8, usize)> {
    let (value, end) = match ordinal(atoms, i).filter(|_| atoms.is_number(i)) {
        Some(found) => found,
        None => (integer(atoms, i)?, i + 1),
    };
    if atoms.text(i).len() > 2
        || (matches!(atoms.text(end), ":" | "." | "/" | "%")
            && atoms.glued(end)
            && (atoms.is_number(end + 1) && atoms.glued(end + 1) || atoms.text(end) == "%"))
    {
        return None;
    }
    (1..=31).contains(&value).then_some((value as i8, end))
}

/// A year at atom `i`, as it stands in a date.
pub(super) fn year_number(atoms: &Atoms<'_>, i: usize) -> Option<i16> {
    if atoms.text(i).len() != 4 || (atoms.text(i + 1) == "%" && atoms.glued(i + 1)) {
        return None;
    }
    integer(atoms, i).filter(|y| (1000..2200).contains(y)).map(|y| y as i16)
}

/// The year after a month or a day: ", 2025", "2025", "this year", "of last year". Gives the atom after it.
pub(super) fn year_after(atoms: &Atoms<'_>, i: usize) -> (YearRef, usize) {
    if let Some(year) = year_number(atoms, i) {
        return (YearRef::Absolute(year), i + 1);
    }
    if atoms.text(i) == ","
        && let Some(year) = year_number(atoms, i + 1)
    {
        return (YearRef::Absolute(year), i + 2);
    }
    let of = usize::from(matches!(atoms.lower(i), "of" | "in"));
    if of == 1
        && let Some(year) = year_number(atoms, i + 1)
    {
        return (YearRef::Absolute(year), i + 2);
    }
    if of == 1 && atoms.lower(i) == "in" {
        return (YearRef::Open, i);
    }
    let at = i + of;
    if atoms.lower(at + 1) == "year" && !matches!(atoms.lower(at + 2), "to" | "on") {
        let relative = match atoms.lower(at) {
            "this" => Some(0),
            "last" => Some(-1),
            "next" => Some(1),
            "the" if of == 1 => Some(0),
            _ => None,
        };
        if let Some(offset) = relative {
            return (YearRef::Relative(offset), at + 2);
        }
    }
    if of == 1 && atoms.matches(at, "the same year") {
        return (YearRef::Open, at + 3);
    }
    (YearRef::Open, i)
}

/// "26 October 2025", "the 26th of October".
pub(super) fn day_month(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let (day, end) = day_number(atoms, i)?;
    let of = usize::from(atoms.lower(end) == "of" && ordinal(atoms, i).is_some());
    let (month, end) = month_name(atoms, end + of)?;
    // "killed 12 May 10" is too rare to care for; "from 5 May" is a date.
    let (year, end) = year_after(atoms, end);
    Some(Match::new(i..end, Expr::Day { year, month, day, weekday: None }))
}

/// "3-11 September", "between 3 and 11 September 2025": days that share the month behind them.
pub(super) fn days_month(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let (first, at) = day_number(atoms, i)?;
    let joins = atoms.is_dash(at)
        || matches!(atoms.lower(at), "to" | "through" | "until" | "till")
        || atoms.lower(at) == "and" && atoms.before(i, 1) == "between";
    let last = day_month(atoms, at + 1).filter(|_| joins)?;
    let Expr::Day { year, month, day, .. } = last.expr else { return None };
    let start = Expr::Day { year, month, day: first, weekday: None };
    (first < day).then(|| Match::new(i..last.atoms.end, Expr::Interval(Box::new(start), Box::new(last.expr))))
}

/// "October 26", "Oct. 26th, 2025", "October the 26th".
pub(super) fn month_day(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let (month, after) = month_name(atoms, i)?;
    let at = after + usize::from(atoms.lower(after) == "the" && ordinal(atoms, after + 1).is_some());
    let (day, end) = day_number(atoms, at)?;
    // "in May 12 people died": a number that counts a plural noun is no day.
    if atoms.before(i, 1) == "in" && atoms.is_word(end) && atoms.lower(end).ends_with('s') && !atoms.is_capital(end) {
        return None;
    }
    let (year, end) = year_after(atoms, end);
    Some(Match::new(i..end, Expr::Day { year, month, day, weekday: None }))
}

/// "Sunday, Oct. 26", "Sunday", "next Sunday", "Sunday last week", "Sunday night".
pub(super) fn weekday_date(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let (which, at) = which(atoms, i);
    let name = weekday(atoms.lower(at)).filter(|_| atoms.is_capital(at));
    let (weekday, mut end) = match name {
        Some(weekday) => (weekday, at + 1),
        None => {
            let weekday = short_weekday(atoms.lower(at)).filter(|_| atoms.is_capital(at))?;
            let end = at + 1 + usize::from(atoms.text(at + 1) == ".");
            // "Sun", "Sat" and "Mon" are words of their own: a date must follow.
            let comma = usize::from(atoms.text(end) == ",");
            month_day(atoms, end + comma).or_else(|| day_month(atoms, end + comma))?;
            (weekday, end)
        }
    };
    let part = atoms.lower(end);
    if matches!(part, "morning" | "afternoon" | "evening" | "night") {
        end += 1;
    }
    let comma = usize::from(atoms.text(end) == "," || atoms.text(end) == "(");
    let the = usize::from(atoms.lower(end + comma) == "the");
    let dated = month_day(atoms, end + comma).or_else(|| day_month(atoms, end + comma + the));
    if which == Which::Open
        && let Some(Match { atoms: range, expr: Expr::Day { year, month, day, .. }, .. }) = dated
    {
        let close = usize::from(atoms.text(end) == "(" && atoms.text(range.end) == ")");
        return Some(Match::new(i..range.end + close, Expr::Day { year, month, day, weekday: Some(weekday) }));
    }
    let of = usize::from(atoms.lower(end) == "of");
    let weeks = match (atoms.lower(end + of), atoms.lower(end + of + 1)) {
        ("last", "week") => Some(-1),
        ("this", "week") => Some(0),
        ("next", "week") => Some(1),
        _ => None,
    };
    if let Some(weeks) = weeks {
        return Some(Match::new(i..end + of + 2, Expr::WeekdayOfWeek { weekday, weeks }));
    }
    if weekday == Weekday::Friday && at > i && atoms.lower(i) == "black" {
        return None;
    }
    Some(Match::new(i..end, Expr::Weekday { weekday, which }))
}

/// "last", "this", "next", "this coming" before a name of the calendar.
pub(super) fn which(atoms: &Atoms<'_>, i: usize) -> (Which, usize) {
    match (atoms.lower(i), atoms.lower(i + 1)) {
        ("this", "coming") => (Which::Next, i + 2),
        ("this", "past") => (Which::Last, i + 2),
        ("last" | "past", _) => (Which::Last, i + 1),
        ("this", _) => (Which::This, i + 1),
        ("next" | "coming", _) => (Which::Next, i + 1),
        _ => (Which::Open, i),
    }
}

pub(super) fn holiday(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let (which, at) = which(atoms, i);
    if !atoms.is_capital(at) {
        return None;
    }
    let names: [(&str, Holiday); 15] = [
        ("new year 's eve", Holiday::Fixed(12, 31)),
        ("new year 's day", Holiday::Fixed(1, 1)),
        ("new year 's", Holiday::Fixed(1, 1)),
        ("christmas eve", Holiday::Fixed(12, 24)),
        ("christmas day", Holiday::Fixed(12, 25)),
        ("christmas", Holiday::Fixed(12, 25)),
        ("boxing day", Holiday::Fixed(12, 26)),
        ("halloween", Holiday::Fixed(10, 31)),
        ("valentine 's day", Holiday::Fixed(2, 14)),
        ("thanksgiving day", Holiday::Thanksgiving),
        ("thanksgiving", Holiday::Thanksgiving),
        ("labor day", Holiday::LaborDay),
        ("good friday", Holiday::Easter(-2)),
        ("easter monday", Holiday::Easter(1)),
        ("easter sunday", Holiday::Easter(0)),
    ];
    let (words, holiday) = names.into_iter().find(|(words, _)| atoms.matches(at, words))?;
    let end = at + words.split(' ').count();
    // "a Christmas tree", "Thanksgiving dinner": the day itself only after a word of time or with its year.
    let (year, after) = year_after(atoms, end);
    let named_day = words.ends_with("day") || words.ends_with("eve") || words.ends_with("monday");
    let timed = which != Which::Open
        || year != YearRef::Open
        || matches!(atoms.before(at, 1), "on" | "by" | "since" | "until" | "before" | "after" | "at" | "last" | "next");
    (named_day || timed).then(|| Match::new(i..after, Expr::Holiday { holiday, year, which }))
}

/// "June", "last May", "May this year", "June 2024", and "the 15th" where a day is meant.
pub(super) fn month_alone(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    if atoms.is_number(i)
        && let Some((value @ 1..=31, end)) = ordinal(atoms, i)
        && atoms.ends_with(i, "on the")
        && ends_clause(atoms, end)
    {
        return Some(Match::new(i..end, Expr::DayOfMonth(value as i8)));
    }
    let (which, at) = which(atoms, i);
    let (month, end) = month_name(atoms, at)?;
    let (year, end) = year_after(atoms, end);
    let ambiguous = matches!(
        atoms.lower(at),
        "may" | "march" | "mar" | "jan" | "jun" | "dec" | "sep" | "april" | "june" | "august"
    );
    let dashed = atoms.is_dash(end) && month_name(atoms, end + 1).is_some();
    let by_word = matches!(
        atoms.before(at, 1),
        "in" | "since"
            | "until"
            | "till"
            | "by"
            | "from"
            | "through"
            | "of"
            | "during"
            | "after"
            | "before"
            | "to"
            | "between"
            | "early"
            | "late"
            | "mid"
            | "and"
            | "for"
            | "ended"
            | "ending"
            | "last"
            | "next"
            | "this"
            | "earlier"
            | "previous"
            | "the"
            | "-"
            | "–"
            | "or"
            | "than"
            | "over"
            | "around"
            | "on"
            | "every"
    );
    if which == Which::Open && year == YearRef::Open && ambiguous && !by_word && !dashed {
        let possessive = atoms.lower(end) == "'s";
        // "May", "March", "June", "April" and "August" are words and names too.
        let modal_or_verb = matches!(atoms.lower(at), "may" | "march");
        let name = atoms.is_capital(end) && atoms.is_word(end)
            || (at > 0 && atoms.is_word(at - 1) && atoms.is_capital(at - 1));
        if modal_or_verb && !possessive || name {
            return None;
        }
    }
    if atoms.lower(at) == "may"
        && atoms.before(at, 1) == "and"
        && !dashed
        && year == YearRef::Open
        && which == Which::Open
        && !month_before(atoms, at - 1)
    {
        return None;
    }
    // "Theresa May", "the March on Washington".
    if matches!(atoms.lower(end), "on" | "for") && atoms.lower(at) == "march" && atoms.before(at, 1) == "the" {
        return None;
    }
    Some(Match::new(i..end, Expr::Month { month, year, which }))
}

fn month_before(atoms: &Atoms<'_>, i: usize) -> bool {
    i > 0 && month(atoms.lower(i - 1)).is_some()
}

/// "2019", where nothing makes it a number.
pub(super) fn year(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let value = year_number(atoms, i)?;
    let number = numeral(atoms, i)?;
    if number.end != i + 1 {
        return None;
    }
    let timed = matches!(
        atoms.before(i, 1),
        "in" | "since"
            | "by"
            | "of"
            | "from"
            | "until"
            | "till"
            | "through"
            | "before"
            | "after"
            | "during"
            | "early"
            | "late"
            | "mid"
            | "the"
            | "circa"
            | "and"
            | "to"
            | "between"
            | "around"
            | "-"
            | "–"
            | "("
            | "than"
            | "past"
            | "into"
            | "on"
    );
    if !((1900..=2060).contains(&value) || ((1500..1900).contains(&value) && timed && !atoms.is_word(i + 1))) {
        return None;
    }
    if !crate::extract::quantity::exclusion::may_be_year(atoms, i, &number) {
        return None;
    }
    Some(Match::new(i..i + 1, Expr::Year(value)))
}
