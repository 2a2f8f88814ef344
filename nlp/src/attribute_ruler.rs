//! spaCy's attribute ruler (`spacy/pipeline/attributeruler.py`): token patterns over TAG, LOWER, DEP and IS_SPACE that set parts
//! of speech, morphology and a few lemmas. Patterns match the tags and labels that tagger and parser gave; later rules win.

use fancy_regex::Regex;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::Value;

use crate::symbols::{Symbol, Symbols};
use crate::weights::{LoadError, Weights};

/// A token as the ruler sees it.
pub(crate) struct RulerToken<'a> {
    pub(crate) lower: &'a str,
    pub(crate) tag: Symbol,
    pub(crate) dep: Symbol,
    pub(crate) is_space: bool,
}

/// What the rules set; `None` where no rule set anything.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Attributes {
    pub(crate) tag: Option<Symbol>,
    pub(crate) pos: Option<Symbol>,
    pub(crate) morph: Option<Symbol>,
    pub(crate) dep: Option<Symbol>,
    /// Index of [`AttributeRuler::lemma`].
    pub(crate) lemma: Option<u16>,
}

/// The ruler. Rules are looked up by the tag of their first token, or by its lower form, or tried on every token.
pub(crate) struct AttributeRuler {
    rules: Vec<Rule>,
    by_tag: FxHashMap<Symbol, Vec<Entry>>,
    by_lower: FxHashMap<String, Vec<Entry>>,
    always: Vec<Entry>,
    lemmas: Vec<String>,
}

struct Rule {
    patterns: Vec<Vec<TokenPattern>>,
    set: Attributes,
    /// Which token of the match is set.
    index: usize,
}

/// Index of a rule and of one of its patterns.
type Entry = (u16, u16);

#[derive(Default)]
struct TokenPattern {
    tag: Option<OneOf<Symbol>>,
    lower: Option<Lower>,
    dep: Option<OneOf<Symbol>>,
    is_space: Option<bool>,
}

enum OneOf<T> {
    In(Vec<T>),
    NotIn(Vec<T>),
}

enum Lower {
    In(Vec<String>),
    Regex(Box<Regex>),
}

#[derive(Deserialize)]
struct RawRule {
    patterns: Vec<Vec<FxHashMap<String, Value>>>,
    attrs: FxHashMap<String, String>,
    index: usize,
}

impl AttributeRuler {
    pub(crate) fn load(weights: &Weights, symbols: &mut Symbols) -> Result<Self, LoadError> {
        let raw: Vec<RawRule> = weights.table("attribute_ruler")?;
        let mut ruler = Self {
            rules: Vec::new(),
            by_tag: FxHashMap::default(),
            by_lower: FxHashMap::default(),
            always: Vec::new(),
            lemmas: Vec::new(),
        };
        for (number, raw) in raw.into_iter().enumerate() {
            let fail = |detail: String| LoadError::Table { name: format!("attribute_ruler[{number}]"), detail };
            let mut patterns = Vec::new();
            for pattern in &raw.patterns {
                let tokens = pattern.iter().map(|token| TokenPattern::parse(token, symbols));
                patterns.push(tokens.collect::<Result<Vec<_>, _>>().map_err(fail)?);
            }
            if patterns.iter().any(|p| p.len() <= raw.index) {
                return Err(fail(format!("index {} is outside a pattern", raw.index)));
            }
            let mut set = Attributes::default();
            for (name, value) in &raw.attrs {
                // "_" is the empty morphology.
                let mut symbol = || Some(symbols.intern(if value == "_" { "" } else { value }));
                match name.as_str() {
                    "TAG" => set.tag = symbol(),
                    "POS" => set.pos = symbol(),
                    "MORPH" => set.morph = symbol(),
                    "DEP" => set.dep = symbol(),
                    "LEMMA" => {
                        set.lemma = Some(ruler.lemmas.len() as u16);
                        ruler.lemmas.push(value.clone());
                    }
                    _ => return Err(fail(format!("cannot set attribute {name}"))),
                }
            }
            ruler.add(Rule { patterns, set, index: raw.index });
        }
        Ok(ruler)
    }

    fn add(&mut self, rule: Rule) {
        let number = self.rules.len() as u16;
        for (i, pattern) in rule.patterns.iter().enumerate() {
            let entry = (number, i as u16);
            match &pattern[0] {
                TokenPattern { lower: Some(Lower::In(words)), .. } => {
                    words.iter().for_each(|word| self.by_lower.entry(word.clone()).or_default().push(entry));
                }
                TokenPattern { tag: Some(OneOf::In(tags)), .. } => {
                    tags.iter().for_each(|&tag| self.by_tag.entry(tag).or_default().push(entry));
                }
                _ => self.always.push(entry),
            }
        }
        self.rules.push(rule);
    }

