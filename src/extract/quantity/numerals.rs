//! Numerals to decimals: `1,200`, `10.1bn`, `two dozen`, `one and a half million`, `3 1/2`, `two-thirds`.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromStr;

use super::lexer::{Atoms, is_vulgar_fraction};

/// A numeral with its scale word.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numeral {
    /// The value, scale word multiplied in.
    pub(crate) value: Decimal,
    /// The scale word's value, 1 where there is none: "2 to 3 million" shares it.
    pub(crate) scale: Decimal,
    /// First atom after it.
    pub(crate) end: usize,
    /// What it was written like.
    pub(crate) form: Form,
}

/// How a numeral is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Digits only.
    Digits,
    /// Digits with a scale word or letter.
    Scaled,
    /// Words.
    Words,
    /// A part of a whole: `half`, `two-thirds`.
    Fraction,
    /// The word `one` alone, which is a pronoun more often than a number.
    One,
}

/// The numeral that starts at atom `i`. Ordinals, plural scale words ("thousands") and numbers grown into a name ("F-16") are none.
pub(crate) fn numeral(atoms: &Atoms<'_>, i: usize) -> Option<Numeral> {
    if atoms.is_number(i) { digits(atoms, i) } else { words(atoms, i) }
}

/// The value of digits as written, group separators dropped.
pub(crate) fn parse_digits(text: &str) -> Option<Decimal> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && is_vulgar_fraction(c)
    {
        return vulgar_fraction(c);
    }
    let plain: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    // Decimal holds 28 digits; longer strings of digits are no quantities.
    if plain.len() > 20 { None } else { Decimal::from_str(&plain).ok() }
}

fn vulgar_fraction(c: char) -> Option<Decimal> {
    Some(match c {
        '½' => ratio(1, 2),
        '¼' => ratio(1, 4),
        '¾' => ratio(3, 4),
        '⅓' => ratio(1, 3),
        '⅔' => ratio(2, 3),
        '⅛' => ratio(1, 8),
        _ => return None,
    })
}

/// A ratio to four decimals: 2/3 is 0.6667.
pub(crate) fn ratio(numerator: i64, denominator: i64) -> Decimal {
    (Decimal::from(numerator) / Decimal::from(denominator)).round_dp(4)
}

fn digits(atoms: &Atoms<'_>, i: usize) -> Option<Numeral> {
    let mut value = parse_digits(atoms.text(i))?;
    let mut end = i + 1;
    if is_ordinal_suffix(atoms, end) {
        return None;
    }
    let mut form = Form::Digits;
    if let Some((fraction, after)) = mixed_fraction(atoms, end) {
        value += fraction;
        end = after;
    } else if atoms.text(end) == "/" && atoms.glued(end) && atoms.glued(end + 1) {
        // 1/2; other denominators ("9/11", "24/7") are names and dates more often than fractions.
        let denominator = parse_digits(atoms.text(end + 1))?;
        let simple = matches!(atoms.text(end + 1), "2" | "3" | "4" | "5" | "8" | "10");
        if !simple || value >= denominator || value.is_zero() || atoms.text(end + 2) == "/" {
            return None;
        }
        return Some(Numeral {
            value: (value / denominator).round_dp(4),
            scale: Decimal::ONE,
            end: end + 2,
            form: Form::Fraction,
        });
    }
    let mut scale = Decimal::ONE;
    while let Some((factor, after)) = scale_word(atoms, end, ScaleContext::AfterDigits) {
        scale = scale.checked_mul(factor)?;
        end = after;
        form = Form::Scaled;
    }
    if scale != Decimal::ONE && atoms.matches(end, "and a half") {
        value += ratio(1, 2);
        end += 3;
    }
    Some(Numeral { value: value.checked_mul(scale)?, scale, end, form })
}

