//! The types of entities: OntoNotes' names, without those of numbers and dates.

/// OntoNotes 5 entity type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum EntityType {
    Person,
    Org,
    Gpe,
    Norp,
    Loc,
    Fac,
    Event,
    Law,
    Product,
    WorkOfArt,
    Language,
}

impl EntityType {
    /// All types, in the order of the contract.
    pub const ALL: [EntityType; 11] = [
        EntityType::Person,
        EntityType::Org,
        EntityType::Gpe,
        EntityType::Norp,
        EntityType::Loc,
        EntityType::Fac,
        EntityType::Event,
        EntityType::Law,
        EntityType::Product,
        EntityType::WorkOfArt,
        EntityType::Language,
    ];

    /// OntoNotes' name of the type.
    pub fn as_str(self) -> &'static str {
        match self {
            EntityType::Person => "PERSON",
            EntityType::Org => "ORG",
            EntityType::Gpe => "GPE",
            EntityType::Norp => "NORP",
            EntityType::Loc => "LOC",
            EntityType::Fac => "FAC",
            EntityType::Event => "EVENT",
            EntityType::Law => "LAW",
            EntityType::Product => "PRODUCT",
            EntityType::WorkOfArt => "WORK_OF_ART",
            EntityType::Language => "LANGUAGE",
        }
    }

    /// The type of that name; None for CARDINAL, DATE and the like, which are no entities.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == label)
    }

    /// True for places of every sort.
    pub fn is_place(self) -> bool {
        matches!(self, EntityType::Gpe | EntityType::Loc | EntityType::Fac)
    }
}