    /// A lemma that a rule sets.
    pub(crate) fn lemma(&self, index: u16) -> &str {
        &self.lemmas[usize::from(index)]
    }

    /// Matches all rules and gives what they set, in rule order. `set` has an element for each token.
    pub(crate) fn apply(&self, tokens: &[RulerToken<'_>], matches: &mut Vec<(u16, u32)>, set: &mut Vec<Attributes>) {
        matches.clear();
        for (i, token) in tokens.iter().enumerate() {
            let by_tag = self.by_tag.get(&token.tag).map_or(&[][..], Vec::as_slice);
            let by_lower = self.by_lower.get(token.lower).map_or(&[][..], Vec::as_slice);
            for &(rule, pattern) in by_tag.iter().chain(by_lower).chain(&self.always) {
                let rule_ = &self.rules[usize::from(rule)];
                let pattern = &rule_.patterns[usize::from(pattern)];
                if tokens.len() - i >= pattern.len() && pattern.iter().zip(&tokens[i..]).all(|(p, t)| p.matches(t)) {
                    matches.push((rule, (i + rule_.index) as u32));
                }
            }
        }
        matches.sort_unstable();
        set.clear();
        set.resize(tokens.len(), Attributes::default());
        for &(rule, token) in &*matches {
            let (new, set) = (&self.rules[usize::from(rule)].set, &mut set[token as usize]);
            set.tag = new.tag.or(set.tag);
            set.pos = new.pos.or(set.pos);
            set.morph = new.morph.or(set.morph);
            set.dep = new.dep.or(set.dep);
            set.lemma = new.lemma.or(set.lemma);
        }
    }
}

impl TokenPattern {
    fn parse(raw: &FxHashMap<String, Value>, symbols: &mut Symbols) -> Result<Self, String> {
        let mut pattern = Self::default();
        for (name, value) in raw {
            match name.as_str() {
                "TAG" => pattern.tag = Some(OneOf::parse(value)?.map(symbols)),
                "DEP" => pattern.dep = Some(OneOf::parse(value)?.map(symbols)),
                "LOWER" => pattern.lower = Some(Lower::parse(value)?),
                "IS_SPACE" => pattern.is_space = Some(value.as_bool().ok_or("IS_SPACE must be true or false")?),
                _ => return Err(format!("cannot match on {name}")),
            }
        }
        Ok(pattern)
    }

    fn matches(&self, token: &RulerToken<'_>) -> bool {
        self.tag.as_ref().is_none_or(|tags| tags.holds(token.tag))
            && self.lower.as_ref().is_none_or(|lower| lower.holds(token.lower))
            && self.dep.as_ref().is_none_or(|deps| deps.holds(token.dep))
            && self.is_space.is_none_or(|is_space| is_space == token.is_space)
    }
}

impl OneOf<String> {
    fn parse(value: &Value) -> Result<Self, String> {
        if let Some(text) = value.as_str() {
            return Ok(Self::In(vec![text.to_owned()]));
        }
        let list = |key: &str| value.get(key).and_then(|list| Vec::<String>::deserialize(list).ok());
        let not_in = || list("NOT_IN").map(Self::NotIn);
        list("IN").map(Self::In).or_else(not_in).ok_or_else(|| format!("cannot match on {value}"))
    }

    fn map(self, symbols: &mut Symbols) -> OneOf<Symbol> {
        let mut intern = |list: Vec<String>| list.iter().map(|text| symbols.intern(text)).collect();
        match self {
            Self::In(list) => OneOf::In(intern(list)),
            Self::NotIn(list) => OneOf::NotIn(intern(list)),
        }
    }
}

impl OneOf<Symbol> {
    fn holds(&self, symbol: Symbol) -> bool {
        match self {
            Self::In(list) => list.contains(&symbol),
            Self::NotIn(list) => !list.contains(&symbol),
        }
    }
}

impl Lower {
    fn parse(value: &Value) -> Result<Self, String> {
        if let Some(regex) = value.get("REGEX").and_then(Value::as_str) {
            return Regex::new(regex).map(|r| Self::Regex(Box::new(r))).map_err(|e| e.to_string());
        }
        match OneOf::parse(value)? {
            OneOf::In(words) => Ok(Self::In(words)),
            OneOf::NotIn(_) => Err("LOWER cannot be NOT_IN".to_owned()),
        }
    }

    fn holds(&self, lower: &str) -> bool {
        match self {
            Self::In(words) => words.iter().any(|word| word == lower),
            Self::Regex(regex) => regex.is_match(lower).unwrap_or(false),
        }
    }
}
