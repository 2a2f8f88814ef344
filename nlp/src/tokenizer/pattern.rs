//! The small part of regular expressions that spaCy's punctuation rules use, compiled to scanners: alternatives of literals, character
//! classes and runs of dots, with look-behind and look-ahead over classes. A look costs a table access, not a regex run.

/// A set of characters.
#[derive(Debug, Clone, Default)]
pub(super) struct CharSet {
    ascii: u128,
    /// Ranges outside ASCII, sorted, both ends included.
    ranges: Vec<(char, char)>,
}

impl CharSet {
    fn from_ranges(mut ranges: Vec<(char, char)>) -> Self {
        let mut set = Self::default();
        for &(low, high) in &ranges {
            for c in (0u8..128).map(char::from).filter(|c| (low..=high).contains(c)) {
                set.ascii |= 1 << u32::from(c);
            }
        }
        ranges.retain(|&(_, high)| !high.is_ascii());
        ranges.sort_unstable();
        for (low, high) in ranges {
            match set.ranges.last_mut() {
                Some(last) if low <= last.1 => last.1 = last.1.max(high),
                _ => set.ranges.push((low, high)),
            }
        }
        set
    }

    pub(super) fn contains(&self, c: char) -> bool {
        if c.is_ascii() {
            return self.ascii >> u32::from(c) & 1 == 1;
        }
        let after = self.ranges.partition_point(|&(low, _)| low <= c);
        after > 0 && c <= self.ranges[after - 1].1
    }

    fn add(&mut self, other: &Self) {
        let ascii = self.ascii | other.ascii;
        let ranges = self.ranges.iter().chain(&other.ranges).copied().collect();
        *self = Self::from_ranges(ranges);
        self.ascii |= ascii;
    }

    fn one(c: char) -> Self {
        Self::from_ranges(vec![(c, c)])
    }
}

#[derive(Debug)]
enum Body {
    Literals(Vec<String>),
    Class(CharSet),
    /// `\.\.+`
    Dots,
}

#[derive(Debug)]
struct Alternative {
    /// Classes of the characters before, in text order.
    behind: Vec<CharSet>,
    body: Body,
    /// Class of the character after; true: it must be in it, false: it must not.
    ahead: Option<(bool, CharSet)>,
}

/// A compiled expression: alternatives, tried in order.
#[derive(Debug)]
pub(super) struct Pattern {
    alternatives: Vec<Alternative>,
    /// Characters that a match can begin and end with.
    first: CharSet,
    last: CharSet,
}

impl Pattern {
    /// Compiles `source`; `^` at the start and `$` at the end of alternatives are left out: [`Pattern::prefix`] and
    /// [`Pattern::suffix`] stand for them.
    ///
    /// # Errors
    /// Names the alternative that is beyond this small language.
    pub(super) fn compile(source: &str) -> Result<Self, String> {
        let mut parser = Parser { rest: source };
        let mut alternatives = Vec::new();
        loop {
            let at = parser.rest;
            let alternative = parser.alternative().ok_or_else(|| {
                format!("cannot compile the alternative that starts {:?}", at.chars().take(40).collect::<String>())
            })?;
            alternatives.push(alternative);
            if !parser.eat("|") {
                break;
            }
        }
        let (mut first, mut last) = (CharSet::default(), CharSet::default());
        for Alternative { body, .. } in &alternatives {
            match body {
                Body::Class(class) => {
                    first.add(class);
                    last.add(class);
                }
                Body::Dots => {
                    first.add(&CharSet::one('.'));
                    last.add(&CharSet::one('.'));
                }
                Body::Literals(literals) => {
                    literals.iter().filter_map(|l| l.chars().next()).for_each(|c| first.add(&CharSet::one(c)));
                    literals.iter().filter_map(|l| l.chars().next_back()).for_each(|c| last.add(&CharSet::one(c)));
                }
            }
        }
        Ok(Self { alternatives, first, last })
    }

    /// Length of the match at the start of `text`, bytes; 0 where there is none. The first alternative that matches wins.
    pub(super) fn prefix(&self, text: &str) -> usize {
        self.at(text, 0)
    }

