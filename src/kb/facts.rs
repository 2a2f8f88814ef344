//! What a name is known for, in one look.

use super::{Country, EntityType, EntryRef, Kb, Naming};

/// What the entries that go by a name have in common.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Facts {
    /// The one country of that name.
    pub country: Option<Country>,
    /// The one country whose adjective or people it is.
    pub demonym: Option<Country>,
    /// The one country whose capital goes by it.
    pub capital_of: Option<Country>,
    /// True where a state or province has it.
    pub region: bool,
    /// True where a city has it that news means by it rather than the province of the same name.
    pub great_city: bool,
    /// The prior of the best known place of that name, where nothing but places goes by it; 0 otherwise.
    pub place: f32,
    /// True where a country has it and nobody but places goes by it.
    pub settled: bool,
    /// The types of the entries whose name or alias it is, one bit each.
    kinds: u16,
}

/// A city of a few hundred thousand.
const GREAT_CITY: f32 = 0.45;

impl Facts {
    /// True where an entry of that type has the name.
    pub fn knows(&self, kind: EntityType) -> bool {
        self.kinds & (1 << kind as u16) != 0
    }

    /// True where any entry has the name.
    pub fn known(&self) -> bool {
        self.kinds != 0
    }
}

impl Kb {
    /// What the folded name is known for.
    pub fn facts(&self, key: &str) -> Facts {
        let mut facts = Facts::default();
        let mut countries = [None; 3];
        let mut only_places = true;
        let mut place = 0.0f32;
        for (naming, at) in self.find(key) {
            if naming == Naming::Surname {
                only_places = false;
                continue;
            }
            let Some(brief) = self.brief(at) else { continue };
            let country = brief.subtype == "country";
            let slot = match naming {
                Naming::Demonym => 1,
                Naming::Capital => 2,
                _ => 0,
            };
            if country {
                // two countries of one name are none
                countries[slot] = match countries[slot] {
                    None => Some(brief.country),
                    Some(_) => Some(None),
                };
            }
            if slot == 0 {
                facts.kinds |= 1 << brief.kind as u16;
                facts.region |= brief.subtype == "region";
                facts.great_city |= brief.subtype == "city" && brief.prior >= GREAT_CITY;
                facts.settled |= country;
                only_places &= brief.kind.is_place();
                place = place.max(brief.prior);
            }
        }
        [facts.country, facts.demonym, facts.capital_of] = countries.map(Option::flatten);
        facts.settled &= only_places;
        facts.place = if only_places { place } else { 0.0 };
        facts
    }

    pub(super) fn brief(&self, at: EntryRef) -> Option<super::layer::Brief<'_>> {
        self.layers.get(usize::from(at.layer))?.brief(at.offset)
    }
}
