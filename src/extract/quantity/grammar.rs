//! Quantities in a block: numeral, scale, currency, unit, range, approximator, rate.

use std::ops::Range;

use copydesk_nlp::Doc;
use rust_decimal::Decimal;

use super::approximators;
use super::counted::counted;
use super::currency::{self, Country, Money};
use super::exclusion::is_excluded;
use super::lexer::{Atoms, Kind};
use super::numerals::{Form, Numeral, numeral, ordinal, parse_digits, small_word};
use super::units::{Dimension, Unit, per_unit, unit};
use crate::extract::time::grammar::Match;

/// A quantity before it is published.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// Numeral with scale word, currency sign and unit of measure.
    pub(crate) span: Range<usize>,
    /// First atom of approximator or, where there is none, of the span.
    pub(crate) start: usize,
    /// First atom after unit, counted noun and rate.
    pub(crate) end: usize,
    /// The value, or the lower end of a range.
    pub(crate) low: Decimal,
    /// The upper end of a range.
    pub(crate) high: Option<Decimal>,
    /// The contract's word.
    pub(crate) approx: Option<&'static str>,
    /// Singular.
    pub(crate) unit: Option<String>,
    /// ISO 4217.
    pub(crate) currency: Option<&'static str>,
    /// "year" in "per year".
    pub(crate) per: Option<String>,
    /// What kind it is.
    pub(crate) class: Class,
    /// The counted noun after the number; empty where there is none.
    pub(crate) noun: Range<usize>,
}

/// Kinds of quantities that rules tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// An amount of money.
    Money,
    /// A percentage.
    Percent,
    /// Percentage points, basis points, points of an index.
    Points,
    /// A span of time.
    Duration,
    /// How old somebody is.
    Age,
    /// A measurement with a unit.
    Measure,
    /// A number of things.
    Count,
    /// A part of a whole: "half", "two-thirds".
    Fraction,
    /// "one in five", "3-to-1".
    Ratio,
}

/// What the grammar knows about the block around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// Annotations.
    pub(crate) doc: &'a Doc,
    /// Country of the story.
    pub(crate) country: Country,
    /// True for headlines.
    pub(crate) title_case: bool,
}

/// All quantities of the block, in order, disjoint; `times` are its time expressions, whose numbers are none.
pub(crate) fn candidates(atoms: &Atoms<'_>, times: &[Match], around: Surroundings<'_>) -> Vec<Candidate> {
    let mut free = vec![true; atoms.len()];
    for time in times {
        free[time.atoms.clone()].fill(false);
        if let Some(duration) = &time.duration {
            free[duration.clone()].fill(true);
        }
    }
    let mut found: Vec<Candidate> = Vec::new();
    let mut at = 0;
    while at < atoms.len() {
        if !free[at] {
            at += 1;
            continue;
        }
        match candidate(atoms, at, around) {
            Outcome::Found(mut all) => {
                at = all.iter().map(|c| c.span.end).max().unwrap_or(at).max(at + 1);
                // A time inside the quantity: the time wins.
                all.retain(|c| c.span.clone().all(|i| free[i]));
                found.append(&mut all);
            }
            Outcome::Skip(next) => at = next.max(at + 1),
        }
    }
    share_units(atoms, &mut found);
    share_currencies(atoms, around.doc, &mut found);
    found
}

enum Outcome {
    Found(Vec<Candidate>),
    Skip(usize),
}

fn candidate(atoms: &Atoms<'_>, i: usize, around: Surroundings<'_>) -> Outcome {
    if let Some(ratio) = ratio(atoms, i) {
        return Outcome::Found(vec![ratio]);
    }
    if let Some(fold) = fold_word(atoms, i) {
        return Outcome::Found(vec![fold]);
    }
    let Some(first) = numeral(atoms, i) else {
        // An ordinal is one word although its atoms are two.
        let ordinal = ordinal(atoms, i).filter(|_| atoms.is_number(i));
        return Outcome::Skip(ordinal.map_or(i + 1, |(_, end)| end));
    };
    if let Some(votes) = votes(atoms, i, around.doc) {
        return votes;
    }
    let part = Part::read(atoms, i, first, around.country);
    let numeral = part.numeral.clone();
    if is_excluded(atoms, i, &numeral, part.is_measured(), around.title_case, around.doc) {
        return Outcome::Skip(skip_number_chain(atoms, numeral.end));
    }
    if let Some(range) = range(atoms, &part, around) {
        return range;
    }
    match single(atoms, part, around) {
        Some(one) => Outcome::Found(vec![one]),
        None => Outcome::Skip(numeral.end),
    }
}

/// Past the further parts of "202-555-0143" and "10:30".
fn skip_number_chain(atoms: &Atoms<'_>, mut end: usize) -> usize {
    while matches!(atoms.text(end), "-" | "/" | ":" | "." | "–")
        && atoms.glued(end)
        && atoms.glued(end + 1)
        && atoms.is_number(end + 1)
    {
        end += 2;
    }
    end
}

