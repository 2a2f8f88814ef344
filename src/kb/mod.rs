//! What is known of names beyond the article: an index of entries with aliases, dated offices and Wikidata ids.
//!
//! Compiled from JSON lines ([`row::Row`], [`build`]) to one file: a finite state transducer over folded names ([`fold`]), and records
//! that are decoded where they lie, in the binary or in a mapped file. Layers lie over each other: a newsroom's own base over the
//! one that is compiled in, where an entry with the same id hides the one below.

pub mod build;
mod codec;
mod date;
mod entity_type;
mod facts;
pub mod fold;
mod layer;
pub mod row;
pub mod score;
pub mod variant;

use std::path::Path;
use std::sync::{Arc, LazyLock};

pub use date::Day;
pub use entity_type::EntityType;
pub use facts::Facts;
use layer::Layer;
pub use layer::OpenError;

/// ISO 3166 code of a country, two upper-case letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(pub(crate) [u8; 2]);

impl Country {
    /// The code of two letters, in either case.
    pub fn new(code: &str) -> Option<Self> {
        let pair: [u8; 2] = code.as_bytes().try_into().ok()?;
        pair.iter().all(u8::is_ascii_alphabetic).then(|| Self(pair.map(|b| b.to_ascii_uppercase())))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

/// How a name names an entry, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// Its name.
    Name,
    /// Another name of it.
    Alias,
    /// The family name of a person.
    Surname,
    /// The adjective or the people of a country.
    Demonym,
    /// The capital of a country, which may mean its government.
    Capital,
}

impl Naming {
    const ALL: [Naming; 5] = [Naming::Name, Naming::Alias, Naming::Surname, Naming::Demonym, Naming::Capital];
}

/// Grammatical gender of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Gender {
    Male,
    Female,
}

/// Where an entry lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryRef {
    layer: u16,
    offset: u32,
}

/// An entry, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// `wd:Q843`, `gn:1177446`, `cik:320193`, or the user's own.
    pub id: String,
    /// What it is.
    pub kind: EntityType,
    /// The name that people know it by.
    pub name: &'a str,
    /// `country`, `region`, `city`, `union`, `company`, `body`, or empty.
    pub subtype: &'a str,
    /// The country it is or belongs to.
    pub country: Option<Country>,
    /// Code of the state or province, or empty.
    pub region: &'a str,
    /// How well known it is, 0 to 1.
    pub prior: f32,
    /// Of a person.
    pub gender: Option<Gender>,
    /// Year of birth or foundation.
    pub born: Option<u32>,
    /// What the person was when.
    pub offices: Vec<Office<'a>>,
    /// Ids of the same thing elsewhere.
    pub same_as: Vec<(&'a str, &'a str)>,
    /// Names of the sources of the entry.
    pub sources: Vec<&'a str>,
}

/// A dated office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Office<'a> {
    /// "Prime Minister".
    pub title: &'a str,
    /// Of which country.
    pub country: Option<Country>,
    /// Of which state or province, or empty.
    pub region: &'a str,
    /// First day.
    pub from: Option<Day>,
    /// Last day; None while it lasts or where it is not known.
    pub to: Option<Day>,
}

/// Entries under the names they go by. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Kb {
    /// The uppermost first.
    layers: Arc<[Layer]>,
}

static BUILTIN: LazyLock<Kb> = LazyLock::new(|| {
    let layer = Layer::from_static(include_bytes!("../../models/kb/base.cdkb"))
        .expect("a test opens the base that is compiled in");
    Kb { layers: Arc::from([layer]) }
});

impl Kb {
    /// The base that is compiled in.
    pub fn builtin() -> Self {
        BUILTIN.clone()
    }

    /// A compiled file, mapped into memory.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self { layers: Arc::from([Layer::open(path)?]) })
    }

    /// A base in memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, OpenError> {
        Ok(Self { layers: Arc::from([Layer::from_bytes(bytes)?]) })
    }

    /// This base over `lower`: entries of the same id hide the lower one's.
    pub fn over(&self, lower: &Kb) -> Self {
        Self { layers: self.layers.iter().chain(lower.layers.iter()).cloned().collect() }
    }

    /// What distinguishes this base from every other, 16 hexadecimal digits: published with events.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for layer in self.layers.iter() {
            hasher.update(layer.hash());
        }
        data_encoding::HEXLOWER.encode(&hasher.finalize().as_bytes()[..8])
    }

    /// Every entry that goes by the folded name, and how; the uppermost layer first, within it in the order of its records.
    pub fn find(&self, key: &str) -> Vec<(Naming, EntryRef)> {
        let mut found = Vec::new();
        for (l, layer) in self.layers.iter().enumerate() {
            for (naming, offset) in layer.find(key) {
                let entry = EntryRef { layer: l as u16, offset };
                if l == 0 || !self.is_hidden(entry) {
                    found.push((naming, entry));
                }
            }
        }
        found
    }

    /// The entry there.
    pub fn entry(&self, at: EntryRef) -> Option<Entry<'_>> {
        self.layers.get(usize::from(at.layer))?.entry(at.offset)
    }

    /// Every entry of every layer.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.layers.iter().flat_map(Layer::entries)
    }

    /// True where an upper layer has an entry of the same id.
    fn is_hidden(&self, at: EntryRef) -> bool {
        let Some(entry) = self.entry(at) else { return true };
        self.layers[..usize::from(at.layer)].iter().any(|l| l.holds(&entry.id))
    }

    /// Entries whose own name or alias is the folded name.
    pub fn named(&self, key: &str) -> impl Iterator<Item = Entry<'_>> {
        let found = self.find(key).into_iter().filter(|(naming, _)| *naming <= Naming::Alias);
        found.filter_map(|(_, at)| self.entry(at))
    }

    /// The English name of the country that has the folded name as its adjective.
    pub fn name_of_demonym(&self, key: &str) -> Option<&str> {
        self.facts(key).demonym?;
        self.name_of(key, Naming::Demonym)
    }

    /// The English name of the country whose capital goes by the folded name.
    pub fn name_of_capital(&self, key: &str) -> Option<&str> {
        self.facts(key).capital_of?;
        self.name_of(key, Naming::Capital)
    }

    fn name_of(&self, key: &str, wanted: Naming) -> Option<&str> {
        let (_, at) = self.find(key).into_iter().find(|(naming, _)| *naming == wanted)?;
        self.entry(at).map(|e| e.name)
    }
}

/// Countries whose people's family names stand first.
fn family_name_first(country: Option<&str>) -> bool {
    matches!(country, Some("CN" | "KR" | "KP" | "TW" | "VN" | "HK" | "MO" | "SG" | "KH"))
}

#[cfg(test)]
mod tests;