/// "½", "1/2" or "and a half" after a whole number.
fn mixed_fraction(atoms: &Atoms<'_>, i: usize) -> Option<(Decimal, usize)> {
    if let Some(c) = atoms.text(i).chars().next()
        && is_vulgar_fraction(c)
    {
        return Some((vulgar_fraction(c)?, i + 1));
    }
    if atoms.is_number(i)
        && atoms.text(i + 1) == "/"
        && atoms.glued(i + 1)
        && matches!(atoms.text(i + 2), "2" | "4" | "8")
    {
        let top = parse_digits(atoms.text(i))?;
        let bottom = parse_digits(atoms.text(i + 2))?;
        return (top < bottom).then(|| ((top / bottom).round_dp(4), i + 3));
    }
    and_a_half(atoms, i)
}

fn and_a_half(atoms: &Atoms<'_>, i: usize) -> Option<(Decimal, usize)> {
    if atoms.matches(i, "and a half") {
        return Some((ratio(1, 2), i + 3));
    }
    if atoms.is_dash(i) && atoms.lower(i + 1) == "and" && atoms.lower(i + 3) == "a" && atoms.lower(i + 5) == "half" {
        return Some((ratio(1, 2), i + 6));
    }
    (atoms.matches(i, "and three quarters")).then(|| (ratio(3, 4), i + 3))
}