/// A numeral with what stands around it.
#[derive(Debug, Clone)]
struct Part {
    /// Currency sign or sign of the number included.
    start: usize,
    numeral: Numeral,
    negative: bool,
    money: Option<Money>,
    unit: Option<Unit>,
    /// After currency name or unit.
    end: usize,
    /// True where a hyphen joins number and unit: "10-year".
    hyphenated: bool,
}

impl Part {
    fn read(atoms: &Atoms<'_>, i: usize, numeral: Numeral, country: Country) -> Self {
        let mut part =
            Part { start: i, end: numeral.end, numeral, negative: false, money: None, unit: None, hyphenated: false };
        part.read_sign(atoms, i);
        if let Some((money, start)) = currency::before(atoms, i, country) {
            part.money = Some(money);
            part.start = start;
            part.read_sign(atoms, start);
            return part;
        }
        let end = part.end;
        let hyphen = atoms.is_dash(end) && atoms.glued(end) && atoms.glued(end + 1);
        let at = if hyphen { end + 1 } else { end };
        if let Some((money, after)) =
            currency::by_name(atoms, at, country).filter(|(_, after)| !is_other_word(atoms, at, *after))
        {
            part.money = Some(money);
            part.end = after;
            part.hyphenated = hyphen;
        } else if let Some((money, after)) =
            currency::bare_pounds(atoms, at).filter(|_| part.pounds_are_money(atoms, at, country))
        {
            part.money = Some(money);
            part.end = after;
        } else if let Some(found) = unit(atoms, at).filter(|u| part.takes_unit(atoms, at, u, hyphen)) {
            part.unit = Some(found);
            part.end = found.end;
            part.hyphenated = hyphen;
        } else if hyphen && let Some((money, after)) = currency::by_name(atoms, end, country) {
            part.money = Some(money);
            part.end = after;
        }
        part
    }

    /// "minus 12", "-0.4%": a sign that no digit or letter touches on its left.
    fn read_sign(&mut self, atoms: &Atoms<'_>, i: usize) {
        let Some(at) = i.checked_sub(1) else { return };
        let sign = matches!(atoms.text(at), "-" | "−" | "–") && atoms.glued(i) && !atoms.glued(at);
        let word = matches!(atoms.lower(at), "minus" | "negative") && atoms.before(at, 1) != "or";
        if sign || word {
            self.negative = true;
            self.start = at;
        }
    }

    fn is_measured(&self) -> bool {
        self.money.is_some() || self.unit.is_some()
    }

    fn pounds_are_money(&self, atoms: &Atoms<'_>, at: usize, country: Country) -> bool {
        let weight = atoms.lower(at + 1) == "of"
            || (1..=6).any(|back| {
                matches!(
                    atoms.before(self.start, back),
                    "weighing" | "weighs" | "weighed" | "weigh" | "lost" | "weight"
                )
            });
        !weight
            && (country == Some("GB")
                || self.numeral.form == Form::Scaled
                || atoms.text(at + 1) == "(" && currency::is_symbol(atoms.text(at + 2)))
    }

    fn takes_unit(&self, atoms: &Atoms<'_>, at: usize, unit: &Unit, hyphen: bool) -> bool {
        let first = atoms.lower(at);
        // "the two second-half goals", "5 second-hand cars", "one quarter of": no units.
        if first == "second" && atoms.is_dash(at + 1) {
            return false;
        }
        if unit.name == "time" && hyphen {
            return false;
        }
        if first == "m" && !atoms.glued(at) && !hyphen {
            return matches!(atoms.text(at + 1), "" | "." | "," | ")" | "tall" | "long" | "high");
        }
        if self.numeral.form == Form::Fraction {
            return true;
        }
        // "one second", "one day": a number only where counting is meant.
        if self.numeral.form == Form::One && unit.dimension == Dimension::Duration && !hyphen {
            return !matches!(first, "day" | "night")
                || matches!(atoms.before(self.start, 1), "for" | "within" | "in" | "than" | "least" | "only" | "just");
        }
        true
    }

    fn value(&self) -> Decimal {
        let value = self.money.map_or(self.numeral.value, |m| m.in_main_unit(self.numeral.value));
        if self.negative { -value } else { value }
    }
}

/// "5 sol diers" cannot be, but "3 real options", "2 won" and "4 Sol" can: names of currencies that are words too need their plural
/// or an amount that speaks for money.
fn is_other_word(atoms: &Atoms<'_>, at: usize, after: usize) -> bool {
    after == at + 1
        && matches!(atoms.lower(at), "won" | "real" | "sol" | "lei" | "dong" | "lev" | "dram" | "rand" | "lari" | "p")
        && {
            let scaled =
                at > 0 && matches!(atoms.lower(at - 1), "million" | "billion" | "trillion" | "bn" | "thousand");
            let glued = atoms.glued(at);
            let long = at > 0 && atoms.text(at - 1).len() >= 4;
            !(scaled || glued || long)
        }
}

