//! Which entry a name means: candidates by name, scored by what speaks for and against each, and a margin under which nothing is said.
//!
//! | sign | worth |
//! | --- | --- |
//! | how well known it is (`prior`) | 0 to 1 |
//! | the name is its own / an alias / with a part left out / spelt otherwise / the family name alone | 0.10 / 0.08 / 0.06 / 0.04 / 0 |
//! | each further name of the document's chain that fits | 0.10 |
//! | the type is the same / both are places / another | 0.30 / 0.20 / -0.60 |
//! | its country is spoken of: the only or first one / one of several | 0.30 / 0.20 |
//! | of a city or province: only other countries are spoken of | -0.10 |
//! | its state or province is spoken of | 0.50 |
//! | "Paris, Texas": it lies in the place named behind it / it does not | 0.90 / -0.90 |
//! | a role in the text is an office it held then / held before, for a "former" / at another time | 0.80 / 0.70 / 0.10 |
//! | it has offices, and no role in the text fits any | -0.15 |
//! | a role is of another country than every office | -0.80 |
//! | it held some office then, and no role is given | 0.15 |
//! | titles or pronouns say the other gender; it was not born yet | -1.50 |

use super::date::Day;
use super::fold;
use super::variant::is_variant;
use super::{Country, EntityType, Entry, EntryRef, Gender, Kb, Naming};

/// What is known of the thing that is looked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Its names as the text has them, the fullest first.
    pub names: Vec<String>,
    /// Its type.
    pub kind: Option<EntityType>,
    /// When the text was written.
    pub date: Option<Day>,
    /// Countries that the text speaks of, the one it speaks of most first.
    pub countries: Vec<Country>,
    /// States and provinces that the text speaks of.
    pub regions: Vec<(Country, String)>,
    /// Place named right behind it ("Paris, Texas"): its country, and its code if it is a region.
    pub within: Option<(Country, Option<String>)>,
    /// Its roles as the text has them ("former US Secretary of State").
    pub roles: Vec<String>,
    /// Its gender.
    pub gender: Option<Gender>,
    /// True to have the reasons in words.
    pub explain: bool,
}

/// An entry that the query may mean.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// Where it lies.
    pub at: EntryRef,
    /// What it is.
    pub entry: Entry<'a>,
    /// The sum of the signs.
    pub score: f32,
    /// Each sign that counted, what it is worth, and, where the query asked to explain, in words.
    pub reasons: Vec<(f32, String)>,
    /// True where something beside the name speaks for it.
    pub supported: bool,
}

/// The answer to a query.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// What it may be, the likeliest first.
    pub candidates: Vec<Candidate<'a>>,
    /// How sure the first is, 0 to 1; None where it is not sure enough.
    pub sure: Option<f32>,
}

/// By how much the first must lead the second.
pub const MARGIN: f32 = 0.2;
/// What the first must reach.
const THRESHOLD: f32 = 0.7;
/// What a person must reach of whom nothing but the name is known.
const WELL_KNOWN: f32 = 0.85;

/// The entries that the query may mean, scored.
pub fn answer<'a>(kb: &'a Kb, query: &Query) -> Answer<'a> {
    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    let country = |word: &str| {
        let facts = kb.facts(word);
        facts.demonym.or(facts.country)
    };
    let why = |text: &dyn Fn() -> String| if query.explain { text() } else { String::new() };
    let roles: Vec<Role> = query.roles.iter().map(|r| Role::new(r, country)).collect();
    for (n, name) in query.names.iter().enumerate() {
        for (naming, at) in found(kb, query, name) {
            match candidates.iter_mut().find(|c| c.at == at) {
                Some(known) if n > 0 => {
                    known.score += 0.10;
                    known.reasons.push((0.10, why(&|| format!("also goes by {name:?}"))));
                }
                Some(_) => {}
                None => candidates.extend(kb.entry(at).map(|entry| scored(query, &roles, name, naming, at, entry))),
            }
        }
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.entry.id.cmp(&b.entry.id)));
    let sure = sure(&candidates);
    Answer { candidates, sure }
}

/// How a name was found to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    As(Naming),
    Partial,
    Variant,
}

