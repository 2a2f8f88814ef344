//! Time expressions in a block, by their words alone.

use std::ops::Range;

use jiff::civil::Weekday;
use rust_decimal::prelude::ToPrimitive;

use super::calendar::{Holiday, Unit, month, short_weekday, unit, weekday};
use super::resolve::{Expr, Which, YearRef};
use crate::extract::quantity::lexer::{Atoms, Kind};
use crate::extract::quantity::numerals::{numeral, ordinal};

/// A time expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Match {
    /// Its atoms, without the preposition.
    pub(crate) atoms: Range<usize>,
    /// What it says.
    pub(crate) expr: Expr,
    /// The duration inside it, which is a quantity of its own: "five years" in "the past five years".
    pub(crate) duration: Option<Range<usize>>,
}

impl Match {
    fn new(atoms: Range<usize>, expr: Expr) -> Self {
        Self { atoms, expr, duration: None }
    }
}

/// All time expressions of a block, in order, disjoint.
pub(crate) fn expressions(atoms: &Atoms<'_>) -> Vec<Match> {
    let mut found: Vec<Match> = Vec::new();
    let mut at = 0;
    while at < atoms.len() {
        match at_atom(atoms, at) {
            Some(mut one) => {
                at = one.atoms.end.max(at + 1);
                extend_left(atoms, &mut one, found.last().map_or(0, |m| m.atoms.end));
                found.push(one);
            }
            None => at += 1,
        }
    }
    found
}

/// True where a time expression starts at atom `i`: noun phrases end there.
pub(crate) fn starts_time(atoms: &Atoms<'_>, i: usize) -> bool {
    at_atom(atoms, i).is_some()
}

fn at_atom(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let first = single(atoms, i)?;
    Some(range(atoms, &first).unwrap_or(first))
}

/// "early", "mid-", "the end of", "earlier", "the" before an expression.
fn extend_left(atoms: &Atoms<'_>, found: &mut Match, limit: usize) {
    if matches!(found.expr, Expr::Ref(_)) {
        return;
    }
    let mut start = found.atoms.start;
    let room = |start: usize, count: usize| start >= limit + count;
    loop {
        let before = atoms.before(start, 1);
        if room(start, 1) && matches!(before, "early" | "late" | "mid" | "earlier" | "later") {
            start -= 1;
        } else if room(start, 2)
            && atoms.is_dash(start - 1)
            && matches!(atoms.before(start, 2), "mid" | "early" | "late")
        {
            start -= 2;
        } else if room(start, 2)
            && before == "of"
            && matches!(
                atoms.before(start, 2),
                "end"
                    | "beginning"
                    | "start"
                    | "close"
                    | "middle"
                    | "turn"
                    | "rest"
                    | "remainder"
                    | "most"
                    | "much"
                    | "half"
                    | "outset"
                    | "eve"
                    | "part"
                    | "days"
                    | "weeks"
            )
            && !(matches!(atoms.before(start, 2), "most" | "much" | "half" | "days" | "weeks" | "eve"))
        {
            start -= 2;
            if room(start, 1)
                && matches!(
                    atoms.before(start, 1),
                    "the" | "very" | "early" | "late" | "latter" | "later" | "earlier" | "first"
                )
            {
                start -= 1;
            }
        } else if room(start, 1) && before == "the" && takes_article(&found.expr) {
            start -= 1;
            break;
        } else {
            break;
        }
    }
    if room(start, 1)
        && atoms.before(start, 1) == "the"
        && start < found.atoms.start
        && !matches!(atoms.lower(start), "earlier" | "later")
    {
        start -= 1;
    }
    found.atoms.start = start;
}

fn takes_article(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Quarter { .. }
            | Expr::Half { .. }
            | Expr::Decade(_)
            | Expr::Century(_)
            | Expr::Vague
            | Expr::Stretch { .. }
            | Expr::Anchored { .. }
            | Expr::DayOfMonth(_)
            | Expr::Season { .. }
            | Expr::Interval(..)
            | Expr::Relative { .. }
            | Expr::FirstMonths { .. }
    )
}