/// "3-to-1", "one in five", "two out of three".
fn ratio(atoms: &Atoms<'_>, i: usize) -> Option<Candidate> {
    let first = numeral(atoms, i)?;
    let made = |span: Range<usize>, value: Decimal| {
        let approx = approximators::before(atoms, span.start, false);
        Some(Candidate {
            start: approx.map_or(span.start, |a| a.start),
            end: span.end,
            low: value.round_dp(4),
            high: None,
            approx: approx.map(|a| a.kind),
            unit: None,
            currency: None,
            per: None,
            class: Class::Ratio,
            noun: span.end..span.end,
            span,
        })
    };
    let end = first.end;
    if atoms.is_dash(end)
        && atoms.lower(end + 1) == "to"
        && atoms.is_dash(end + 2)
        && (end..end + 4).all(|k| atoms.glued(k))
    {
        let second = numeral(atoms, end + 3)?;
        // "two-to-three-year terms" are a range.
        if second.value.is_zero() || first.value < second.value && atoms.is_dash(second.end) {
            return None;
        }
        return made(i..second.end, first.value.checked_div(second.value)?);
    }
    let joins = match (atoms.lower(end), atoms.lower(end + 1)) {
        ("in", "every") => Some(end + 2),
        ("in", _) => Some(end + 1),
        ("out", "of") if atoms.lower(end + 2) == "every" => Some(end + 3),
        ("out", "of") => Some(end + 2),
        _ => None,
    }?;
    let second = numeral(atoms, joins)?;
    let small = |n: &Numeral| n.value >= Decimal::ONE && n.value.fract().is_zero() && n.form != Form::Scaled;
    // "killed two in 2019", "three in 10 days": the second number stands alone or before a noun of people.
    let ratio = first.value < second.value
        && small(&first)
        && small(&second)
        && second.value <= Decimal::from(1000)
        && unit(atoms, second.end).is_none()
        && currency::by_name(atoms, second.end, None).is_none();
    let one_in = first.value == Decimal::ONE
        || matches!(second.value.to_string().as_str(), "3" | "4" | "5" | "10" | "100" | "1000");
    if ratio && one_in { made(i..second.end, first.value.checked_div(second.value)?) } else { None }
}

/// "rejected the measure 54-45", "a 217-213 vote": two counts of votes.
fn votes(atoms: &Atoms<'_>, i: usize, doc: &Doc) -> Option<Outcome> {
    let dashed = matches!(atoms.text(i + 1), "-" | "–") && atoms.glued(i + 1) && atoms.glued(i + 2);
    // "voted 248 to 201 to raise it", "by a vote of 248 to 201"
    let spelled = atoms.lower(i + 1) == "to"
        && (matches!(atoms.before(i, 1), "voted" | "vote" | "votes" | "voting")
            || atoms.ends_with(i, "vote of")
            || atoms.ends_with(i, "votes of"));
    let pair = atoms.is_number(i)
        && (dashed || spelled)
        && atoms.is_number(i + 2)
        && !(atoms.is_dash(i + 3) && atoms.glued(i + 3));
    if !pair || unit(atoms, i + 3).is_some() || currency::before(atoms, i, None).is_some() || (i > 0 && atoms.glued(i))
    {
        return None;
    }
    let first = parse_digits(atoms.text(i))?;
    let second = parse_digits(atoms.text(i + 2))?;
    let token = atoms.get(i)?.token;
    let sentence = doc.sent(token);
    let mut ballot = false;
    let mut contest = false;
    for t in sentence {
        match doc.lemma(t) {
            "vote" | "ballot" | "Senate" | "lawmaker" | "Congress" | "parliament" | "court" | "committee"
            | "council" | "legislature" | "Parliament" | "Court" | "justice" | "ruling" | "decision" | "assembly"
            | "Assembly" | "Knesset" | "Bundestag" | "board" | "jury" | "bill" => ballot = true,
            "win" | "beat" | "lose" | "goal" | "match" | "team" | "score" | "game" | "victory" | "defeat" | "lead"
            | "draw" | "inning" | "series" => contest = true,
            _ => {}
        }
    }
    let counted_follows = atoms.get(i + 3).is_some_and(|a| doc.tag(a.token) == "NNS");
    if first >= second {
        if ballot && !contest {
            let vote = |at: usize, value: Decimal| Candidate {
                span: at..at + 1,
                start: at,
                end: at + 1,
                low: value,
                high: None,
                approx: None,
                unit: Some("vote".to_owned()),
                currency: None,
                per: None,
                class: Class::Count,
                noun: at + 1..at + 1,
            };
            return Some(Outcome::Found(vec![vote(i, first), vote(i + 2, second)]));
        }
        // A score.
        return Some(Outcome::Skip(i + 3));
    }
    (!counted_follows && !around_allows_range(atoms, i + 3)).then_some(Outcome::Skip(i + 3))
}

/// A pair of rising numbers is a range where a scale word or a noun phrase goes on, else a score ("lost 1-3").
fn around_allows_range(atoms: &Atoms<'_>, end: usize) -> bool {
    atoms.is_word(end)
        && !matches!(
            atoms.lower(end),
            "in" | "on"
                | "at"
                | "to"
                | "by"
                | "and"
                | "with"
                | "after"
                | "against"
                | "win"
                | "loss"
                | "victory"
                | "defeat"
                | "draw"
                | "lead"
                | "record"
                | "before"
                | "when"
                | "as"
                | "from"
                | "thanks"
                | "over"
        )
        || (atoms.is_dash(end) && atoms.glued(end))
}

