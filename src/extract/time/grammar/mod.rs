//! Time expressions in a block, by their words alone.

mod date;
mod distance;
mod period;

use std::ops::Range;

use self::date::{
    day_month, day_number, days_month, holiday, integer, iso_date, month_alone, month_day, month_name, numeric_date,
    weekday_date, year, year_after,
};
use self::distance::{ago, anchored, relative, stretch, words_of_reference};
use self::period::{decade_or_century, first_months, fiscal, half, quarter, season};
use super::resolve::{Expr, YearRef};
use crate::extract::quantity::lexer::Atoms;

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