    /// Length of the match at the end of `text`, bytes; 0 where there is none. The leftmost match wins, so the longest.
    pub(super) fn suffix(&self, text: &str) -> usize {
        if !text.chars().next_back().is_some_and(|c| self.last.contains(c)) {
            return 0;
        }
        self.alternatives.iter().map(|alternative| alternative.suffix(text)).max().unwrap_or(0)
    }

    /// All matches in `text` from left to right, without overlaps: byte ranges.
    pub(super) fn find_all(&self, text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut end = 0;
        for (at, _) in text.char_indices() {
            if at < end {
                continue;
            }
            let length = self.at(text, at);
            if length > 0 {
                end = at + length;
                found.push((at, end));
            }
        }
        found
    }

    fn at(&self, text: &str, at: usize) -> usize {
        if !text[at..].chars().next().is_some_and(|c| self.first.contains(c)) {
            return 0;
        }
        self.alternatives.iter().find_map(|alternative| alternative.at(text, at)).unwrap_or(0)
    }
}

impl Alternative {
    fn at(&self, text: &str, at: usize) -> Option<usize> {
        let (before, rest) = text.split_at(at);
        if !self.follows(before) {
            return None;
        }
        let ahead = |length: &usize| match &self.ahead {
            None => true,
            Some((wanted, class)) => rest[*length..].chars().next().is_some_and(|c| class.contains(c)) == *wanted,
        };
        match &self.body {
            Body::Class(class) => rest.chars().next().filter(|c| class.contains(*c)).map(char::len_utf8).filter(ahead),
            Body::Literals(literals) => {
                literals.iter().filter(|literal| rest.starts_with(literal.as_str())).map(String::len).find(ahead)
            }
            Body::Dots => Some(rest.len() - rest.trim_start_matches('.').len()).filter(|&n| n > 1),
        }
    }

    fn suffix(&self, text: &str) -> usize {
        let fits = |length: &usize| self.follows(&text[..text.len() - length]);
        match &self.body {
            Body::Class(class) => {
                text.chars().next_back().filter(|c| class.contains(*c)).map(char::len_utf8).filter(fits).unwrap_or(0)
            }
            Body::Literals(literals) => {
                let ending = literals.iter().filter(|literal| text.ends_with(literal.as_str()));
                ending.map(String::len).filter(fits).max().unwrap_or(0)
            }
            Body::Dots => Some(text.len() - text.trim_end_matches('.').len()).filter(|&n| n > 1).unwrap_or(0),
        }
    }

    /// The look-behind: `before` ends with one character of each class.
    fn follows(&self, before: &str) -> bool {
        let mut chars = before.chars().rev();
        self.behind.iter().rev().all(|class| chars.next().is_some_and(|c| class.contains(c)))
    }
}

/// Reads Python's syntax.
struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn alternative(&mut self) -> Option<Alternative> {
        self.eat("^");
        let mut behind = Vec::new();
        if self.eat("(?<=") {
            while !self.eat(")") {
                behind.push(self.class_or_char()?);
            }
        }
        let body = if self.eat(r"\.\.+") {
            Body::Dots
        } else if self.eat("(?:") {
            let mut literals = vec![self.literal()?];
            while self.eat("|") {
                literals.push(self.literal()?);
            }
            self.eat(")").then_some(Body::Literals(literals))?
        } else if self.rest.starts_with('[') {
            Body::Class(self.class_or_char()?)
        } else {
            Body::Literals(vec![self.literal()?])
        };
        let wanted = if self.eat("(?=") { Some(true) } else { self.eat("(?!").then_some(false) };
        let ahead = match wanted {
            None => None,
            Some(wanted) => {
                let class = self.class_or_char()?;
                self.eat(")").then_some(Some((wanted, class)))?
            }
        };
        self.eat("$");
        (self.rest.is_empty() || self.rest.starts_with('|')).then_some(Alternative { behind, body, ahead })
    }

    fn literal(&mut self) -> Option<String> {
        let mut literal = String::new();
        while !self.rest.starts_with(['|', ')', '$', '(', '[', '+', '?', '{', '.']) && !self.rest.is_empty() {
            // The first `*` of a list of hyphens is written without escape nowhere: it would repeat.
            if self.rest.starts_with('*') {
                return None;
            }
            literal.push(self.char()?);
        }
        (!literal.is_empty()).then_some(literal)
    }

    fn class_or_char(&mut self) -> Option<CharSet> {
        if !self.eat("[") {
            return Some(CharSet::one(self.char()?));
        }
        if self.rest.starts_with('^') {
            return None;
        }
        let mut ranges = Vec::new();
        while !self.eat("]") {
            let low = self.char()?;
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            let high = if is_range {
                self.eat("-");
                self.char()?
            } else {
                low
            };
            ranges.push((low, high));
        }
        Some(CharSet::from_ranges(ranges))
    }

    /// One character, which may be escaped.
    fn char(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        if c != '\\' {
            self.rest = chars.as_str();
            return Some(c);
        }
        let escaped = chars.next()?;
        let digits = match escaped {
            'u' => 4,
            'U' => 8,
            c if c.is_alphanumeric() => return None,
            c => {
                self.rest = chars.as_str();
                return Some(c);
            }
        };
        let rest = chars.as_str();
        let code = u32::from_str_radix(rest.get(..digits)?, 16).ok()?;
        self.rest = &rest[digits..];
        char::from_u32(code)
    }
}

