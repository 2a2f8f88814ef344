//! The calendar: names of months and weekdays, periods of ISO 8601, steps from one period to another.

use std::fmt;

use jiff::Span;
use jiff::civil::{Date, Weekday, date};

/// A period of the calendar, or a vague reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// `2025-10-26`
    Day(Date),
    /// `2025-W43`, Monday to Sunday; the date is its Monday.
    Week(Date),
    /// `2025-10`
    Month(i16, i8),
    /// `2025-Q4`
    Quarter(i16, i8),
    /// `2025`
    Year(i16),
    /// `a/b`, both ends included.
    Interval(Box<Value>, Box<Value>),
    /// `PRESENT_REF`, `PAST_REF`, `FUTURE_REF`
    Ref(&'static str),
}

impl Value {
    /// The period from `start` to `end`.
    pub(crate) fn interval(start: Value, end: Value) -> Self {
        Self::Interval(Box::new(start), Box::new(end))
    }

    /// First day; None for vague references and dates out of the calendar's range.
    pub(crate) fn first_day(&self) -> Option<Date> {
        match self {
            Value::Day(day) | Value::Week(day) => Some(*day),
            Value::Month(year, month) => Date::new(*year, *month, 1).ok(),
            Value::Quarter(year, quarter) => Date::new(*year, quarter * 3 - 2, 1).ok(),
            Value::Year(year) => Date::new(*year, 1, 1).ok(),
            Value::Interval(start, _) => start.first_day(),
            Value::Ref(_) => None,
        }
    }

    /// Name of the smallest unit that the value fixes.
    pub(crate) fn granularity(&self) -> &'static str {
        match self {
            Value::Day(_) => "day",
            Value::Week(_) => "week",
            Value::Month(..) => "month",
            Value::Quarter(..) => "quarter",
            Value::Year(_) => "year",
            Value::Interval(start, _) => start.granularity(),
            Value::Ref(_) => "vague",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Day(day) => write!(f, "{day}"),
            Value::Week(monday) => {
                let week = monday.iso_week_date();
                write!(f, "{:04}-W{:02}", week.year(), week.week())
            }
            Value::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Value::Quarter(year, quarter) => write!(f, "{year:04}-Q{quarter}"),
            Value::Year(year) => write!(f, "{year:04}"),
            Value::Interval(start, end) => write!(f, "{start}/{end}"),
            Value::Ref(name) => f.write_str(name),
        }
    }
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Shorter than a day.
    Hour,
    /// A day.
    Day,
    /// Saturday and Sunday.
    Weekend,
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// Three months from January, April, July or October.
    Quarter,
    /// A calendar year.
    Year,
    /// Ten years.
    Decade,
    /// A hundred years.
    Century,
}

/// The unit of a word, singular or plural.
pub(crate) fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "second" | "seconds" | "minute" | "minutes" | "hour" | "hours" => Unit::Hour,
        "day" | "days" => Unit::Day,
        "weekend" | "weekends" => Unit::Weekend,
        "week" | "weeks" | "fortnight" => Unit::Week,
        "month" | "months" => Unit::Month,
        "quarter" | "quarters" => Unit::Quarter,
        "year" | "years" => Unit::Year,
        "decade" | "decades" => Unit::Decade,
        "century" | "centuries" => Unit::Century,
        _ => return None,
    })
}

/// The period of `unit` that lies `offset` units from the one that holds `day`.
pub(crate) fn period(day: Date, unit: Unit, offset: i64) -> Option<Value> {
    let first = date(day.year(), day.month(), 1);
    Some(match unit {
        Unit::Hour => Value::Day(day),
        Unit::Day => Value::Day(shift(day, Span::new().try_days(offset).ok()?)?),
        Unit::Week => Value::Week(shift(monday(day)?, Span::new().try_weeks(offset).ok()?)?),
        Unit::Weekend => {
            let monday = shift(monday(day)?, Span::new().try_weeks(offset).ok()?)?;
            Value::interval(
                Value::Day(shift(monday, Span::new().days(5))?),
                Value::Day(shift(monday, Span::new().days(6))?),
            )
        }
        Unit::Month => {
            let month = shift(first, Span::new().try_months(offset).ok()?)?;
            Value::Month(month.year(), month.month())
        }
        Unit::Quarter => {
            let month = shift(first, Span::new().try_months(offset.checked_mul(3)?).ok()?)?;
            Value::Quarter(month.year(), quarter_of(month.month()))
        }
        Unit::Year => Value::Year(year_from(day, offset)?),
        Unit::Decade => {
            let start = year_from(day, offset.checked_mul(10)?)?.div_euclid(10) * 10;
            Value::interval(Value::Year(start), Value::Year(start + 9))
        }
        Unit::Century => {
            let start = (year_from(day, offset.checked_mul(100)?)? - 1).div_euclid(100) * 100 + 1;
            Value::interval(Value::Year(start), Value::Year(start + 99))
        }
    })
}

