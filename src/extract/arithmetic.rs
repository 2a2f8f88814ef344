//! Arithmetic within the article: exports and imports against trade, a part against its whole, a change against its levels.
//!
//! Every number is taken as rounded where it is written: "$10.1 billion" is anything from 10.05 to 10.15 billion. Only what no
//! rounding explains is reported, and numbers with an approximator are left alone.

use std::ops::Range;

use rust_decimal::Decimal;
use rust_decimal::prelude::FromStr;

use super::{Context, Located};
use crate::event::Quantity;

/// Quantities that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inconsistency {
    /// Stable code: `inconsistent_totals`, `inconsistent_change`.
    pub code: &'static str,
    /// Indices of the quantities.
    pub quantities: Vec<usize>,
}

const TOTALS: &str = "inconsistent_totals";
const CHANGE: &str = "inconsistent_change";

/// Arithmetic within the article: parts and totals, change and levels.
pub fn inconsistencies(ctx: &Context<'_>, quantities: &[Located<Quantity>]) -> Vec<Inconsistency> {
    let mut found = Vec::new();
    for (_, block) in &ctx.blocks {
        let first = quantities.partition_point(|q| q.tokens.start < block.start);
        let last = quantities.partition_point(|q| q.tokens.start < block.end);
        trade(ctx, quantities, first..last, &mut found);
        parts_of_a_whole(ctx, quantities, first..last, &mut found);
        breakdown(ctx, quantities, first..last, &mut found);
        shares(ctx, quantities, first..last, &mut found);
        change_and_levels(quantities, first..last, &mut found);
    }
    found
}

/// A number and the bounds that its rounding leaves.
#[derive(Debug, Clone, Copy)]
struct Rounded {
    low: Decimal,
    high: Decimal,
}

impl Rounded {
    /// None for ranges and for numbers with an approximator.
    fn of(quantity: &Quantity) -> Option<Self> {
        if quantity.approx.is_some() {
            return None;
        }
        let value = Decimal::from_str(quantity.value.as_deref()?).ok()?;
        let half = last_place(&quantity.span.text, value)? / Decimal::TWO;
        Some(Self { low: value - half, high: value + half })
    }