fn range(atoms: &Atoms<'_>, first: &Part, around: Surroundings<'_>) -> Option<Outcome> {
    let end = first.end;
    let dash = atoms.is_dash(end) && atoms.glued(end) == atoms.glued(end + 1);
    let approx = approximators::before(atoms, first.start, false);
    let outer = approx.map_or(first.start, |a| a.start);
    let between = atoms.before(outer, 1) == "between" || atoms.before(first.start, 1) == "between";
    let connector = atoms.lower(end);
    let or = connector == "or" && first.numeral.value <= Decimal::from(100) && first.money.is_none();
    let and = connector == "and" && between;
    let to = connector == "to" && !is_change_of_level(atoms, outer);
    if !(dash || to || and || or) {
        return None;
    }
    // The second number, with its currency sign.
    let sign_len = (0..=2).find(|&k| {
        numeral(atoms, end + 1 + k).is_some()
            && (k == 0 || currency::before(atoms, end + 1 + k, around.country).is_some_and(|(_, s)| s <= end + 1))
    })?;
    let at = end + 1 + sign_len;
    let mut second = Part::read(atoms, at, numeral(atoms, at)?, around.country);
    if second.negative && dash {
        second.negative = false;
    }
    let mut first = first.clone();
    if second.numeral.form == Form::Fraction || first.numeral.form == Form::Fraction {
        return None;
    }
    // The scale word of the second number counts for both: "2 to 3 million".
    if first.numeral.scale == Decimal::ONE && second.numeral.scale > Decimal::ONE {
        let scaled = first.numeral.value.checked_mul(second.numeral.scale)?;
        if first.numeral.value < Decimal::from(1000) && scaled < second.numeral.value {
            first.numeral.value = scaled;
        }
    }
    if first.unit.is_some() && second.unit.is_none() && second.money.is_none() {
        return None;
    }
    if first.money.is_some() && second.money.is_none() {
        // "$2-3 billion" but not "$5 to 3 people".
        second.money = first.money;
    } else if first.money.is_none() && second.money.is_some() {
        if first.unit.is_some() {
            return None;
        }
        first.money = second.money;
    }
    let same = match (&first.unit, &second.unit) {
        (Some(a), Some(b)) => a.name == b.name,
        (None, _) => true,
        (Some(_), None) => false,
    } && first.money.map(|m| m.code) == second.money.map(|m| m.code);
    let (low, high) = (first.value(), second.value());
    if !same || low >= high {
        return None;
    }
    // "rose 3p to 148.2p": by the one to the other.
    let by_far = high.checked_div(low).is_none_or(|times| times >= Decimal::from(LEVEL_IS_TIMES_ITS_CHANGE));
    if to && by_far && is_change_verb(atoms, around.doc, outer) {
        return None;
    }
    let measured = second.is_measured();
    if is_excluded(atoms, at, &second.numeral, measured, true, around.doc) && !dash {
        return None;
    }
    let ages = matches!(atoms.before(outer, 1), "aged" | "ages");
    if (to || or) && !measured && second.numeral.form != Form::Scaled && !between && !ages {
        // "two to three people": a noun must follow.
        counted(atoms, &(first.start..second.end), around.doc).filter(|c| !c.noun.is_empty())?;
    }
    let span = first.start..second.end;
    let mut one = assemble(atoms, &span, second, around)?;
    one.low = low;
    one.high = Some(high);
    one.approx = approx.map(|a| a.kind).or(one.approx);
    one.start = outer - usize::from(between);
    Some(Outcome::Found(vec![one]))
}

/// From this ratio on, the second of two numbers after a word of change is the level, and no end of a range.
const LEVEL_IS_TIMES_ITS_CHANGE: i64 = 4;

/// True where the word before atom `start` is a verb of change.
fn is_change_verb(atoms: &Atoms<'_>, doc: &Doc, start: usize) -> bool {
    let verb = start.checked_sub(1).and_then(|at| atoms.get(at));
    verb.is_some_and(|a| {
        doc.tag(a.token).starts_with('V') && super::change::verb_direction(doc.lemma(a.token)).is_some()
    })
}

/// "from 4 to 5": two levels, unless a period or a spread is meant ("ranging from", "aged from").
fn is_change_of_level(atoms: &Atoms<'_>, start: usize) -> bool {
    let from = atoms.before(start, 1) == "from";
    let spread = (2..=3).any(|back| {
        matches!(
            atoms.before(start, back),
            "ranging" | "range" | "ranges" | "ranged" | "anywhere" | "aged" | "varies" | "vary" | "varying"
        )
    });
    from && !spread
}

fn single(atoms: &Atoms<'_>, part: Part, around: Surroundings<'_>) -> Option<Candidate> {
    let span = part.start..part.end;
    assemble(atoms, &span, part, around)
}

