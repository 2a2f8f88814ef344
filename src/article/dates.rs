//! Dates as headings and datelines write them: `Oct 26, 2025`, `26 October 2025`, `2025-10-26`, `Sunday, Oct. 26`.

use jiff::civil::Date;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A date whose year may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartialDate {
    pub(super) year: Option<i16>,
    pub(super) month: i8,
    pub(super) day: i8,
}

impl PartialDate {
    /// The date; without a year the latest such day that is at most a week after `received` (copy under embargo bears the day it
    /// is for).
    pub(super) fn resolve(self, received: Option<Date>) -> Option<Date> {
        if let Some(year) = self.year {
            return Date::new(year, self.month, self.day).ok();
        }
        let latest = received?.saturating_add(jiff::Span::new().days(7));
        [latest.year(), latest.year() - 1]
            .into_iter()
            .filter_map(|year| Date::new(year, self.month, self.day).ok())
            .find(|&date| date <= latest)
    }
}

/// Number of the month that `word` names or abbreviates (`Oct`, `Sept.`, `OCTOBER`), 1 to 12.
pub(super) fn month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let known = |full: &&str| {
        **full == word || word.len() == 3 && full.starts_with(&word) || word == "sept" && full.starts_with("sept")
    };
    let (number, _) = (1..).zip(MONTHS.iter()).find(|(_, full)| known(full))?;
    Some(number)
}

/// Finds a date in a short line. Everything but the date must be a weekday, a time, a time zone or a label such as `Published`.
pub(super) fn date_line(line: &str) -> Option<PartialDate> {
    let line = line.trim().trim_start_matches(['-', '–', '—', '•', '*', '|', '·']).trim();
    if line.len() > 80 {
        return None;
    }
    let words: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '|' | '(' | ')'))
        .filter(|w| !w.is_empty())
        .collect();
    let (date, used) = (0..words.len()).find_map(|i| date_at(&words[i..]).map(|(date, n)| (date, i..i + n)))?;
    let others = words.iter().enumerate().filter(|(i, _)| !used.contains(i));
    others.into_iter().all(|(_, word)| is_date_furniture(word)).then_some(date)
}

/// A date at the start of `words`, and how many of them it takes.
pub(super) fn date_at(words: &[&str]) -> Option<(PartialDate, usize)> {
    let first = words.first()?;
    if let Some(date) = iso(first) {
        return Some((date, 1));
    }
    let day = |word: &&str| {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
        let suffix = &word[digits.len()..];
        let ordinal = matches!(suffix, "" | "st" | "nd" | "rd" | "th" | ".");
        digits.parse::<i8>().ok().filter(|d| ordinal && (1..=31).contains(d))
    };
    let year = |word: &&str| word.trim_end_matches(['.', ':']).parse::<i16>().ok().filter(|y| (1900..2200).contains(y));
    let ((month, day), used) = if let Some(month) = month(first) {
        ((month, words.get(1).and_then(|w| day(&w.trim_end_matches(',')))?), 2)
    } else {
        let month_word = words.get(1)?.trim_end_matches(',');
        ((month(month_word)?, day(first)?), 2)
    };
    match words.get(used).and_then(year) {
        Some(year) => Some((PartialDate { year: Some(year), month, day }, used + 1)),
        None => Some((PartialDate { year: None, month, day }, used)),
    }
}

fn iso(word: &str) -> Option<PartialDate> {
    let date: Date = word.get(..10)?.parse().ok()?;
    let rest = &word[10..];
    (rest.is_empty() || rest.starts_with('T')).then_some(PartialDate {
        year: Some(date.year()),
        month: date.month(),
        day: date.day(),
    })
}

fn is_date_furniture(word: &str) -> bool {
    const WORDS: [&str; 31] = [
        "published",
        "updated",
        "posted",
        "on",
        "at",
        "date",
        "last",
        "first",
        "am",
        "pm",
        "a.m",
        "p.m",
        "gmt",
        "utc",
        "est",
        "edt",
        "et",
        "ist",
        "bst",
        "cet",
        "ct",
        "pt",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "release",
        "created",
    ];
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.trim_end_matches(['.', ':']).to_ascii_lowercase();
    let clock = word.trim_end_matches("am").trim_end_matches("pm");
    WORDS.contains(&word.as_str())
        || DAYS.contains(&word.as_str())
        || word.chars().all(|c| matches!(c, '-' | '–' | '—' | '·' | '/'))
        || clock.contains(':') && clock.chars().all(|c| c.is_ascii_digit() || c == ':' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<(Option<i16>, i8, i8)>) {
        let found = date_line(line).map(|d| (d.year, d.month, d.day));
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn date_lines_of_many_forms_are_read() {
        check("- Oct 26, 2025", Some((Some(2025), 10, 26)));
        check("Sunday, 26 October 2025", Some((Some(2025), 10, 26)));
        check("Published: 2025-10-26T08:30:00Z", Some((Some(2025), 10, 26)));
        check("Updated Sept. 3, 2024 at 10:15 a.m. EST", Some((Some(2024), 9, 3)));
        check("July 4", Some((None, 7, 4)));
        check("March 1st, 2021", Some((Some(2021), 3, 1)));
    }

    #[test]
    fn sentences_and_counts_are_no_date_lines() {
        check("On May 10, former President Trump claimed victory", None);
        check("566", None);
        check("May 2025 be kind", None);
        check("Feb 31", Some((None, 2, 31)));
    }

    #[test]
    fn a_day_without_year_is_the_latest_before_receipt() {
        let date = PartialDate { year: None, month: 12, day: 30 };
        let received = jiff::civil::date(2025, 1, 2);
        assert_eq!(date.resolve(Some(received)), Some(jiff::civil::date(2024, 12, 30)));
        assert_eq!(date.resolve(Some(jiff::civil::date(2024, 12, 29))), Some(jiff::civil::date(2024, 12, 30)));
        assert_eq!(date.resolve(None), None);
    }
}