    fn meets(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    fn plus(self, other: Self) -> Option<Self> {
        Some(Self { low: self.low.checked_add(other.low)?, high: self.high.checked_add(other.high)? })
    }

    fn minus(self, other: Self) -> Option<Self> {
        Some(Self { low: self.low.checked_sub(other.high)?, high: self.high.checked_sub(other.low)? })
    }

    fn abs(self) -> Self {
        if self.high < Decimal::ZERO { Self { low: -self.high, high: -self.low } } else { self }
    }
}

/// The value of one unit in the last place that is written: 0.1 billion in "10.1 billion". Trailing zeros may be rounding,
/// but two digits always count: "100 million" is no 60 million, and 44 of 40 drones are too many.
fn last_place(text: &str, value: Decimal) -> Option<Decimal> {
    let start = text.find(|c: char| c.is_ascii_digit());
    let Some(start) = start else { return Some(Decimal::ONE.min(value.abs())) };
    let digits: String = text[start..]
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
        .filter(|c| *c != ',')
        .collect();
    let written = Decimal::from_str(digits.trim_end_matches('.')).ok()?;
    if written.is_zero() {
        return Some(Decimal::ONE);
    }
    let scale = (value / written).abs();
    let mut place = Decimal::new(1, written.scale());
    if written.scale() == 0 {
        let mut rest = written;
        while rest >= Decimal::ONE_HUNDRED && (rest % Decimal::TEN).is_zero() {
            rest /= Decimal::TEN;
            place *= Decimal::TEN;
        }
    }
    place.checked_mul(scale)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TradeRole {
    Total,
    Exports,
    Imports,
    Balance,
}

/// Trade is exports plus imports, and the balance is their difference.
fn trade(ctx: &Context<'_>, quantities: &[Located<Quantity>], range: Range<usize>, found: &mut Vec<Inconsistency>) {
    let roles: Vec<(usize, TradeRole)> =
        range.filter_map(|i| trade_role(ctx, &quantities[i]).map(|role| (i, role))).collect();
    let only = |role: TradeRole| {
        let mut all = roles.iter().filter(|(_, r)| *r == role).map(|(i, _)| *i);
        let first = all.next()?;
        // Two figures of one kind are of two years or two countries: no telling which belongs to which.
        all.next().is_none().then_some(first)
    };
    let (Some(exports), Some(imports)) = (only(TradeRole::Exports), only(TradeRole::Imports)) else { return };
    let comparable = |i: usize| {
        let (a, b) = (&quantities[i], &quantities[exports]);
        a.item.currency == b.item.currency && same_years(ctx, a, b) && parts_of_year(ctx, a) == parts_of_year(ctx, b)
    };
    if !comparable(imports) {
        return;
    }
    let (Some(sold), Some(bought)) = (Rounded::of(&quantities[exports].item), Rounded::of(&quantities[imports].item))
    else {
        return;
    };
    let mut check = |total: Option<usize>, expected: Option<Rounded>| {
        let (Some(total), Some(expected)) = (total.filter(|i| comparable(*i)), expected) else { return };
        let Some(stated) = Rounded::of(&quantities[total].item) else { return };
        if !stated.abs().meets(expected) {
            let mut all = vec![total, exports, imports];
            all.sort_unstable();
            found.push(Inconsistency { code: TOTALS, quantities: all });
        }
    };
    check(only(TradeRole::Total), sold.plus(bought));
    check(only(TradeRole::Balance), sold.minus(bought).map(Rounded::abs));
}

fn trade_role(ctx: &Context<'_>, quantity: &Located<Quantity>) -> Option<TradeRole> {
    quantity.item.currency.as_ref()?;
    // Changes are no levels.
    if quantity
        .item
        .change
        .as_ref()
        .is_some_and(|c| c.unit.as_deref() == Some("absolute") && c.amount == quantity.item.value)
        || quantity.item.per.is_some()
    {
        return None;
    }
    let measure = quantity.item.measure.as_ref().map(|m| m.text.to_lowercase()).unwrap_or_default();
    let of_words = |text: &str| {
        if ["deficit", "surplus", "trade gap", "trade balance"].iter().any(|w| text.contains(w)) {
            Some(TradeRole::Balance)
        } else if text.contains("export") {
            Some(TradeRole::Exports)
        } else if text.contains("import") {
            Some(TradeRole::Imports)
        } else if text.split(|c: char| !c.is_alphanumeric()).any(|w| w == "trade") {
            Some(TradeRole::Total)
        } else {
            None
        }
    };
    // "... and imports $5.1 billion": the word beside the figure, whatever the parse makes of it.
    let beside = quantity.tokens.start.checked_sub(1).map(|t| ctx.doc.text(t));
    match beside {
        Some("exports") => return Some(TradeRole::Exports),
        Some("imports") => return Some(TradeRole::Imports),
        _ => {}
    }
    if is_of_one_good(ctx, quantity) {
        return None;
    }
    of_words(&measure).or_else(|| {
        let doc = ctx.doc;
        let verb = doc.ancestors(quantity.tokens.start).take(6).find(|&t| doc.tag(t).starts_with('V'))?;
        match doc.lemma(verb) {
            "export" => Some(TradeRole::Exports),
            "import" => Some(TradeRole::Imports),
            _ => None,
        }
    })
}

/// "car exports", "oil imports": a part of what is traded.
fn is_of_one_good(ctx: &Context<'_>, quantity: &Located<Quantity>) -> bool {
    let (doc, Some(measure)) = (ctx.doc, &quantity.item.measure) else { return false };
    let words = doc.sent(quantity.tokens.start).filter(|&t| {
        let bytes = doc.bytes(t);
        measure.bytes[0] <= bytes.start && bytes.end <= measure.bytes[1]
    });
    let words: Vec<usize> = words.collect();
    words.windows(2).any(|pair| {
        matches!(doc.lemma(pair[1]), "export" | "import")
            && matches!(doc.tag(pair[0]), "NN" | "NNS")
            && !matches!(doc.lemma(pair[0]), "total" | "goods" | "good" | "merchandise" | "commodity" | "trade")
    })
}

/// True unless the sentences of two quantities name different years.
fn same_years(ctx: &Context<'_>, a: &Located<Quantity>, b: &Located<Quantity>) -> bool {
    let years = |q: &Located<Quantity>| -> Vec<&str> {
        let sentence = ctx.doc.sent(q.tokens.start);
        sentence
            .map(|t| ctx.doc.text(t))
            .filter(|w| {
                w.len() == 4 && (w.starts_with("19") || w.starts_with("20")) && w.bytes().all(|b| b.is_ascii_digit())
            })
            .collect()
    };
    let (first, second) = (years(a), years(b));
    first.is_empty() || second.is_empty() || first.iter().any(|y| second.contains(y))
}

/// The months, quarters and halves that the sentence of a quantity names, sorted: a month's exports are no part of a year's trade.
fn parts_of_year<'a>(ctx: &'a Context<'_>, quantity: &Located<Quantity>) -> Vec<&'a str> {
    let doc = ctx.doc;
    let mut parts: Vec<&str> = doc
        .sent(quantity.tokens.start)
        .filter(|&t| {
            let name = matches!(
                doc.text(t),
                "January"
                    | "February"
                    | "March"
                    | "April"
                    | "May"
                    | "June"
                    | "July"
                    | "August"
                    | "September"
                    | "October"
                    | "November"
                    | "December"
                    | "Jan."
                    | "Feb."
                    | "Aug."
                    | "Sept."
                    | "Oct."
                    | "Nov."
                    | "Dec."
            );
            name && doc.tag(t).starts_with("NNP")
                || matches!(doc.lemma(t), "quarter" | "half" | "month" | "week" | "monthly" | "quarterly")
        })
        .map(|t| doc.lemma(t))
        .collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// "34 of 30 drones": a part is not larger than its whole; nor is what a total includes.
fn parts_of_a_whole(
    ctx: &Context<'_>,
    quantities: &[Located<Quantity>],
    range: Range<usize>,
    found: &mut Vec<Inconsistency>,
) {
    for i in range.clone().skip(1) {
        let (first, second) = (&quantities[i - 1], &quantities[i]);
        let between: Vec<&str> = (first.tokens.end..second.tokens.start).map(|t| ctx.doc.text(t)).collect();
        let of = matches!(between.as_slice(), ["of"] | ["of", "the"] | ["out", "of"] | ["out", "of", "the"]);
        let including = between.len() <= 5
            && between.last() == Some(&"including")
            && first.item.unit == Some("person".to_owned())
            && is_person(second);
        let counts = |q: &Located<Quantity>| {
            q.item.unit.is_some()
                && q.item.currency.is_none()
                && !matches!(q.item.unit.as_deref(), Some("percent" | "percentage point" | "point"))
        };
        let alike = first.item.unit == second.item.unit;
        let (Some(a), Some(b)) = (Rounded::of(&first.item), Rounded::of(&second.item)) else { continue };
        let (part, whole) = if of && alike {
            (a, b)
        } else if including {
            (b, a)
        } else {
            continue;
        };
        if counts(first) && counts(second) && part.low > whole.high {
            found.push(Inconsistency { code: TOTALS, quantities: vec![i - 1, i] });
        }
    }
}

fn is_person(quantity: &Located<Quantity>) -> bool {
    matches!(
        quantity.item.unit.as_deref(),
        Some(
            "person"
                | "man"
                | "woman"
                | "child"
                | "boy"
                | "girl"
                | "civilian"
                | "soldier"
                | "policeman"
                | "officer"
                | "student"
                | "passenger"
                | "worker"
                | "police"
                | "crew"
                | "adult"
        )
    )
}

/// "12 people, seven men and five women": the members of a full list add up.
fn breakdown(ctx: &Context<'_>, quantities: &[Located<Quantity>], range: Range<usize>, found: &mut Vec<Inconsistency>) {
    for i in range.clone() {
        let whole = &quantities[i];
        if !matches!(
            whole.item.unit.as_deref(),
            Some("person" | "passenger" | "soldier" | "officer" | "worker" | "student")
        ) {
            continue;
        }
        let mut members = Vec::new();
        let mut at = whole.tokens.end;
        for (j, member) in quantities.iter().enumerate().take(range.end).skip(i + 1) {
            let gap: Vec<&str> = (at..member.tokens.start).map(|t| ctx.doc.text(t)).collect();
            let opens = members.is_empty()
                && gap.len() <= 4
                && matches!(gap.last(), Some(&("," | "—" | "–" | "-" | ":" | "(")));
            let goes_on = !members.is_empty() && gap.len() <= 4 && matches!(gap.last(), Some(&("and" | ",")));
            let sexes = matches!(member.item.unit.as_deref(), Some("man" | "woman" | "child" | "boy" | "girl"));
            if !(sexes && (opens || goes_on)) {
                break;
            }
            members.push(j);
            at = member.tokens.end;
        }
        if members.len() < 2 {
            continue;
        }
        let sum = members.iter().try_fold(Rounded { low: Decimal::ZERO, high: Decimal::ZERO }, |sum, &j| {
            sum.plus(Rounded::of(&quantities[j].item)?)
        });
        let (Some(sum), Some(stated)) = (sum, Rounded::of(&whole.item)) else { continue };
        if !sum.meets(stated) {
            let mut all = vec![i];
            all.extend(members);
            found.push(Inconsistency { code: TOTALS, quantities: all });
        }
    }
}

/// "61% voted yes, 35% voted no and 9% abstained": answers that exclude each other are not more than all. The share that gives no
/// answer shows that they do; each share must have a verb of its own.
fn shares(ctx: &Context<'_>, quantities: &[Located<Quantity>], range: Range<usize>, found: &mut Vec<Inconsistency>) {
    let doc = ctx.doc;
    let has_answer = |i: usize| {
        let q = &quantities[i];
        q.item.unit.as_deref() == Some("percent")
            && q.item.change.is_none()
            && q.tokens.end < doc.len()
            && (doc.tag(q.tokens.end).starts_with('V') || matches!(doc.text(q.tokens.end), "abstained" | "undecided"))
    };
    for last in range.clone().filter(|&i| has_answer(i) && gives_no_answer(ctx, &quantities[i])) {
        let sentence = doc.sent(quantities[last].tokens.start);
        let mut members: Vec<usize> = (range.start..=last)
            .rev()
            .take_while(|&i| has_answer(i) && sentence.contains(&quantities[i].tokens.start))
            .collect();
        members.reverse();
        if members.len() < 3 {
            continue;
        }
        let sum = members.iter().try_fold(Rounded { low: Decimal::ZERO, high: Decimal::ZERO }, |sum, &i| {
            sum.plus(Rounded::of(&quantities[i].item)?)
        });
        if sum.is_some_and(|sum| sum.low > Decimal::ONE_HUNDRED) {
            found.push(Inconsistency { code: TOTALS, quantities: members });
        }
    }
}

/// "were undecided", "abstained", "had no opinion", "did not know": the answer of those who give none.
fn gives_no_answer(ctx: &Context<'_>, quantity: &Located<Quantity>) -> bool {
    let doc = ctx.doc;
    let end = doc.sent(quantity.tokens.start).end.min(quantity.tokens.end + 5);
    let words: Vec<&str> =
        (quantity.tokens.end..end).map(|t| doc.text(t)).take_while(|w| !matches!(*w, "," | ";")).collect();
    let no_opinion =
        words.windows(2).any(|w| w[0] == "no" && matches!(w[1], "opinion" | "view" | "preference" | "answer"));
    let not_known = words.windows(2).any(|w| matches!(w[0], "not" | "n't" | "n’t") && w[1] == "know");
    no_opinion
        || not_known
        || words.iter().any(|w| matches!(*w, "undecided" | "unsure" | "abstained" | "abstaining" | "uncertain"))
}

/// "rose 5% to $105 from $100", "rose 0.9 points to 5.1% from 4.2%".
fn change_and_levels(quantities: &[Located<Quantity>], range: Range<usize>, found: &mut Vec<Inconsistency>) {
    for i in range.clone() {
        let level = &quantities[i].item;
        let Some(change) = &level.change else { continue };
        let (Some(baseline), Some(stated)) = (&change.baseline, &change.amount) else { continue };
        // The level, not the amount of the change itself.
        if level.value.as_ref() == Some(stated) {
            continue;
        }
        let find = |wanted: &dyn Fn(&Quantity) -> bool| range.clone().find(|&j| j != i && wanted(&quantities[j].item));
        let Some(base) = find(&|q| q.span == *baseline) else { continue };
        let Some(by) = find(&|q| {
            q.value.as_ref() == Some(stated) && q.change.as_ref().is_some_and(|c| c.amount.as_ref() == Some(stated))
        }) else {
            continue;
        };
        let (Some(now), Some(before), Some(amount)) =
            (Rounded::of(level), Rounded::of(&quantities[base].item), Rounded::of(&quantities[by].item))
        else {
            continue;
        };
        if level.currency != quantities[base].item.currency || level.unit != quantities[base].item.unit {
            continue;
        }
        let up = change.direction == "up";
        let expected = match change.unit.as_deref() {
            Some("percent") => percent_change(before, now, up),
            Some("points" | "absolute") => {
                let basis = quantities[by].item.unit.as_deref() == Some("basis point");
                let difference = if up { now.minus(before) } else { before.minus(now) };
                difference.map(|d| {
                    if basis {
                        Rounded { low: d.low * Decimal::ONE_HUNDRED, high: d.high * Decimal::ONE_HUNDRED }
                    } else {
                        d
                    }
                })
            }
            _ => None,
        };
        if expected.is_some_and(|e| !e.meets(amount)) {
            let mut all = vec![i, base, by];
            all.sort_unstable();
            found.push(Inconsistency { code: CHANGE, quantities: all });
        }
    }
}

fn percent_change(before: Rounded, now: Rounded, up: bool) -> Option<Rounded> {
    if before.low <= Decimal::ZERO {
        return None;
    }
    let percent = |a: Decimal, b: Decimal| (a - b).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(b);
    let (low, high) = (percent(now.low, before.high)?, percent(now.high, before.low)?);
    Some(if up { Rounded { low, high } } else { Rounded { low: -high, high: -low } })
}
