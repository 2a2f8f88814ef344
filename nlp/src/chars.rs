//! Python's character classes, which spaCy's attributes are made with; Rust's own differ on marks and numerals.

use std::sync::LazyLock;

use fancy_regex::Regex;

static LETTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{L}$").expect("a constant expression"));
static DECIMAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{Nd}$").expect("a constant expression"));

fn matches(regex: &Regex, c: char) -> bool {
    regex.is_match(c.encode_utf8(&mut [0; 4])).expect("one character needs no backtracking")
}

/// `str.isspace`: Unicode white space and the four separators U+001C to U+001F.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// `str.isalpha` of one character: general category L.
pub(crate) fn is_alpha(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { matches(&LETTER, c) }
}

/// `str.isdigit` of one character: general category Nd, and superscript, subscript and circled digits.
pub(crate) fn is_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉' | '①'..='⑨') || matches(&DECIMAL, c)
}
