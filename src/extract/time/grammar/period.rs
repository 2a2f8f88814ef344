//! Parts of years and of centuries: "the third quarter", "fiscal 2026", "last summer", "the 1970s".

use rust_decimal::prelude::ToPrimitive;

use super::super::resolve::{Expr, Which, YearRef};
use super::Match;
use super::date::{integer, month_name, which, year_after, year_number};
use crate::extract::quantity::lexer::Atoms;
use crate::extract::quantity::numerals::{numeral, ordinal};

/// "fiscal 2026", "FY2025", "the fiscal third quarter", "this fiscal year".
pub(super) fn fiscal(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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
pub(super) fn quarter(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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
            && let Some(number) = super::super::resolve::quarter_months(first, last)
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
pub(super) fn half(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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
pub(super) fn first_months(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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

/// "last summer", "the summer of 2023".
pub(super) fn season(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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

/// "the 1970s", "the '70s", "the 19th century".
pub(super) fn decade_or_century(atoms: &Atoms<'_>, i: usize) -> Option<Match> {
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