/// The period `count` units before (negative) or after `day`, as coarse as the unit: "two years ago" is a year, "three days ago" a day.
pub(crate) fn distance(day: Date, unit: Unit, count: i64) -> Option<Value> {
    match unit {
        Unit::Decade => Some(Value::Year(year_from(day, count.checked_mul(10)?)?)),
        Unit::Century => Some(Value::Year(year_from(day, count.checked_mul(100)?)?)),
        unit => period(day, unit, count),
    }
}

fn year_from(day: Date, offset: i64) -> Option<i16> {
    i16::try_from(i64::from(day.year()).checked_add(offset)?).ok().filter(|year| (1..=9999).contains(year))
}

/// `day` plus `span`, None outside the calendar.
pub(crate) fn shift(day: Date, span: Span) -> Option<Date> {
    day.checked_add(span).ok().filter(|d| d.year() >= 1)
}

/// Monday of the week of `day`.
pub(crate) fn monday(day: Date) -> Option<Date> {
    shift(day, Span::new().days(-i64::from(day.weekday().to_monday_zero_offset())))
}

/// Quarter of a month, from 1.
pub(crate) fn quarter_of(month: i8) -> i8 {
    (month - 1) / 3 + 1
}

/// Month of a name or abbreviation in lower case, without its stop.
pub(crate) fn month(word: &str) -> Option<i8> {
    Some(match word {
        "january" | "jan" => 1,
        "february" | "feb" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sept" | "sep" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

/// Weekday of a name in lower case.
pub(crate) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

/// Weekday of an abbreviation in lower case, which stands before a date only.
pub(crate) fn short_weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" => Weekday::Monday,
        "tue" | "tues" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" | "thur" | "thurs" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// A holiday with a date of its own in every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holiday {
    /// The same day each year.
    Fixed(i8, i8),
    /// Fourth Thursday of November.
    Thanksgiving,
    /// First Monday of September.
    LaborDay,
    /// Western Easter, plus so many days.
    Easter(i8),
}

impl Holiday {
    /// Its date in `year`.
    pub(crate) fn in_year(self, year: i16) -> Option<Date> {
        match self {
            Holiday::Fixed(month, day) => Date::new(year, month, day).ok(),
            Holiday::Thanksgiving => Date::new(year, 11, 1).ok()?.nth_weekday_of_month(4, Weekday::Thursday).ok(),
            Holiday::LaborDay => Date::new(year, 9, 1).ok()?.nth_weekday_of_month(1, Weekday::Monday).ok(),
            Holiday::Easter(days) => shift(easter(year)?, Span::new().days(i64::from(days))),
        }
    }
}

/// Gregorian Easter by the anonymous algorithm (Meeus, Astronomical Algorithms, chapter 8).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_iso_8601() {
        let day = date(2025, 10, 26);
        let check = |unit, offset, expected: &str| {
            assert_eq!(period(day, unit, offset).expect("in range").to_string(), expected);
        };
        check(Unit::Day, -1, "2025-10-25");
        check(Unit::Week, 0, "2025-W43");
        check(Unit::Week, -1, "2025-W42");
        check(Unit::Weekend, 0, "2025-10-25/2025-10-26");
        check(Unit::Month, -10, "2024-12");
        check(Unit::Quarter, -1, "2025-Q3");
        check(Unit::Year, 1, "2026");
        check(Unit::Decade, -1, "2010/2019");
        check(Unit::Century, -1, "1901/2000");
    }

    #[test]
    fn movable_holidays_are_computed() {
        assert_eq!(Holiday::Easter(0).in_year(2025), Some(date(2025, 4, 20)));
        assert_eq!(Holiday::Thanksgiving.in_year(2024), Some(date(2024, 11, 28)));
    }

    #[test]
    fn far_away_times_are_no_times() {
        assert_eq!(period(date(2025, 10, 26), Unit::Year, i64::MAX), None);
        assert_eq!(period(date(2025, 10, 26), Unit::Century, -30), None);
    }
}