#[cfg(test)]
mod tests {
    use fancy_regex::Regex;
    use proptest::prelude::*;

    use super::*;
    use crate::tokenizer::affixes::Expressions;
    use crate::weights::Weights;

    #[derive(serde::Deserialize)]
    struct Table {
        #[serde(flatten)]
        expressions: Expressions,
    }

    struct Both {
        pattern: Pattern,
        regex: Regex,
    }

    static BOTH: std::sync::LazyLock<[Both; 3]> = std::sync::LazyLock::new(|| {
        let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/en_core_web_sm/en_core_web_sm.bin"));
        let table: Table = Weights::parse(&file.unwrap()).unwrap().table("tokenizer").unwrap();
        let Expressions { prefix, suffix, infix, .. } = table.expressions;
        [prefix, suffix, infix]
            .map(|source| Both { pattern: Pattern::compile(&source).unwrap(), regex: Regex::new(&source).unwrap() })
    });

    /// The scanners against the expressions that they are compiled from.
    fn check(text: &str) {
        let [prefix, suffix, infix] = &*BOTH;
        let length = |regex: &Regex| regex.find(text).unwrap().map_or(0, |m| m.end() - m.start());
        assert_eq!(prefix.pattern.prefix(text), length(&prefix.regex), "prefix of {text:?}");
        assert_eq!(suffix.pattern.suffix(text), length(&suffix.regex), "suffix of {text:?}");
        let found: Vec<_> = infix.regex.find_iter(text).map(|m| m.unwrap()).map(|m| (m.start(), m.end())).collect();
        assert_eq!(infix.pattern.find_all(text), found, "infixes of {text:?}");
    }

    #[test]
    fn scanners_agree_with_the_expressions_on_written_cases() {
        for text in [
            "$10.1bn",
            "10-15%",
            "U.S.",
            "a--b",
            "x...y",
            "don't",
            "5km²",
            "US$5",
            "+5",
            "+x",
            "..",
            "…",
            "……",
            "rock'n'roll",
            "a,b",
            "A.b",
            "a.B",
            "°C.",
            "5°C.",
            "AB.",
            "1:2",
            "a:b",
            "a/b=c",
            "’s",
            "'S",
            "3.5kg",
            "C$",
            "a——b",
            "-",
            "--",
            "[x]",
            "🙂",
            "e\u{301}.",
        ] {
            check(text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn scanners_agree_with_the_expressions(text in "[a-zA-Z0-9.,:;!?'\"“”‘’()\\[\\]{}<>/=+*^~#$%&_°²€£¥…—–\\-ßéçñжא中あ한🙂\u{301}]{1,12}") {
            check(&text);
        }

        #[test]
        fn scanners_agree_on_any_characters(text in "\\PC{1,6}") {
            check(&text);
        }
    }
}