type Rule = fn(&Atoms<'_>, usize) -> Option<Match>;

/// In order: the first that matches wins.
const RULES: [Rule; 20] = [
    iso_date,
    numeric_date,
    days_month,
    day_month,
    month_day,
    weekday_date,
    holiday,
    fiscal,
    quarter,
    half,
    first_months,
    stretch,
    ago,
    anchored,
    season,
    relative,
    decade_or_century,
    month_alone,
    words_of_reference,
    year,
];

fn single(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    RULES.iter().find_map(|rule| rule(atoms, i))
}

/// `2025-10-26`
fn iso_date(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let dashed = atoms.text(i + 1) == "-" && atoms.text(i + 3) == "-" && (1..5).all(|k| atoms.glued(i + k));
    if !dashed || atoms.text(i).len() != 4 || atoms.glued(i) && i > 0 && atoms.is_word(i - 1) {
        return None;
    }
    day(integer(atoms, i)?, integer(atoms, i + 2)?, integer(atoms, i + 4)?, i..i + 5)
}

/// `10/26/2025`: month first, unless that is no month.
fn numeric_date(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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

fn integer(atoms: &Atoms<'_>, i: usize) -> Option<i64> {
    atoms.is_number(i).then(|| atoms.text(i).parse().ok()).flatten()
}

fn day(year: i64, month: i64, day: i64, range: Range<usize>) -> Option<Match> {
    let (year, month, day) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    jiff::civil::Date::new(year, month, day).ok()?;
    Some(Match::new(range, Expr::Day { year: YearRef::Absolute(year), month, day, weekday: None }))
}

/// The month that starts at atom `i` and the atom after it (and its stop). "May" and "March" must be capitals.
fn month_name(atoms: &Atoms<'_>, i: usize) -> Option<(i8, usize)> {
    let number = month(atoms.lower(i))?;
    if !atoms.is_capital(i) {
        return None;
    }
    let abbreviated = atoms.text(i).len() <= 4 && !matches!(atoms.lower(i), "may" | "june" | "july");
    let stop = abbreviated && atoms.text(i + 1) == "." && atoms.glued(i + 1);
    Some((number, i + 1 + usize::from(stop)))
}

/// A day of the month at atom `i`: "10", "10th", "the 10th".
fn day_number(atoms: &Atoms<'_>, i: usize) -> Option<(i8, usize)> {
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
fn year_number(atoms: &Atoms<'_>, i: usize) -> Option<i16> {
    if atoms.text(i).len() != 4 || (atoms.text(i + 1) == "%" && atoms.glued(i + 1)) {
        return None;
    }
    integer(atoms, i).filter(|y| (1000..2200).contains(y)).map(|y| y as i16)
}

/// The year after a month or a day: ", 2025", "2025", "this year", "of last year". Gives the atom after it.
fn year_after(atoms: &Atoms<'_>, i: usize) -> (YearRef, usize) {
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
fn day_month(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let (day, end) = day_number(atoms, i)?;
    let of = usize::from(atoms.lower(end) == "of" && ordinal(atoms, i).is_some());
    let (month, end) = month_name(atoms, end + of)?;
    // "killed 12 May 10" is too rare to care for; "from 5 May" is a date.
    let (year, end) = year_after(atoms, end);
    Some(Match::new(i..end, Expr::Day { year, month, day, weekday: None }))
}

/// "3-11 September", "between 3 and 11 September 2025": days that share the month behind them.
fn days_month(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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
fn month_day(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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
fn weekday_date(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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
fn which(atoms: &Atoms<'_>, i: usize) -> (Which, usize) {
    match (atoms.lower(i), atoms.lower(i + 1)) {
        ("this", "coming") => (Which::Next, i + 2),
        ("this", "past") => (Which::Last, i + 2),
        ("last" | "past", _) => (Which::Last, i + 1),
        ("this", _) => (Which::This, i + 1),
        ("next" | "coming", _) => (Which::Next, i + 1),
        _ => (Which::Open, i),
    }
}

fn holiday(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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

/// "fiscal 2026", "FY2025", "the fiscal third quarter", "this fiscal year".
fn fiscal(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let is_fiscal = |at: usize| matches!(atoms.lower(at), "fiscal" | "financial");
    let word = atoms.lower(i);
    if word == "fy"
        && let Some(year) = year_number(atoms, i + 1)
    {
        return Some(Match::new(i..i + 2, Expr::FiscalYear(year)));
    }
    if is_fiscal(i) {
        let year = usize::from(atoms.lower(i + 1) == "year");
        if let Some(number) = year_number(atoms, i + 1 + year)
            && (word == "fiscal" || year == 1)
        {
            return Some(Match::new(i..i + 2 + year, Expr::FiscalYear(number)));
        }
        // "fiscal first quarter", "fiscal first-quarter".
        if let Some((1..=4, end)) = ordinal(atoms, i + 1) {
            let end = end + usize::from(atoms.is_dash(end));
            if atoms.lower(end) == "quarter" {
                return Some(Match::new(i..end + 1, Expr::Vague));
            }
        }
    }
    // "the 2025 fiscal year", "the 2025-26 financial year".
    if let Some(number) = year_number(atoms, i) {
        let pair = usize::from(matches!(atoms.text(i + 1), "-" | "–" | "/") && atoms.is_number(i + 2)) * 2;
        if is_fiscal(i + 1 + pair) && atoms.lower(i + 2 + pair) == "year" {
            return Some(Match::new(i..i + 3 + pair, Expr::FiscalYear(number)));
        }
    }
    if let Some((1..=4, end)) = ordinal(atoms, i)
        && is_fiscal(end)
        && atoms.lower(end + 1) == "quarter"
    {
        return Some(Match::new(i..end + 2, Expr::Vague));
    }
    let reference = match word {
        "this" | "current" => "PRESENT_REF",
        "last" | "previous" | "prior" | "past" => "PAST_REF",
        "next" | "coming" | "upcoming" => "FUTURE_REF",
        _ => return None,
    };
    let quarter = usize::from(atoms.lower(i + 2) == "first" || atoms.lower(i + 2) == "second");
    (is_fiscal(i + 1) && matches!(atoms.lower(i + 2 + quarter), "year" | "quarter"))
        .then(|| Match::new(i - usize::from(atoms.before(i, 1) == "the")..i + 3 + quarter, Expr::Ref(reference)))
}

/// "the third quarter of 2024", "third-quarter", "Q3 2024".
fn quarter(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    if atoms.lower(i) == "q"
        && atoms.glued(i + 1)
        && let Some(number @ 1..=4) = integer(atoms, i + 1)
    {
        let (year, end) = year_after(atoms, i + 2);
        return Some(Match::new(i..end, Expr::Quarter { number: number as i8, year }));
    }
    // "the April-June quarter", "the December quarter".
    if let Some((first, after)) = month_name(atoms, i) {
        let dash = atoms.is_dash(after) || atoms.lower(after) == "to";
        if dash
            && let Some((last, end)) = month_name(atoms, after + 1)
            && let Some(number) = super::resolve::quarter_months(first, last)
        {
            if atoms.lower(end) != "quarter" && atoms.lower(end) != "period" {
                return None;
            }
            let (year, end) = year_after(atoms, end + 1);
            let _ = number;
            let start = Expr::Month { month: first, year, which: Which::Open };
            let last = Expr::Month { month: last, year, which: Which::Open };
            return Some(Match::new(i..end, Expr::Interval(Box::new(start), Box::new(last))));
        }
        return None;
    }
    let (number @ 1..=4, end) = ordinal(atoms, i)? else { return None };
    let final_ = number == 4 && atoms.lower(i) == "final";
    let at = end + usize::from(atoms.is_dash(end) && atoms.glued(end));
    if atoms.lower(at) != "quarter" || final_ || is_sport(atoms, i) {
        return None;
    }
    let (year, end) = year_after(atoms, at + 1);
    Some(Match::new(i..end, Expr::Quarter { number: number as i8, year }))
}

/// "the first half of 2024"; halves without a year are those of a match unless money or business is near.
fn half(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let (number @ 1..=2, end) = ordinal(atoms, i)? else { return None };
    let hyphen = usize::from(atoms.is_dash(end) && atoms.glued(end));
    let at = end + hyphen;
    if atoms.lower(at) != "half" {
        return None;
    }
    let (year, after) = year_after(atoms, at + 1);
    // "the first half of the 1990s", "of the century": the rest says what it is half of.
    if year == YearRef::Open && (atoms.lower(at + 1) == "of" || is_sport(atoms, i) || !is_business(atoms)) {
        return None;
    }
    Some(Match::new(i..after, Expr::Half { number: number as i8, year }))
}

fn is_sport(atoms: &Atoms<'_>, i: usize) -> bool {
    let near = i.saturating_sub(25)..(i + 25).min(atoms.len());
    near.clone().any(|j| {
        matches!(
            atoms.lower(j),
            "touchdown"
                | "touchdowns"
                | "goal"
                | "goals"
                | "scored"
                | "yards"
                | "yard"
                | "halftime"
                | "rebounds"
                | "penalty"
                | "striker"
                | "coach"
                | "quarterback"
                | "innings"
                | "kickoff"
                | "equaliser"
                | "goalkeeper"
                | "lead"
        )
    }) && !near
        .clone()
        .any(|j| matches!(atoms.lower(j), "$" | "%" | "percent" | "profit" | "revenue" | "earnings" | "gdp"))
}

fn is_business(atoms: &Atoms<'_>) -> bool {
    (0..atoms.len()).any(|j| {
        matches!(
            atoms.lower(j),
            "$" | "€"
                | "£"
                | "¥"
                | "%"
                | "percent"
                | "profit"
                | "profits"
                | "revenue"
                | "revenues"
                | "sales"
                | "earnings"
                | "growth"
                | "gdp"
                | "exports"
                | "imports"
                | "year"
                | "economy"
                | "cent"
                | "production"
                | "deliveries"
        )
    })
}

/// "the first nine months of 2024", "the first three months of the year".
fn first_months(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    if atoms.lower(i) != "first" {
        return None;
    }
    let number = numeral(atoms, i + 1)?;
    let count = number.value.to_i8().filter(|n| (2..=12).contains(n))?;
    if atoms.lower(number.end) != "months" {
        return None;
    }
    let (year, end) = year_after(atoms, number.end + 1);
    if year == YearRef::Open && atoms.lower(number.end + 1) == "of" {
        return None;
    }
    Some(Match::new(i..end, Expr::FirstMonths { count, year }))
}

/// "the past five years", "the next two weeks", "the coming days", "recent years".
fn stretch(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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
fn ago(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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
fn anchored(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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

fn ends_clause(atoms: &Atoms<'_>, i: usize) -> bool {
    atoms.get(i).is_none_or(|a| {
        a.kind == Kind::Symbol
            || matches!(a.lower.as_ref(), "and" | "but" | "to" | "when" | "in" | "on" | "with" | "as" | "by" | "for")
    })
}

/// "last summer", "the summer of 2023".
fn season(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    let (which, at) = which(atoms, i);
    let first_month = match atoms.lower(at) {
        "spring" => 3,
        "summer" => 6,
        "autumn" | "fall" => 9,
        "winter" => 12,
        _ => return None,
    };
    let (year, end) = year_after(atoms, at + 1);
    if which == Which::Open && year == YearRef::Open {
        return None;
    }
    Some(Match::new(i..end, Expr::Season { first_month, year, which }))
}

/// "today", "yesterday", "last week", "this year", "the current quarter".
fn relative(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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

/// "the 1970s", "the '70s", "the 19th century".
fn decade_or_century(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
    if atoms.is_number(i) && atoms.lower(i + 1) == "s" && atoms.glued(i + 1) {
        let year = integer(atoms, i)?;
        let quoted = matches!(atoms.before(i, 1), "'" | "’" | "‘") && atoms.glued(i);
        let start = match atoms.text(i).len() {
            4 if (1000..2100).contains(&year) => year,
            2 if quoted => 1900 + year,
            _ => return None,
        };
        let century = start % 100 == 0 && !(2000..2010).contains(&start);
        let expr = if century {
            Expr::Century(i16::try_from(start / 100 + 1).ok()?)
        } else {
            Expr::Decade(i16::try_from(start / 10 * 10).ok()?)
        };
        return Some(Match::new(i - usize::from(quoted)..i + 2, expr));
    }
    let (number, end) = ordinal(atoms, i)?;
    let at = end + usize::from(atoms.is_dash(end) && atoms.glued(end));
    let number = i16::try_from(number).ok().filter(|n| (1..=22).contains(n))?;
    (atoms.lower(at) == "century" && number > 2).then(|| Match::new(i..at + 1, Expr::Century(number)))
}

/// "June", "last May", "May this year", "June 2024", and "the 15th" where a day is meant.
fn month_alone(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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

/// "now", "currently", "recently", "soon".
fn words_of_reference(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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

/// "2019", where nothing makes it a number.
fn year(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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

/// "2015 to 2018", "May 10-12", "between January and March", "Monday through Friday", "2019/20".
fn range(atoms: &Atoms<'_>, first: &Match) -> Option<Match> {
    let end = first.atoms.end;
    let connector = atoms.lower(end);
    let dash = atoms.is_dash(end);
    let between = (1..=3).any(|back| atoms.before(first.atoms.start, back) == "between");
    let joins = dash
        || matches!(connector, "to" | "through" | "until" | "till")
        || (connector == "and" && between)
        || (connector == "/" && atoms.glued(end));
    if !joins {
        return None;
    }
    // "May 10-12", "Oct. 24 to 27", "2015-18".
    if let Expr::Day { month, day, year: YearRef::Open, weekday } = first.expr
        && weekday.is_none()
        && let Some((last, after)) = day_number(atoms, end + 1)
        && last > day
        && month_name(atoms, after).is_none()
    {
        let (year, after) = year_after(atoms, after);
        let start = Expr::Day { year, month, day, weekday: None };
        let last = Expr::Day { year, month, day: last, weekday: None };
        return Some(interval(first, after, start, last));
    }
    if let Expr::Year(year) = first.expr
        && (dash || connector == "/")
        && atoms.glued(end)
        && atoms.text(end + 1).len() == 2
        && atoms.glued(end + 1)
        && let Some(short) = integer(atoms, end + 1)
    {
        let last = year / 100 * 100 + i16::try_from(short).ok()?;
        return (last > year && !atoms.is_dash(end + 2))
            .then(|| interval(first, end + 2, Expr::Year(year), Expr::Year(last)));
    }
    let second = single(atoms, end + 1)?;
    let (start, last) = match (&first.expr, &second.expr) {
        (Expr::Year(a), Expr::Year(b)) if a < b => (first.expr.clone(), second.expr.clone()),
        (Expr::Month { month, year, which }, Expr::Month { month: last, year: of, .. }) => {
            let year = shared_year(*year, *of, (*month, 1), (*last, 1));
            (Expr::Month { month: *month, year, which: *which }, second.expr.clone())
        }
        (Expr::Day { month, day, year, weekday }, Expr::Day { month: last, day: last_day, year: of, .. }) => {
            let year = shared_year(*year, *of, (*month, *day), (*last, *last_day));
            (Expr::Day { month: *month, day: *day, year, weekday: *weekday }, second.expr.clone())
        }
        (Expr::Weekday { .. }, Expr::Weekday { .. })
        | (Expr::Decade(_), Expr::Decade(_))
        | (Expr::Quarter { .. }, Expr::Quarter { .. }) => (first.expr.clone(), second.expr.clone()),
        _ => return None,
    };
    // "moved from Monday to Friday" is a change of dates as well as a period; the wires mean the period.
    Some(interval(first, second.atoms.end, start, last))
}

fn interval(first: &Match, end: usize, start: Expr, last: Expr) -> Match {
    Match::new(first.atoms.start..end, Expr::Interval(Box::new(start), Box::new(last)))
}

/// "May 10 to June 3, 2024": the year of the end is that of the start, or the one after.
fn shared_year(start: YearRef, end: YearRef, from: (i8, i8), to: (i8, i8)) -> YearRef {
    let later = i16::from(from > to);
    match (start, end) {
        (YearRef::Open, YearRef::Absolute(year)) => YearRef::Absolute(year - later),
        (YearRef::Open, YearRef::Relative(offset)) => YearRef::Relative(offset - later),
        _ => start,
    }
}

/// True for expressions that a change is compared with after "from" or "on": "a year earlier", "last year", "2019".
pub(crate) fn is_point_of_comparison(expr: &Expr) -> bool {
    match expr {
        Expr::Anchored { .. } | Expr::Distance { .. } | Expr::Year(_) => true,
        Expr::Relative { offset, .. } => *offset < 0,
        Expr::Month { year, .. } | Expr::Quarter { year, .. } => *year != YearRef::Open,
        _ => false,
    }
}
