//! One line of a knowledge base's JSON lines, the input of `copydesk kb build`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// An entry as people write it. Only `id`, `type` and `name` are required; unknown fields are refused.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// `wd:Q843`, or an id of one's own ("desk:reuters"): no white space, at most 128 bytes.
    pub id: String,
    /// OntoNotes name: PERSON, ORG, GPE ...
    #[serde(rename = "type")]
    pub kind: String,
    /// The name that people know it by.
    pub name: String,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// BCP 47 tag of the names; says something to people only.
    #[serde(default)]
    pub lang: Option<String>,
    /// `country`, `region`, `city`, `union`, `company`, `body`; others are kept and mean nothing.
    #[serde(default)]
    pub subtype: Option<String>,
    /// ISO 3166 code of the country it belongs to ("PK").
    #[serde(default)]
    pub country: Option<String>,
    /// Code of the state or province ("IL").
    #[serde(default)]
    pub region: Option<String>,
    /// How well known it is, 0 to 1; 0.5 where nothing is said.
    #[serde(default = "half")]
    pub prior: f32,
    /// `m` or `f`.
    #[serde(default)]
    pub gender: Option<String>,
    /// Year of birth or foundation.
    #[serde(default)]
    pub born: Option<u32>,
    /// Of a country: adjectives and names of its people.
    #[serde(default)]
    pub demonyms: Vec<String>,
    /// Of a country: names of its capital, which may mean its government.
    #[serde(default)]
    pub capitals: Vec<String>,
    /// Of a person: what they were when.
    #[serde(default)]
    pub offices: Vec<OfficeRow>,
    /// Ids of the same thing elsewhere: `{"geonames": "1176615"}`.
    #[serde(default)]
    pub same_as: BTreeMap<String, String>,
    /// Where the row comes from.
    #[serde(default)]
    pub source: Vec<String>,
}

/// A dated office.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeRow {
    /// "Prime Minister".
    pub title: String,
    /// ISO 3166 code.
    #[serde(default)]
    pub country: Option<String>,
    /// State or province.
    #[serde(default)]
    pub region: Option<String>,
    /// First day: `2022-04-11`, `2022-04` or `2022`.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day; none while it lasts.
    #[serde(default)]
    pub to: Option<String>,
}

fn half() -> f32 {
    0.5
}