/// Unit, counted noun, rate, age and approximator of a numeral whose span is known so far.
fn assemble(atoms: &Atoms<'_>, span: &Range<usize>, part: Part, around: Surroundings<'_>) -> Option<Candidate> {
    let doc = around.doc;
    let mut span = span.clone();
    let mut end = part.end;
    let mut per = None;
    let mut noun = end..end;
    let mut value = part.value();
    let (mut class, mut name) = match (&part.money, &part.unit) {
        (Some(_), _) => (Class::Money, None),
        (None, Some(found)) => {
            per = found.per.map(str::to_owned);
            let class = match found.dimension {
                Dimension::Percent => Class::Percent,
                Dimension::Points => Class::Points,
                Dimension::Duration => Class::Duration,
                Dimension::Other => Class::Measure,
            };
            (class, Some(found.name.to_owned()))
        }
        (None, None) if part.numeral.form == Form::Fraction => (Class::Fraction, None),
        (None, None) => (Class::Count, None),
    };
    if class == Class::Duration
        && let Some(after) = old(atoms, end)
    {
        class = Class::Age;
        if part.hyphenated {
            span.end = after;
        }
        end = after;
        noun = end..end;
    }
    // "an hour and a half" is read elsewhere; "two and a half" in the numeral.
    if part.unit.is_some_and(|u| u.name.starts_with("degree"))
        && (atoms.matches(end, "below zero") || atoms.matches(end, "below freezing"))
        && !part.negative
    {
        value = -value;
        end += 2;
    }
    if class == Class::Count {
        if let Some(age) = bare_age(atoms, &span, &part.numeral, doc) {
            class = Class::Age;
            name = Some(age.to_owned());
        } else if is_magnitude(atoms, span.start, end) {
            class = Class::Measure;
            name = Some("magnitude".to_owned());
        } else if let Some(fold) = fold(atoms, end) {
            class = Class::Measure;
            name = Some("time".to_owned());
            span.end = fold;
            end = fold;
        } else if let Some((counted, after)) = hyphenated(atoms, end, doc)? {
            name = Some(counted);
            end = after;
        } else if let Some(found) = counted(atoms, &span, doc) {
            noun = found.noun;
            end = end.max(noun.end);
            name = Some(found.unit);
        } else if part.numeral.form == Form::One {
            return None;
        }
        if part.numeral.form == Form::One
            && (noun.is_empty() || is_pronoun_one(atoms, span.start, end, name.as_deref()))
            && class == Class::Count
            && name.is_none()
        {
            return None;
        }
        if part.numeral.form == Form::One && is_pronoun_one(atoms, span.start, end, name.as_deref()) {
            return None;
        }
    }
    if per.is_none()
        && let Some((unit, after)) = rate(atoms, end, &noun)
    {
        per = Some(unit);
        end = end.max(after);
    }
    let duration = class == Class::Duration;
    let approx = approximators::before(atoms, span.start, duration);
    let after = approximators::after(atoms, span.end).or_else(|| approximators::after(atoms, end));
    let mut currency = part.money.map(|m| m.code);
    if class == Class::Count && per.as_deref() == Some("dollar") || (class == Class::Count && to_the_dollar(atoms, end))
    {
        // "149.05 per dollar", "129.05 to the dollar": an exchange rate.
        if let Some(code) = currency_spoken_of(atoms, span.start, around.country) {
            currency = Some(code);
            class = Class::Money;
            per = Some("dollar".to_owned());
            name = None;
        }
    }
    Some(Candidate {
        start: approx.map_or(span.start, |a| a.start),
        end,
        span,
        low: value,
        high: None,
        approx: approx.map(|a| a.kind).or(after),
        unit: name,
        currency,
        per,
        class,
        noun,
    })
}

/// "old" after years, months, days or weeks: the atom after it.
fn old(atoms: &Atoms<'_>, end: usize) -> Option<usize> {
    if atoms.is_dash(end) && matches!(atoms.lower(end + 1), "old" | "olds") {
        return Some(end + 2);
    }
    match (atoms.lower(end), atoms.lower(end + 1)) {
        ("old", _) => Some(end + 1),
        ("of", "age") => Some(end + 2),
        _ => None,
    }
}

