//! The word lists of this room, one entry a line in `lexicon/`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::super::lexicon::Lexicon;
use crate::kb::Gender;

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'))
}

static HONORIFICS: LazyLock<HashMap<&'static str, Option<Gender>>> = LazyLock::new(|| {
    lines(include_str!("lexicon/honorifics.txt"))
        .map(|line| match line.split_once(' ') {
            Some((word, "m")) => (word, Some(Gender::Male)),
            Some((word, "f")) => (word, Some(Gender::Female)),
            _ => (line, None),
        })
        .collect()
});

static LEGAL_FORMS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| lines(include_str!("lexicon/legal_forms.txt")).collect());

static PORTFOLIOS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| lines(include_str!("lexicon/portfolios.txt")).collect());

static GENDERED: LazyLock<HashMap<&'static str, Gender>> = LazyLock::new(|| {
    lines(include_str!("lexicon/given_names.txt"))
        .filter_map(|line| {
            let (name, gender) = line.split_once(' ')?;
            Some((name, if gender == "f" { Gender::Female } else { Gender::Male }))
        })
        .collect()
});

static NICKNAMES: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut nicknames: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in lines(include_str!("lexicon/nicknames.txt")) {
        let mut names = line.split(' ');
        if let Some(full) = names.next() {
            nicknames.entry(full).or_default().extend(names);
        }
    }
    nicknames
});

static HYPERNYMS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    lines(include_str!("lexicon/hypernyms.txt"))
        .filter_map(|line| {
            let (noun, names) = line.split_once(':')?;
            Some((noun.trim(), names.split_whitespace().collect()))
        })
        .collect()
});

/// "Mr.", "Dr.", "Sir": a form of address that says nothing of an office.
pub(super) fn is_honorific(word: &str) -> bool {
    HONORIFICS.contains_key(word.trim_end_matches('.').to_lowercase().as_str())
}

/// The gender that a form of address gives away.
pub(super) fn honorific_gender(word: &str) -> Option<Gender> {
    HONORIFICS.get(word.trim_end_matches('.').to_lowercase().as_str()).copied().flatten()
}

/// "secretary", "minister", "coach": a word of a title or role.
pub(super) fn is_title_word(word: &str) -> bool {
    let lower = word.to_lowercase();
    !is_honorific(word) && (Lexicon::get().is_title(&lower) || ROLES.contains(lower.as_str()))
}

static ROLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lines(include_str!("lexicon/roles.txt")).collect());

/// "inc", "corp", "plc": a company's legal form, folded.
pub(super) fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.contains(word)
}

/// "state", "education", "home": what a ministry or secretary is for, folded.
pub(super) fn is_portfolio(word: &str) -> bool {
    PORTFOLIOS.contains(word)
}

/// The gender that a folded given name mostly has.
pub(super) fn given_name_gender(name: &str) -> Option<Gender> {
    GENDERED.get(name).copied()
}

/// True where one folded given name is short for the other ("bill", "william").
pub(super) fn is_nickname(a: &str, b: &str) -> bool {
    let short_of = |full: &str, short: &str| NICKNAMES.get(full).is_some_and(|n| n.contains(&short));
    short_of(a, b) || short_of(b, a)
}

/// What the names of those look like that a common noun may stand for: "ministry" for names with "ministry" in them, "company" for
/// names with a legal form or of type ORG; None where the noun stands for nothing of ours.
pub(super) fn hypernym(noun: &str) -> Option<&'static [&'static str]> {
    HYPERNYMS.get(noun).map(Vec::as_slice)
}

/// The last word of a title that only people have ("President", "Mr."), not one that things have too ("Chief Executive Office").
pub(super) fn is_personal_title(word: &str) -> bool {
    is_title_word(word) || is_honorific(word)
}
