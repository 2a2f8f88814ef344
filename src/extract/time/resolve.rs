//! Expressions to periods: what "Saturday", "last May" and "the third quarter" are on a given day.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use super::calendar::{Holiday, Unit, Value, distance, monday, period, quarter_of, shift};

/// A time expression before it is resolved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    /// "October 26", "Sunday, Oct. 26, 2025".
    Day { year: YearRef, month: i8, day: i8, weekday: Option<Weekday> },
    /// "the 15th".
    DayOfMonth(i8),
    /// "May", "last May", "May this year".
    Month { month: i8, year: YearRef, which: Which },
    /// "2019".
    Year(i16),
    /// "fiscal 2026": a year whose borders the text does not give.
    FiscalYear(i16),
    /// "the third quarter".
    Quarter { number: i8, year: YearRef },
    /// "the first half".
    Half { number: i8, year: YearRef },
    /// "the first nine months of 2024".
    FirstMonths { count: i8, year: YearRef },
    /// "last summer": the first month of a season of three.
    Season { first_month: i8, year: YearRef, which: Which },
    /// "Saturday", "next Saturday".
    Weekday { weekday: Weekday, which: Which },
    /// "Thursday last week".
    WeekdayOfWeek { weekday: Weekday, weeks: i64 },
    /// "today", "last year", "this month".
    Relative { unit: Unit, offset: i64 },
    /// "two years ago".
    Distance { unit: Unit, count: i64 },
    /// "the previous year", "a year earlier", "the following day": counted from the time the text speaks of.
    Anchored { unit: Unit, count: i64 },
    /// "the past five years", "the next two weeks".
    Stretch { unit: Unit, count: i64 },
    /// "the 1970s".
    Decade(i16),
    /// "the 19th century".
    Century(i16),
    /// "Christmas Day".
    Holiday { holiday: Holiday, year: YearRef, which: Which },
    /// "2015 to 2018".
    Interval(Box<Expr>, Box<Expr>),
    /// "now", "recently", "soon".
    Ref(&'static str),
    /// A fiscal quarter or year whose borders the text does not give: past, present or future by its verb.
    Vague,
}

/// How the year of a month or day is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum YearRef {
    /// Not at all.
    Open,
    /// "2019".
    Absolute(i16),
    /// "last year" is -1.
    Relative(i16),
}

/// Last, this, next, or nothing said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// Nothing said: the verb decides.
    Open,
    /// The last one before.
    Last,
    /// The one of this week or year.
    This,
    /// The first one after.
    Next,
}

/// Where the verb puts the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Before the article.
    Past,
    /// After it.
    Future,
    /// The verb does not tell.
    Unknown,
}

/// What an expression is resolved against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// The article's day.
    pub(crate) today: Date,
    /// Where the verb points.
    pub(crate) direction: Direction,
    /// The time that the text has spoken of before, for "the previous year".
    pub(crate) anchor: Option<&'a Value>,
}