/// Ages without a unit: ", 42,", "aged 42", "at the age of 19", "turned 50", "when he was 23", "people over 65".
fn bare_age(atoms: &Atoms<'_>, span: &Range<usize>, numeral: &Numeral, doc: &Doc) -> Option<&'static str> {
    let age = numeral.value >= Decimal::ONE
        && numeral.value <= Decimal::from(115)
        && numeral.value.fract().is_zero()
        && numeral.form != Form::Scaled;
    if !age {
        return None;
    }
    let (start, end) = (span.start, span.end);
    let closes =
        |i: usize| atoms.get(i).is_none_or(|a| matches!(a.text, "," | "." | ")" | ";" | "-" | "–" | "—" | "”" | "\""));
    let after = approximators::before(atoms, start, false).map_or(start, |a| a.start);
    if matches!(atoms.before(start, 1), "aged" | "age" | "ages")
        || atoms.ends_with(start, "age of")
        || atoms.ends_with(start, "ages of")
        || atoms.ends_with(after, "aged")
    {
        return Some("year");
    }
    if atoms.before(start, 1) == "between" && matches!(atoms.before(start, 2), "aged" | "ages") {
        return Some("year");
    }
    let counted = atoms.get(end).is_some_and(|a| a.kind == Kind::Word && doc.tag(a.token).starts_with("NN"));
    if matches!(atoms.before(start, 1), "turned" | "turns" | "turning") && !counted {
        return Some("year");
    }
    let pronoun =
        matches!(atoms.before(start, 2), "he" | "she") && matches!(atoms.before(start, 1), "was" | "is" | "'s");
    if pronoun && (closes(end) || matches!(atoms.lower(end), "when" | "and" | "years")) {
        return Some("year");
    }
    // ", 42," after a name.
    let comma =
        matches!(atoms.before(start, 1), "," | "(") && start >= 2 && numeral.form == Form::Digits && span.len() == 1;
    if comma
        && matches!(atoms.text(end), "," | ")" | "." | "")
        && numeral.value >= Decimal::TWO
        && atoms.is_capital(start - 2)
        && atoms.is_word(start - 2)
    {
        let name = atoms.get(start - 2).map_or(0, |a| a.token);
        let person = matches!(doc.ent_type(name), "PERSON" | "") || doc.ent_type(name) == "ORG";
        let parenthesis = atoms.before(start, 1) == "(" && atoms.text(end) != ")";
        if person
            && matches!(doc.tag(name), "NNP" | "NNPS")
            && !parenthesis
            && !(atoms.text(end) == "." && doc.ent_type(name) != "PERSON")
        {
            return Some("year");
        }
    }
    // "The full-back, 24, has", "a schoolteacher, 31, from": after the noun of one person.
    if comma
        && atoms.before(start, 1) == ","
        && atoms.text(end) == ","
        && numeral.value >= Decimal::from(10)
        && is_one_person(atoms, start - 2, doc)
        && atoms.get(end + 1).is_some_and(|a| {
            matches!(doc.tag(a.token), "VBD" | "VBZ" | "MD" | "WP" | "VBN") || matches!(a.lower.as_ref(), "from" | "of")
        })
    {
        return Some("year");
    }
    // "people over 65", "children under five".
    if matches!(atoms.before(start, 1), "over" | "under" | "above" | "below")
        && closes(end)
        && matches!(
            atoms.before(start, 2),
            "people"
                | "adults"
                | "men"
                | "women"
                | "children"
                | "those"
                | "anyone"
                | "kids"
                | "voters"
                | "residents"
                | "everyone"
                | "patients"
        )
    {
        return Some("year");
    }
    // "raise the retirement age from 62 to 64".
    let of_age = (1..=8)
        .map_while(|back| start.checked_sub(back))
        .take_while(|&j| !matches!(atoms.text(j), "." | ";" | ","))
        .any(|j| {
            atoms.lower(j) == "age"
                && matches!(
                    atoms.before(j, 1),
                    "retirement" | "pension" | "minimum" | "voting" | "average" | "median" | "drinking" | "legal"
                )
        });
    (of_age && !counted).then_some("year")
}

/// True for a singular common noun with a person's ending or one of the words that wires use for people.
fn is_one_person(atoms: &Atoms<'_>, i: usize, doc: &Doc) -> bool {
    const ENDINGS: [&str; 11] = ["er", "or", "ist", "ian", "man", "woman", "ant", "ee", "ress", "back", "cian"];
    const OTHERS: [&str; 25] = [
        "boy",
        "girl",
        "mother",
        "captain",
        "suspect",
        "victim",
        "nurse",
        "pilot",
        "coach",
        "student",
        "chief",
        "star",
        "judge",
        "spouse",
        "wife",
        "husband",
        "lawmaker",
        "resident",
        "recruit",
        "champion",
        "president",
        "native",
        "back",
        "forward",
        "keeper",
    ];
    const THINGS: [&str; 12] = [
        "number", "order", "factor", "answer", "chapter", "letter", "register", "error", "floor", "door", "corner",
        "counter",
    ];
    let noun = atoms.lower(i);
    let tagged = atoms.get(i).is_some_and(|a| doc.tag(a.token) == "NN");
    tagged
        && !THINGS.contains(&noun)
        && (OTHERS.contains(&noun) || ENDINGS.iter().any(|e| noun.len() > e.len() + 1 && noun.ends_with(e)))
}

fn is_magnitude(atoms: &Atoms<'_>, start: usize, end: usize) -> bool {
    let before = atoms.before(start, 1);
    before == "magnitude"
        || (atoms.is_dash(start.wrapping_sub(1)) && atoms.before(start, 2) == "magnitude")
        || atoms.ends_with(start, "magnitude of")
        || atoms.lower(end) == "magnitude"
        || (atoms.is_dash(end) && atoms.lower(end + 1) == "magnitude")
}

/// "threefold" in one word.
fn fold_word(atoms: &Atoms<'_>, i: usize) -> Option<Candidate> {
    let times = small_word(atoms.lower(i).strip_suffix("fold")?).filter(|times| (2..=10).contains(times))?;
    let approx = approximators::before(atoms, i, false);
    Some(Candidate {
        span: i..i + 1,
        start: approx.map_or(i, |a| a.start),
        end: i + 1,
        low: Decimal::from(times),
        high: None,
        approx: approx.map(|a| a.kind),
        unit: Some("time".to_owned()),
        currency: None,
        per: None,
        class: Class::Measure,
        noun: i + 1..i + 1,
    })
}

/// "10-fold", "10 fold".
fn fold(atoms: &Atoms<'_>, end: usize) -> Option<usize> {
    if atoms.lower(end) == "fold" {
        return Some(end + 1);
    }
    (atoms.is_dash(end) && atoms.lower(end + 1) == "fold").then_some(end + 2)
}

/// "27-nation", "12-storey", "5,000-strong". None in the outer option: no quantity at all ("three-way", "four-star").
#[allow(clippy::option_option)]
fn hyphenated(atoms: &Atoms<'_>, end: usize, doc: &Doc) -> Option<Option<(String, usize)>> {
    if !(atoms.is_dash(end) && atoms.glued(end) && atoms.glued(end + 1) && atoms.is_word(end + 1)) {
        return Some(None);
    }
    let word = atoms.lower(end + 1);
    if matches!(
        word,
        "way"
            | "wheel"
            | "faced"
            | "dimensional"
            | "sided"
            | "step"
            | "pronged"
            | "tier"
            | "tiered"
            | "up"
            | "down"
            | "handed"
            | "star"
            | "time"
            | "fold"
            | "something"
            | "on"
            | "off"
            | "stop"
            | "thirds"
            | "hit"
            | "in"
            | "out"
            | "under"
            | "over"
            | "sum"
            | "tolerance"
            | "carbon"
            | "emission"
            | "emissions"
            | "d"
            | "g"
            | "x"
    ) {
        return None;
    }
    if word == "strong" || word == "odd" || word == "plus" {
        return Some(counted(atoms, &(end..end + 2), doc).map(|c| (c.unit, c.noun.end)));
    }
    Some(Some((word.to_owned(), end + 2)))
}

/// "no one", "one another", "one of them", "one thing": the pronoun.
fn is_pronoun_one(atoms: &Atoms<'_>, start: usize, end: usize, unit: Option<&str>) -> bool {
    matches!(atoms.before(start, 1), "no" | "any" | "every" | "some" | "this" | "that" | "the" | "each" | "another")
        || matches!(
            atoms.lower(start + 1),
            "another"
                | "of"
                | "such"
                | "more"
                | "last"
                | "is"
                | "was"
                | "has"
                | "who"
                | "that"
                | "to"
                | "by"
                | "or"
                | "and"
        )
        || (end <= start + 1 && unit.is_none())
        || matches!(unit, Some("thing" | "way" | "side" | "reason" | "point" | "example" | "hand" | "day" | "step"))
        || (atoms.is_dash(start + 1) && !matches!(atoms.lower(start + 2), "person" | "member" | "bedroom"))
}

/// "per day", "an hour", "a barrel", "/year", "a share" after the quantity or after the noun it counts and its "of" phrase.
fn rate(atoms: &Atoms<'_>, end: usize, noun: &Range<usize>) -> Option<(String, usize)> {
    let mut at = end;
    // "3.2 million barrels of crude per day", "25,000 vehicles a day".
    for _ in 0..5 {
        let word = atoms.lower(at);
        let opens = match word {
            "per" => per_unit(atoms, at + 1),
            "a" | "an" | "each" | "every" | "any" if !(word == "any") => {
                per_unit(atoms, at + 1).filter(|(_, after)| is_rate(atoms, at, *after))
            }
            "/" if atoms.glued(at) && atoms.glued(at + 1) => per_unit(atoms, at + 1),
            "-" if atoms.glued(at) && matches!(atoms.lower(at + 1), "a" | "an" | "per") && atoms.is_dash(at + 2) => {
                per_unit(atoms, at + 3)
            }
            "annually" | "yearly" => return Some(("year".to_owned(), at + 1)),
            "daily" => return Some(("day".to_owned(), at + 1)),
            "monthly" => return Some(("month".to_owned(), at + 1)),
            "weekly" => return Some(("week".to_owned(), at + 1)),
            "hourly" => return Some(("hour".to_owned(), at + 1)),
            _ => None,
        };
        if opens.is_some() {
            return opens;
        }
        // Over "of crude" only.
        let of = word == "of" && atoms.is_word(at + 1);
        let after_of = at > end && atoms.is_word(at) && atoms.lower(end) == "of" && at <= end + 4 && !is_break(word);
        if !(of || after_of) {
            return None;
        }
        at += 1;
    }
    let _ = noun;
    None
}

fn is_break(word: &str) -> bool {
    matches!(
        word,
        "in" | "on"
            | "for"
            | "to"
            | "by"
            | "from"
            | "and"
            | "with"
            | "at"
            | "after"
            | "since"
            | "as"
            | "was"
            | "were"
            | "is"
            | "are"
            | "that"
            | "which"
            | "who"
    )
}

/// "$5 a share" but not "a year ago", "a day after", "each side".
fn is_rate(atoms: &Atoms<'_>, article: usize, after: usize) -> bool {
    if matches!(atoms.lower(article), "a" | "an")
        && matches!(atoms.lower(after), "ago" | "earlier" | "later" | "before" | "after" | "old" | "of" | "long")
    {
        return false;
    }
    // "a man", "a child", "a car": nouns that begin another phrase more often than a rate.
    let doubtful = matches!(
        atoms.lower(after - 1),
        "man"
            | "woman"
            | "child"
            | "family"
            | "car"
            | "worker"
            | "student"
            | "passenger"
            | "game"
            | "match"
            | "room"
            | "trip"
            | "visit"
            | "user"
            | "vehicle"
            | "customer"
            | "voter"
            | "container"
            | "second"
            | "foot"
            | "quarter"
    );
    !(doubtful && matches!(atoms.lower(article), "a" | "an")) && !(atoms.is_dash(after) && atoms.glued(after))
}

fn to_the_dollar(atoms: &Atoms<'_>, end: usize) -> bool {
    [
        "to the dollar",
        "against the dollar",
        "to the u.s. dollar",
        "against the u.s. dollar",
        "to the us dollar",
        "per u.s. dollar",
    ]
    .iter()
    .any(|words| atoms.matches(end, words))
}

/// The last currency named before atom `start`.
fn currency_spoken_of(atoms: &Atoms<'_>, start: usize, country: Country) -> Option<&'static str> {
    (start.saturating_sub(20)..start).rev().find_map(|j| {
        let (money, _) = currency::by_name(atoms, j, country)?;
        (atoms.is_word(j) && !money.minor && money.code != "USD" && atoms.lower(j).len() > 2).then_some(money.code)
    })
}

/// Atoms that may lie between an amount of money and a number that leaves its currency out.
const ELIDED_WITHIN: usize = 14;

/// "paid 38 million euros for the winger and wants at least 50 million": a scaled number that counts nothing takes the currency
/// of the amount before it.
fn share_currencies(atoms: &Atoms<'_>, doc: &Doc, found: &mut [Candidate]) {
    let scaled = |c: &Candidate| {
        c.span.clone().any(|k| matches!(atoms.lower(k), "million" | "billion" | "trillion" | "bn" | "m" | "tn"))
    };
    for i in 1..found.len() {
        let (before, rest) = found.split_at_mut(i);
        let (money, bare) = (&before[i - 1], &mut rest[0]);
        let gap = money.end.min(bare.start)..bare.start;
        let token = |at: usize| atoms.get(at).map(|a| a.token);
        let one_sentence =
            token(money.span.start).zip(token(bare.span.start)).is_some_and(|(a, b)| doc.sent(a) == doc.sent(b));
        let alone = atoms.get(bare.end).is_none_or(|a| {
            a.kind == Kind::Symbol
                || matches!(a.lower.as_ref(), "and" | "or" | "but" | "in" | "from" | "to" | "by" | "after")
        });
        if bare.class == Class::Count
            && bare.unit.is_none()
            && money.class == Class::Money
            && money.per.is_none()
            && scaled(money)
            && scaled(bare)
            && one_sentence
            && alone
            && gap.len() <= ELIDED_WITHIN
            && !matches!(atoms.before(bare.start, 1), "of" | "for" | "by")
        {
            bare.class = Class::Money;
            bare.currency = money.currency;
        }
    }
}

/// "300 flights on Monday and 150 on Tuesday", "312 votes to 118": a bare number takes the unit of its neighbour.
fn share_units(atoms: &Atoms<'_>, found: &mut [Candidate]) {
    for i in 0..found.len() {
        if found[i].class != Class::Count || found[i].unit.is_some() {
            continue;
        }
        let bare = |word: &str| {
            matches!(
                word,
                "" | "."
                    | ","
                    | ";"
                    | ")"
                    | "on"
                    | "in"
                    | "from"
                    | "at"
                    | "last"
                    | "and"
                    | "to"
                    | "a"
                    | "for"
                    | "the"
                    | "against"
                    | "with"
                    | "during"
                    | "by"
                    | "were"
                    | "—"
                    | "-"
            )
        };
        if !bare(atoms.lower(found[i].end)) {
            continue;
        }
        let start = found[i].start;
        let backward = i.checked_sub(1).map(|j| &found[j]).filter(|p| {
            let gap = p.end.min(start)..start;
            p.class == Class::Count
                && gap.len() <= 6
                && gap.clone().any(|k| matches!(atoms.lower(k), "and" | "to" | "from" | "or" | "," | "but"))
                && gap.clone().all(|k| !matches!(atoms.text(k), "." | ";"))
        });
        // "from 1,204 to 987 cases"
        let forward = found.get(i + 1).filter(|n| {
            let gap = found[i].end.min(n.start)..n.start;
            n.class == Class::Count
                && gap.len() <= 2
                && gap.clone().all(|k| matches!(atoms.lower(k), "to" | "and" | "or"))
        });
        let unit = forward.and_then(|n| n.unit.clone()).or_else(|| backward.and_then(|p| p.unit.clone()));
        found[i].unit = unit;
    }
}