fn found(kb: &Kb, query: &Query, name: &str) -> Vec<(Fit, EntryRef)> {
    let words = fold::words(name);
    let person = query.kind == Some(EntityType::Person);
    let mut found: Vec<(Fit, EntryRef)> = kb
        .find(&words.join(" "))
        .into_iter()
        .filter(|(naming, _)| *naming <= Naming::Alias || *naming == Naming::Surname && words.len() == 1)
        .map(|(naming, at)| (Fit::As(naming), at))
        .collect();
    if found.is_empty() && words.len() >= 2 && query.kind.is_none_or(|k| k == EntityType::Person) {
        // the same family name, and given names that differ by a letter or by one left out
        let family = &words[words.len() - 1];
        for (naming, at) in kb.find(family) {
            let Some(entry) = kb.brief(at).filter(|_| naming == Naming::Surname) else { continue };
            let known = fold::words(entry.name);
            if is_variant(&words, &known) {
                found.push((Fit::Variant, at));
            } else if known.len() != words.len() && known[0] == words[0] && known[known.len() - 1] == *family {
                found.push((Fit::Partial, at));
            }
        }
        if found.is_empty() {
            for other in respelt(family) {
                let mut whole = words[..words.len() - 1].to_vec();
                whole.push(other);
                let named = kb.find(&whole.join(" ")).into_iter().filter(|(naming, _)| *naming <= Naming::Alias);
                found.extend(named.map(|(_, at)| (Fit::Variant, at)));
            }
            found.sort_by_key(|(_, at)| *at);
            found.dedup();
        }
    }
    if found.is_empty() && words.len() == 1 && person {
        for other in respelt(&words[0]) {
            let named = kb.find(&other).into_iter().filter(|(naming, _)| *naming == Naming::Surname);
            found.extend(named.map(|(naming, at)| (Fit::As(naming), at)));
        }
        found.sort_by_key(|(_, at)| *at);
        found.dedup();
    }
    // a full name in the text is not somebody who merely shares the family name
    if person && query.names.iter().any(|n| fold::words(n).len() > 1) && words.len() == 1 {
        found.retain(|(fit, _)| *fit != Fit::As(Naming::Surname));
    }
    found
}

/// Spellings of a family name that romanisation makes one letter away: a letter doubled or not, one vowel for another, y for i, k for c.
fn respelt(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut found = Vec::new();
    if letters.len() < super::variant::MIN_WORD {
        return found;
    }
    let spell = |letters: &[char]| letters.iter().collect::<String>();
    for i in 0..letters.len() {
        let mut doubled = letters.clone();
        doubled.insert(i, letters[i]);
        found.push(spell(&doubled));
        if i > 0 && letters[i] == letters[i - 1] {
            let mut single = letters.clone();
            single.remove(i);
            found.push(spell(&single));
        }
        for group in ["aeiouy", "kcq", "gh"] {
            if !group.contains(letters[i]) {
                continue;
            }
            for other in group.chars().filter(|&c| c != letters[i]) {
                let mut changed = letters.clone();
                changed[i] = other;
                found.push(spell(&changed));
            }
        }
    }
    found
}

fn scored<'a>(query: &Query, roles: &[Role], name: &str, fit: Fit, at: EntryRef, entry: Entry<'a>) -> Candidate<'a> {
    let why = |text: &dyn Fn() -> String| if query.explain { text() } else { String::new() };
    let mut reasons = vec![(entry.prior, why(&|| "how well known it is".to_owned()))];
    let mut supported = entry.prior >= WELL_KNOWN && fit != Fit::As(Naming::Surname);
    reasons.push(match fit {
        Fit::As(Naming::Name) => (0.10, why(&|| format!("{name:?} is its name"))),
        Fit::As(Naming::Surname) => (0.0, why(&|| format!("{name:?} is the family name"))),
        Fit::As(_) => (0.08, why(&|| format!("it goes by {name:?}"))),
        Fit::Partial => (0.06, why(&|| format!("{name:?} with given names left out or added"))),
        Fit::Variant => (0.04, why(&|| format!("{name:?} in another spelling"))),
    });
    if let Some(kind) = query.kind {
        let worth = if kind == entry.kind {
            0.30
        } else if kind.is_place() && entry.kind.is_place() {
            0.20
        } else {
            -0.60
        };
        reasons.push((
            worth,
            why(&|| format!("the text has it as {}, the entry is {}", kind.as_str(), entry.kind.as_str())),
        ));
    } else {
        reasons.push((0.30, why(&|| "any type is asked for".to_owned())));
    }
    let of_country = entry.country.filter(|_| entry.subtype != "company");
    if let Some(country) = of_country
        && let Some(rank) = query.countries.iter().position(|c| *c == country)
    {
        reasons
            .push((if rank == 0 { 0.30 } else { 0.20 }, why(&|| format!("the text speaks of {}", country.as_str()))));
        // of a bare family name the country alone says too little, unless everybody knows who is meant
        supported |= fit != Fit::As(Naming::Surname) || entry.prior >= WELL_KNOWN;
    } else if of_country.is_some() && !query.countries.is_empty() && matches!(entry.subtype, "city" | "region") {
        reasons.push((-0.10, why(&|| "the text speaks of other countries only".to_owned())));
    }
    if let Some(country) = entry.country
        && !entry.region.is_empty()
        && query.regions.iter().any(|(c, r)| *c == country && r == entry.region)
    {
        reasons.push((0.50, why(&|| format!("the text speaks of {}-{}", country.as_str(), entry.region))));
        supported = true;
    }
    if let Some((country, region)) = &query.within
        && entry.kind != EntityType::Person
    {
        let inside = entry.country == Some(*country)
            && region.as_ref().is_none_or(|r| r == entry.region)
            && entry.subtype != "country";
        reasons.push((if inside { 0.90 } else { -0.90 }, why(&|| "the place named behind it".to_owned())));
        supported |= inside;
    }
    if entry.kind == EntityType::Person {
        let role = office_sign(query, roles, &entry);
        supported |= role.is_some_and(|(worth, _)| worth >= 0.5);
        reasons.extend(role.map(|(worth, text)| (worth, why(&|| text.to_owned()))));
        let wrong = matches!((query.gender, entry.gender), (Some(a), Some(b)) if a != b);
        let unborn = matches!((query.date, entry.born), (Some(d), Some(born)) if born + 15 > d.year());
        if wrong || unborn {
            reasons
                .push((-1.50, why(&|| if wrong { "of the other gender" } else { "too young at the time" }.to_owned())));
        }
    } else {
        supported = true;
    }
    let score = reasons.iter().map(|(worth, _)| worth).sum();
    Candidate { at, entry, score, reasons, supported }
}