/// The period that `expr` means; None where the text does not tell.
pub(crate) fn resolve(expr: &Expr, frame: Frame<'_>) -> Option<Value> {
    let today = frame.today;
    match expr {
        Expr::Day { year, month, day, weekday } => day_of_year(*year, *month, *day, *weekday, frame).map(Value::Day),
        Expr::DayOfMonth(day) => day_of_month(*day, frame).map(Value::Day),
        Expr::Month { month, year, which } => {
            let year = month_year(*month, *year, *which, frame)?;
            Some(Value::Month(year, *month))
        }
        Expr::Year(year) | Expr::FiscalYear(year) => Some(Value::Year(*year)),
        Expr::Quarter { number, year } => Some(Value::Quarter(part_year(*number * 3, 3, *year, frame)?, *number)),
        Expr::Half { number, year } => {
            let year = part_year(*number * 6, 6, *year, frame)?;
            Some(Value::interval(Value::Month(year, number * 6 - 5), Value::Month(year, number * 6)))
        }
        Expr::FirstMonths { count, year } => {
            let year = part_year(*count, *count, *year, frame)?;
            Some(Value::interval(Value::Month(year, 1), Value::Month(year, *count)))
        }
        Expr::Season { first_month, year, which } => {
            let year = month_year(*first_month, *year, *which, frame)?;
            let last = if *first_month == 12 {
                Value::Month(year.checked_add(1)?, 2)
            } else {
                Value::Month(year, first_month + 2)
            };
            Some(Value::interval(Value::Month(year, *first_month), last))
        }
        Expr::Weekday { weekday, which } => weekday_near(*weekday, *which, frame).map(Value::Day),
        Expr::WeekdayOfWeek { weekday, weeks } => {
            let days = weeks.checked_mul(7)?.checked_add(i64::from(weekday.to_monday_zero_offset()))?;
            shift(monday(today)?, Span::new().try_days(days).ok()?).map(Value::Day)
        }
        // "fell at the weekend", written on a Tuesday: the one that is over.
        Expr::Relative { unit: Unit::Weekend, offset: 0 }
            if frame.direction == Direction::Past && today.weekday().to_monday_zero_offset() < 5 =>
        {
            period(today, Unit::Weekend, -1)
        }
        Expr::Relative { unit, offset } => period(today, *unit, *offset),
        Expr::Distance { unit, count } => distance(today, *unit, *count),
        Expr::Anchored { unit, count } => {
            // Without an anchor a year is counted from the article; a day or a month could be any.
            let from = match (frame.anchor.and_then(Value::first_day), unit) {
                (Some(day), _) => day,
                (None, Unit::Year | Unit::Quarter) => today,
                (None, _) if *count == -1 => today,
                (None, _) => return None,
            };
            distance(from, *unit, *count)
        }
        Expr::Stretch { unit, count } => {
            let far = distance(today, *unit, *count)?;
            let near = distance(today, *unit, 0)?;
            Some(if *count < 0 { Value::interval(far, near) } else { Value::interval(near, far) })
        }
        Expr::Decade(start) => Some(Value::interval(Value::Year(*start), Value::Year(start + 9))),
        Expr::Century(number) => Some(Value::interval(Value::Year(number * 100 - 99), Value::Year(number * 100))),
        Expr::Holiday { holiday, year, which } => holiday_near(*holiday, *year, *which, frame).map(Value::Day),
        Expr::Interval(start, end) => interval(start, end, frame),
        Expr::Ref(name) => Some(Value::Ref(name)),
        Expr::Vague => Some(Value::Ref(vague(frame.direction))),
    }
}

/// The reference word of a direction.
pub(crate) fn vague(direction: Direction) -> &'static str {
    match direction {
        Direction::Past => "PAST_REF",
        Direction::Future => "FUTURE_REF",
        Direction::Unknown => "PRESENT_REF",
    }
}

fn year_of(today: Date, year: YearRef) -> Option<i16> {
    match year {
        YearRef::Open => None,
        YearRef::Absolute(year) => Some(year),
        YearRef::Relative(offset) => today.year().checked_add(offset),
    }
}

fn day_of_year(year: YearRef, month: i8, day: i8, weekday: Option<Weekday>, frame: Frame<'_>) -> Option<Date> {
    let today = frame.today;
    if let Some(year) = year_of(today, year) {
        return Date::new(year, month, day).ok();
    }
    let candidates =
        [-1, 0, 1].into_iter().filter_map(|offset| Date::new(today.year().checked_add(offset)?, month, day).ok());
    // A weekday leaves one year of the three.
    if let Some(weekday) = weekday
        && let Some(found) = candidates.clone().filter(|d| d.weekday() == weekday).min_by_key(|d| days_apart(*d, today))
    {
        return Some(found);
    }
    pick(candidates, frame)
}

/// Past: the last that has come; future: the first to come; else the nearest.
fn pick(candidates: impl Iterator<Item = Date> + Clone, frame: Frame<'_>) -> Option<Date> {
    let today = frame.today;
    match frame.direction {
        Direction::Past => candidates.clone().filter(|d| *d <= today).max(),
        Direction::Future => candidates.clone().filter(|d| *d >= today).min(),
        Direction::Unknown => candidates.clone().min_by_key(|d| days_apart(*d, today)),
    }
}

fn days_apart(a: Date, b: Date) -> i32 {
    a.since(b).map_or(i32::MAX, |span| span.get_days().abs())
}