fn is_ordinal_suffix(atoms: &Atoms<'_>, i: usize) -> bool {
    atoms.glued(i) && matches!(atoms.lower(i), "st" | "nd" | "rd" | "th" | "s")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScaleContext {
    AfterDigits,
    AfterWords,
}

fn scale_word(atoms: &Atoms<'_>, i: usize, context: ScaleContext) -> Option<(Decimal, usize)> {
    // "10-million": the hyphen joins number and scale.
    let at = if atoms.is_dash(i) && atoms.glued(i) && atoms.glued(i + 1) { i + 1 } else { i };
    let factor: i64 = match atoms.lower(at) {
        "hundred" => 100,
        "thousand" => 1_000,
        "million" | "mln" => 1_000_000,
        "billion" | "bln" => 1_000_000_000,
        "trillion" | "trln" => 1_000_000_000_000,
        "quadrillion" => 1_000_000_000_000_000,
        "lakh" | "lakhs" => 100_000,
        "crore" | "crores" => 10_000_000,
        "dozen" => 12,
        _ if context == ScaleContext::AfterWords || !atoms.glued(at) || at != i => return None,
        "bn" | "b" => 1_000_000_000,
        "mn" => 1_000_000,
        "m" if !is_metres(atoms, i) => 1_000_000,
        "k" => 1_000,
        "tn" | "trn" => 1_000_000_000_000,
        _ => return None,
    };
    Some((Decimal::from(factor), at + 1))
}

/// A glued "m" is a million after a currency sign and before a counted noun, else metres: "$2m", "10m people", "a 100m race".
fn is_metres(atoms: &Atoms<'_>, m: usize) -> bool {
    let before_number = m.checked_sub(2);
    let after_currency = before_number.is_some_and(|j| {
        let sign = atoms.text(j);
        super::currency::is_symbol(sign)
            || super::currency::is_code(sign)
            || matches!(sign, "Rs" | "to" | "and" | "–" | "-")
    });
    let counted = atoms.is_word(m + 1) && {
        let next = atoms.lower(m + 1);
        super::currency::by_name(atoms, m + 1, None).is_some()
            || next == "people"
            || (next.ends_with('s')
                && !matches!(
                    next,
                    "metres" | "freestyles" | "is" | "was" | "has" | "butterfly" | "as" | "this" | "across"
                ))
    };
    !(after_currency || counted)
}

/// Value of a number word below one hundred that can stand alone.
pub(super) fn small_word(word: &str) -> Option<i64> {
    Some(match word {
        "zero" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        _ => return None,
    })
}

fn tens_word(word: &str) -> Option<i64> {
    Some(match word {
        "twenty" => 20,
        "thirty" => 30,
        "forty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

fn words(atoms: &Atoms<'_>, i: usize) -> Option<Numeral> {
    fraction_words(atoms, i).or_else(|| cardinal_words(atoms, i))
}

fn fraction_numeral(value: Decimal, end: usize) -> Numeral {
    Numeral { value, scale: Decimal::ONE, end, form: Form::Fraction }
}

/// "half", "a third", "two-thirds", "three quarters", and "half a million".
fn fraction_words(atoms: &Atoms<'_>, i: usize) -> Option<Numeral> {
    if atoms.lower(i) == "half" {
        if matches!(atoms.lower(i + 1), "a" | "an") {
            // "half a million", "half a dozen", "half a percentage point", "half an hour".
            return match scale_word(atoms, i + 2, ScaleContext::AfterWords) {
                Some((factor, end)) => {
                    Some(Numeral { value: factor / Decimal::TWO, scale: factor, end, form: Form::Words })
                }
                None => Some(fraction_numeral(ratio(1, 2), i + 2)),
            };
        }
        if atoms.lower(i + 1) == "dozen" {
            return Some(Numeral { value: Decimal::from(6), scale: Decimal::from(12), end: i + 2, form: Form::Words });
        }
        let ordinal = matches!(
            atoms.before(i, 1),
            "first"
                | "second"
                | "other"
                | "latter"
                | "opening"
                | "better"
                | "1"
                | "2"
                | "st"
                | "nd"
                | "the"
                | "this"
                | "last"
                | "final"
                | "each"
                | "'s"
        ) || (atoms.is_dash(i + 1) && atoms.glued(i + 1));
        let of_whole = matches!(
            atoms.lower(i + 1),
            "of" | "the"
                | "its"
                | "his"
                | "her"
                | "their"
                | "our"
                | "those"
                | "that"
                | "these"
                | "all"
                | "this"
                | "what"
                | "as"
                | "were"
                | "are"
                | "said"
                | "said,"
        ) || atoms.lower(i + 1).is_empty()
            || !atoms.is_word(i + 1)
            || super::currency::is_symbol(atoms.text(i + 1));
        return (!ordinal && of_whole && !atoms.glued(i)).then(|| fraction_numeral(ratio(1, 2), i + 1));
    }
    // The numerator: "a", "one", "two", ...
    let (numerator, at) = match atoms.lower(i) {
        "a" | "an" => (1, i + 1),
        word => (small_word(word).filter(|n| (1..=9).contains(n))?, i + 1),
    };
    let hyphen = atoms.is_dash(at) && atoms.glued(at) && atoms.glued(at + 1);
    let at = if hyphen { at + 1 } else { at };
    let denominator = match (atoms.lower(at), numerator) {
        ("half", 1) => 2,
        ("third", 1) | ("thirds", 2..) => 3,
        ("quarter", 1) | ("quarters", 2..) => 4,
        ("fifth", 1) | ("fifths", 2..) => 5,
        ("sixth", 1) | ("sixths", 2..) => 6,
        ("seventh", 1) | ("sevenths", 2..) => 7,
        ("eighth", 1) | ("eighths", 2..) => 8,
        ("ninth", 1) | ("ninths", 2..) => 9,
        ("tenth", 1) | ("tenths", 2..) => 10,
        _ => return None,
    };
    if numerator >= denominator {
        return None;
    }
    // "a third man", "a quarter ago", "three quarters of growth" (time) are no fractions.
    let next = atoms.lower(at + 1);
    let noun_follows = atoms.is_word(at + 1) && !is_after_fraction(next);
    let bare_article = !hyphen && numerator == 1 && matches!(atoms.lower(i), "a" | "an");
    let by = matches!(
        atoms.before(i, 1),
        "by" | "almost"
            | "nearly"
            | "about"
            | "roughly"
            | "around"
            | "than"
            | "only"
            | "over"
            | "just"
            | "to"
            | "lost"
            | "approximately"
            | "and"
    );
    if next == "-" && atoms.glued(at + 1) {
        return None;
    }
    if denominator == 4 && numerator > 1 && !matches!(next, "of") && !hyphen {
        return None;
    }
    if (noun_follows && !hyphen) || (bare_article && !by && next != "of" && !is_after_fraction(next)) {
        return None;
    }
    if bare_article && atoms.matches(at + 1, "of growth") {
        return None;
    }
    Some(fraction_numeral(ratio(numerator, denominator), at + 1))
}

/// Words that follow a fraction of something: "a third of", "a third more", "a fifth to".
fn is_after_fraction(word: &str) -> bool {
    matches!(
        word,
        "of" | "more"
            | "less"
            | "fewer"
            | "higher"
            | "lower"
            | "larger"
            | "smaller"
            | "the"
            | "to"
            | "in"
            | "since"
            | "from"
            | "on"
            | "by"
            | "majority"
            | "over"
            | "last"
            | "this"
            | "and"
            | "were"
            | "are"
            | "said"
            | "have"
            | "as"
            | "during"
            | "compared"
            | "between"
            | "after"
    )
}

/// "twenty-five", "two hundred and six", "a hundred thousand", "one and a half million", "a dozen".
fn cardinal_words(atoms: &Atoms<'_>, i: usize) -> Option<Numeral> {
    if matches!(atoms.lower(i), "a" | "an" | "dozen" | "million" | "billion") {
        let article = matches!(atoms.lower(i), "a" | "an");
        let at = if article { i + 1 } else { i };
        if !article && atoms.lower(i) != "dozen" {
            return None;
        }
        let (mut scale, mut end) = scale_word(atoms, at, ScaleContext::AfterWords)?;
        while let Some((factor, after)) = scale_word(atoms, end, ScaleContext::AfterWords) {
            scale = scale.checked_mul(factor)?;
            end = after;
        }
        let mut value = scale;
        if atoms.matches(end, "and a half") {
            value = scale * Decimal::new(15, 1);
            end += 3;
        }
        return Some(Numeral { value, scale, end, form: Form::Words });
    }
    let (first, mut end) = below_hundred(atoms, i)?;
    let mut current = Decimal::from(first);
    let mut total = Decimal::ZERO;
    let mut last_scale = Decimal::ONE;
    if let Some((fraction, after)) = and_a_half(atoms, end) {
        current += fraction;
        end = after;
    }
    loop {
        if let Some((factor, after)) = scale_word(atoms, end, ScaleContext::AfterWords) {
            if factor == Decimal::ONE_HUNDRED {
                current = current.checked_mul(factor)?;
            } else {
                total += current.checked_mul(factor)?;
                current = Decimal::ZERO;
            }
            last_scale = factor;
            end = after;
            continue;
        }
        // "two hundred and six", "one thousand five hundred".
        let at = if atoms.lower(end) == "and" && last_scale != Decimal::ONE { end + 1 } else { end };
        if last_scale != Decimal::ONE
            && let Some((more, after)) = below_hundred(atoms, at)
            && (at == end || last_scale == Decimal::ONE_HUNDRED)
            && Decimal::from(more) < last_scale
        {
            current += Decimal::from(more);
            last_scale = Decimal::ONE;
            end = after;
            continue;
        }
        break;
    }
    let value = total.checked_add(current)?;
    if is_plural_scale(atoms.lower(end))
        || (atoms.is_dash(end) && atoms.glued(end) && is_plural_scale(atoms.lower(end + 1)))
    {
        return None;
    }
    let form = if end == i + 1 && first == 1 { Form::One } else { Form::Words };
    Some(Numeral { value, scale: last_scale, end, form })
}

fn is_plural_scale(word: &str) -> bool {
    matches!(word, "hundreds" | "thousands" | "millions" | "billions" | "trillions" | "dozens")
}

fn below_hundred(atoms: &Atoms<'_>, i: usize) -> Option<(i64, usize)> {
    if let Some(tens) = tens_word(atoms.lower(i)) {
        let hyphen = atoms.is_dash(i + 1) && atoms.glued(i + 1) && atoms.glued(i + 2);
        let at = if hyphen { i + 2 } else { i + 1 };
        return match small_word(atoms.lower(at)) {
            Some(unit @ 1..=9) => Some((tens + unit, at + 1)),
            _ if hyphen && is_ordinal_word(atoms.lower(at)) => None,
            _ => Some((tens, i + 1)),
        };
    }
    small_word(atoms.lower(i)).map(|n| (n, i + 1))
}

/// Value of an ordinal word or of digits with a suffix is not a quantity, but times read them: "the third quarter", "the 15th".
pub(crate) fn ordinal(atoms: &Atoms<'_>, i: usize) -> Option<(i64, usize)> {
    if atoms.is_number(i) && atoms.glued(i + 1) && matches!(atoms.lower(i + 1), "st" | "nd" | "rd" | "th") {
        return Some((atoms.text(i).parse().ok()?, i + 2));
    }
    if let Some(tens) = tens_word(atoms.lower(i))
        && atoms.is_dash(i + 1)
        && let Some(unit @ 1..=9) = ordinal_word(atoms.lower(i + 2))
    {
        return Some((tens + unit, i + 3));
    }
    ordinal_word(atoms.lower(i)).map(|n| (n, i + 1))
}

fn is_ordinal_word(word: &str) -> bool {
    ordinal_word(word).is_some()
}

fn ordinal_word(word: &str) -> Option<i64> {
    Some(match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" => 4,
        "fifth" => 5,
        "sixth" => 6,
        "seventh" => 7,
        "eighth" => 8,
        "ninth" => 9,
        "tenth" => 10,
        "eleventh" => 11,
        "twelfth" => 12,
        "thirteenth" => 13,
        "fourteenth" => 14,
        "fifteenth" => 15,
        "sixteenth" => 16,
        "seventeenth" => 17,
        "eighteenth" => 18,
        "nineteenth" => 19,
        "twentieth" => 20,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let atoms = Atoms::of_text(text);
        let found = numeral(&atoms, 0).map_or("none".to_owned(), |n| n.value.normalize().to_string());
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn digits_are_read_in_full() {
        check("1,200 people", "1200");
        check("10.1 billion", "10100000000");
        check("10.1bn euros", "10100000000");
        check("1,20,000 rupees", "120000");
        check("450 crore", "4500000000");
        check("2 lakh crore", "2000000000000");
        check("3 1/2 years", "3.5");
        check("3½ years", "3.5");
        check("2.5-million", "2500000");
        check("12 dozen", "144");
    }

    #[test]
    fn words_are_read_in_full() {
        check("twenty-five", "25");
        check("two hundred and six people", "206");
        check("a hundred thousand", "100000");
        check("two dozen", "24");
        check("a dozen", "12");
        check("half a dozen", "6");
        check("half a million", "500000");
        check("one and a half million dollars", "1500000");
        check("a million and a half", "1500000");
        check("three thousand five hundred", "3500");
        check("Thirty-five people", "35");
    }

    #[test]
    fn fractions_are_parts_of_one() {
        check("two-thirds of lawmakers", "0.6667");
        check("a quarter of them", "0.25");
        check("half of voters", "0.5");
        check("three quarters of voters", "0.75");
        check("1/2 of it", "0.5");
    }

    #[test]
    fn ordinals_and_vague_numbers_are_no_numerals() {
        check("19th century", "none");
        check("third man", "none");
        check("a third term", "none");
        check("thousands of people", "none");
        check("9/11 attacks", "none");
        check("twenty-first century", "none");
        check("1970s", "none");
    }
}