fn sure(candidates: &[Candidate<'_>]) -> Option<f32> {
    let first = candidates.first()?;
    let second = candidates.get(1).map_or(0.0, |c| c.score.max(0.0));
    let margin = first.score - second.max(THRESHOLD - MARGIN);
    (first.supported && margin >= MARGIN).then(|| ((0.5 + margin / 2.0).min(1.0) * 100.0).round() / 100.0)
}

/// What the roles say for or against the entry's offices.
fn office_sign(query: &Query, roles: &[Role], entry: &Entry<'_>) -> Option<(f32, &'static str)> {
    if entry.offices.is_empty() {
        return None;
    }
    let held = |o: &super::Office<'_>| match query.date {
        Some(d) => o.from.is_none_or(|f| f <= d) && o.to.is_none_or(|t| t >= d),
        None => o.to.is_none(),
    };
    let ended = |o: &super::Office<'_>| matches!((query.date, o.to), (Some(d), Some(t)) if t < d);
    if roles.is_empty() {
        return entry.offices.iter().any(held).then_some((0.15, "in office at the time"));
    }
    let mut best: Option<(f32, &'static str)> = None;
    let mut keep = |found: (f32, &'static str)| {
        if best.is_none_or(|(worth, _)| worth < found.0) {
            best = Some(found);
        }
    };
    for role in roles {
        for office in &entry.offices {
            let foreign = role.countries.iter().any(|c| office.country.is_some_and(|o| o != *c))
                && !role.countries.iter().any(|c| Some(*c) == office.country);
            if foreign {
                keep((-0.80, "a role of another country"));
            } else if !role.fits(office.title) {
                keep((-0.15, "no office like the role"));
            } else if role.former && ended(office) {
                keep((0.70, "held the office before"));
            } else if held(office) {
                keep((0.80, "held the office at the time"));
            } else {
                keep((0.10, "held the office at another time"));
            }
        }
    }
    best
}

/// A role as the text gives it, in words that can be compared.
struct Role {
    words: Vec<String>,
    countries: Vec<Country>,
    former: bool,
}

/// Words that make another office of the same noun.
const RANKS: &[&str] = &["vice", "deputy", "assistant", "under", "shadow", "junior"];

impl Role {
    fn new(text: &str, known: impl Fn(&str) -> Option<Country>) -> Self {
        let (mut words, mut countries, mut former) = (Vec::new(), Vec::new(), false);
        for word in fold::words(text) {
            match word.as_str() {
                "former" | "ex" | "onetime" | "late" => former = true,
                "then" | "current" | "new" | "the" | "of" | "for" | "and" | "to" | "a" | "federal" | "union"
                | "acting" | "incumbent" | "s" => {}
                _ => match known(&word) {
                    Some(country) => countries.push(country),
                    None => words.push(same_word(word)),
                },
            }
        }
        Self { words, countries, former }
    }

    /// True where the office's title says no other thing: one of the two holds all the words of the other, and the rank is the same.
    fn fits(&self, title: &str) -> bool {
        let title = Role::new(title, |_| None);
        if self.words.is_empty() || title.words.is_empty() {
            return false;
        }
        let rank = |words: &[String]| words.iter().filter(|w| RANKS.contains(&w.as_str())).count();
        let within = |a: &[String], b: &[String]| a.iter().all(|w| b.contains(w));
        rank(&self.words) == rank(&title.words)
            && (within(&self.words, &title.words) || within(&title.words, &self.words))
    }
}

/// Words for the same office.
fn same_word(word: String) -> String {
    match word.as_str() {
        "defense" => "defence",
        "pm" | "premier" => "prime",
        "sen" => "senator",
        "rep" | "congressman" | "congresswoman" => "representative",
        "gov" => "governor",
        "finmin" => "finance",
        "external" => "foreign",
        "exchequer" => "exchequer",
        _ => return word,
    }
    .to_owned()
}