fn day_of_month(day: i8, frame: Frame<'_>) -> Option<Date> {
    let today = frame.today;
    let candidates = [-1, 0, 1].into_iter().filter_map(|offset| {
        let month = shift(Date::new(today.year(), today.month(), 1).ok()?, Span::new().months(offset))?;
        Date::new(month.year(), month.month(), day).ok()
    });
    let frame = Frame {
        direction: if frame.direction == Direction::Unknown { Direction::Past } else { frame.direction },
        ..frame
    };
    pick(candidates, frame)
}

fn month_year(month: i8, year: YearRef, which: Which, frame: Frame<'_>) -> Option<i16> {
    let today = frame.today;
    if let Some(year) = year_of(today, year) {
        return Some(year);
    }
    // Months from this one to the named one in the same year.
    let ahead = month - today.month();
    let this = today.year();
    Some(match which {
        Which::Last => this - i16::from(ahead >= 0),
        Which::Next => this + i16::from(ahead <= 0),
        Which::This => this,
        Which::Open => match frame.direction {
            Direction::Past => this - i16::from(ahead > 0),
            Direction::Future => this + i16::from(ahead < 0),
            // "the November election" in October is the coming one, "the January report" in December too.
            Direction::Unknown if ahead > 2 => this - 1,
            Direction::Unknown if ahead < -9 => this + 1,
            Direction::Unknown => this,
        },
    })
}

/// The year of a part of the year that ends with month `last` and is `length` months long: a past one must be over.
fn part_year(last: i8, length: i8, year: YearRef, frame: Frame<'_>) -> Option<i16> {
    let today = frame.today;
    if let Some(year) = year_of(today, year) {
        return Some(year);
    }
    let this = today.year();
    let first = last - length + 1;
    Some(match frame.direction {
        Direction::Future => this + i16::from(last < today.month()),
        Direction::Past => this - i16::from(last >= today.month()),
        // Not started yet, or started less than a month ago: the last one is meant.
        Direction::Unknown => this - i16::from(first > today.month()),
    })
}

fn weekday_near(weekday: Weekday, which: Which, frame: Frame<'_>) -> Option<Date> {
    let today = frame.today;
    let back = i64::from(today.weekday().since(weekday));
    let ahead = i64::from(weekday.since(today.weekday()));
    let days = match (which, frame.direction) {
        (Which::Last, _) => -(if back == 0 { 7 } else { back }),
        (Which::Next, _) => {
            if ahead == 0 {
                7
            } else {
                ahead
            }
        }
        (Which::This, Direction::Past) | (Which::Open, Direction::Past | Direction::Unknown) => -back,
        (Which::This, _) | (Which::Open, Direction::Future) => ahead,
    };
    shift(today, Span::new().days(days))
}

fn holiday_near(holiday: Holiday, year: YearRef, which: Which, frame: Frame<'_>) -> Option<Date> {
    let today = frame.today;
    if let Some(year) = year_of(today, year) {
        return holiday.in_year(year);
    }
    let candidates = [-1, 0, 1].into_iter().filter_map(|offset| holiday.in_year(today.year().checked_add(offset)?));
    let direction = match which {
        Which::Last => Direction::Past,
        Which::Next => Direction::Future,
        Which::This => return holiday.in_year(today.year()),
        Which::Open => frame.direction,
    };
    pick(candidates, Frame { direction, ..frame })
}

fn interval(start: &Expr, end: &Expr, frame: Frame<'_>) -> Option<Value> {
    let end = resolve(end, frame)?;
    // The start lies before the end: "Friday to Sunday", "December to February".
    let last = end.first_day()?;
    // "last year" on the start is counted from the article as on the end; an open year is the end's.
    let today = if has_relative_year(start) { frame.today } else { last };
    let mut first = resolve(start, Frame { direction: Direction::Past, today, ..frame })?;
    if let Value::Interval(inner, _) = first {
        first = *inner;
    }
    let end = match end {
        Value::Interval(_, inner) => *inner,
        other => other,
    };
    (first.first_day()? <= end.first_day()?).then(|| Value::interval(first, end))
}

fn has_relative_year(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Day { year: YearRef::Relative(_), .. }
            | Expr::Month { year: YearRef::Relative(_), .. }
            | Expr::Quarter { year: YearRef::Relative(_), .. }
    )
}

/// Months of a quarter as an interval: "the April-June quarter".
pub(crate) fn quarter_months(first: i8, last: i8) -> Option<i8> {
    (last == first + 2 && first % 3 == 1).then(|| quarter_of(first))
}
