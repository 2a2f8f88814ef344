//! JSON lines to the compiled form.
//!
//! ```text
//! "CDKB" version 1  blake3 of what follows (32 bytes)
//! lengths of the sections: strings, records, postings, names (u32, little endian each)
//! strings    what recurs (titles, sorts, sources): a count, then texts
//! records    one entry after the other; an entry is known by its offset
//! postings   for each name: a count, then (how it names, record offset)
//! names      a finite state transducer from folded name to its offset in the postings
//! ```
//! Numbers are varints, texts have their length in front. The same lines give the same bytes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;

use super::codec::{put_number, put_text};
use super::date::Day;
use super::fold;
use super::row::Row;
use super::{EntityType, Naming};

/// First bytes of every compiled knowledge base.
pub(super) const MAGIC: &[u8; 5] = b"CDKB\x01";
/// Bytes before the sections.
pub(super) const HEADER: usize = 5 + 32 + 4 * 4;

/// Ids that are stored as numbers, by their prefix.
pub(super) const NUMBERED: [&str; 3] = ["wd:Q", "gn:", "cik:"];

/// Why lines could not be compiled.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum BuildError {
    #[error("cannot read line {line}: {source}")]
    Read { line: usize, source: std::io::Error },
    #[error("line {line} is no entry: {source}")]
    Json { line: usize, source: serde_json::Error },
    #[error("line {line}, entry {id}: {problem}")]
    Entry { line: usize, id: String, problem: String },
    #[error("the base is too large: {what} must stay below 4 GiB")]
    TooLarge { what: &'static str },
    #[error("cannot file the names: {0}")]
    Names(#[from] fst::Error),
}

/// What was compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// Number of entries.
    pub entries: usize,
    /// Number of different folded names.
    pub names: usize,
}

#[derive(Default)]
struct Builder {
    strings: Vec<String>,
    of_string: HashMap<String, u64>,
    records: Vec<u8>,
    names: BTreeMap<String, Vec<(Naming, u32)>>,
}

/// Compiles JSON lines; empty lines are skipped.
pub fn compile(lines: impl BufRead) -> Result<Compiled, BuildError> {
    let mut builder = Builder::default();
    let mut ids = HashSet::new();
    for (n, line) in lines.lines().enumerate() {
        let number = n + 1;
        let line = line.map_err(|source| BuildError::Read { line: number, source })?;
        if line.trim().is_empty() {
            continue;
        }
        let row: Row = serde_json::from_str(&line).map_err(|source| BuildError::Json { line: number, source })?;
        let refuse = |problem: String| BuildError::Entry { line: number, id: row.id.clone(), problem };
        if !ids.insert(row.id.clone()) {
            return Err(refuse("the id stands on an earlier line".to_owned()));
        }
        builder.add(&row).map_err(refuse)?;
    }
    builder.finish(ids.len())
}

impl Builder {
    fn add(&mut self, row: &Row) -> Result<(), String> {
        let kind = EntityType::from_label(&row.kind).ok_or_else(|| {
            format!("type {:?} is none of {}", row.kind, EntityType::ALL.map(EntityType::as_str).join(" "))
        })?;
        check_id(&row.id)?;
        if !(0.0..=1.0).contains(&row.prior) {
            return Err(format!("prior {} must lie between 0 and 1", row.prior));
        }
        let offset = u32::try_from(self.records.len()).map_err(|_| "the base is full".to_owned())?;
        let mut out = Vec::new();
        let numbered = NUMBERED.iter().position(|p| row.id.strip_prefix(p).is_some_and(is_plain_number));
        match numbered {
            Some(p) => {
                out.push(p as u8 + 1);
                let digits = &row.id[NUMBERED[p].len()..];
                put_number(&mut out, digits.parse().map_err(|_| "the id's number is too large".to_owned())?);
            }
            None => {
                out.push(0);
                put_text(&mut out, &row.id);
            }
        }
        out.push(kind as u8);
        put_text(&mut out, &row.name);
        out.push(match row.gender.as_deref() {
            None => 0,
            Some("m") => 1,
            Some("f") => 2,
            Some(other) => return Err(format!("gender {other:?} is neither \"m\" nor \"f\"")),
        });
        out.push((row.prior * 255.0).round() as u8);
        out.extend_from_slice(&country(row.country.as_deref())?);
        for text in [&row.region, &row.subtype] {
            let n = self.string(text.as_deref().unwrap_or(""));
            put_number(&mut out, n);
        }
        put_number(&mut out, u64::from(row.born.unwrap_or(0)));
        put_number(&mut out, row.source.len() as u64);
        for source in &row.source {
            let n = self.string(source);
            put_number(&mut out, n);
        }
        put_number(&mut out, row.same_as.len() as u64);
        for (scheme, id) in &row.same_as {
            let n = self.string(scheme);
            put_number(&mut out, n);
            put_text(&mut out, id);
        }
        put_number(&mut out, row.offices.len() as u64);
        for office in &row.offices {
            let n = self.string(&office.title);
            put_number(&mut out, n);
            out.extend_from_slice(&country(office.country.as_deref())?);
            let n = self.string(office.region.as_deref().unwrap_or(""));
            put_number(&mut out, n);
            put_number(&mut out, day(office.from.as_deref(), Day::first)?);
            put_number(&mut out, day(office.to.as_deref(), Day::last)?);
        }
        self.records.extend_from_slice(&out);
        self.file(&row.name, Naming::Name, offset)?;
        for alias in &row.aliases {
            self.file(alias, Naming::Alias, offset)?;
        }
        for demonym in &row.demonyms {
            self.file(demonym, Naming::Demonym, offset)?;
        }
        for capital in &row.capitals {
            self.file(capital, Naming::Capital, offset)?;
        }
        if kind == EntityType::Person {
            let words = fold::words(&row.name);
            if words.len() > 1 {
                self.file(&words[words.len() - 1], Naming::Surname, offset)?;
                if super::family_name_first(row.country.as_deref()) {
                    self.file(&words[0], Naming::Surname, offset)?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, name: &str, naming: Naming, offset: u32) -> Result<(), String> {
        let key = fold::key(name);
        if key.is_empty() {
            return Err(format!("the name {name:?} has no letter"));
        }
        let postings = self.names.entry(key).or_default();
        // the surest way of naming stays
        if !postings.iter().any(|(n, o)| *o == offset && *n <= naming) {
            postings.retain(|(_, o)| *o != offset);
            postings.push((naming, offset));
        }
        Ok(())
    }

    fn string(&mut self, text: &str) -> u64 {
        if let Some(&n) = self.of_string.get(text) {
            return n;
        }
        let n = self.strings.len() as u64;
        self.strings.push(text.to_owned());
        self.of_string.insert(text.to_owned(), n);
        n
    }

    fn finish(self, entries: usize) -> Result<Compiled, BuildError> {
        let mut strings = Vec::new();
        put_number(&mut strings, self.strings.len() as u64);
        for text in &self.strings {
            put_text(&mut strings, text);
        }
        let mut postings = Vec::new();
        let mut names = fst::MapBuilder::memory();
        let count = self.names.len();
        for (key, found) in self.names {
            names.insert(&key, postings.len() as u64)?;
            put_number(&mut postings, found.len() as u64);
            for (naming, offset) in found {
                postings.push(naming as u8);
                put_number(&mut postings, u64::from(offset));
            }
        }
        let names = names.into_inner()?;
        let mut body = Vec::new();
        for (what, section) in
            [("strings", &strings), ("records", &self.records), ("postings", &postings), ("names", &names)]
        {
            let length = u32::try_from(section.len()).map_err(|_| BuildError::TooLarge { what })?;
            body.extend_from_slice(&length.to_le_bytes());
        }
        for section in [&strings, &self.records, &postings, &names] {
            body.extend_from_slice(section);
        }
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(blake3::hash(&body).as_bytes());
        bytes.extend_from_slice(&body);
        Ok(Compiled { bytes, entries, names: count })
    }
}

fn is_plain_number(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

fn check_id(id: &str) -> Result<(), String> {
    if id.is_empty() || id.len() > 128 || id.chars().any(char::is_whitespace) {
        return Err("an id has 1 to 128 bytes and no white space".to_owned());
    }
    match id.strip_prefix("wd:") {
        Some(item) if !item.strip_prefix('Q').is_some_and(is_plain_number) => {
            Err("a Wikidata id looks like wd:Q843".to_owned())
        }
        _ => Ok(()),
    }
}

fn country(code: Option<&str>) -> Result<[u8; 2], String> {
    match code {
        None => Ok([0, 0]),
        Some(code) => super::Country::new(code)
            .map(|c| c.0)
            .ok_or_else(|| format!("country {code:?} is no ISO 3166 code of two letters")),
    }
}

fn day(text: Option<&str>, end: fn(&str) -> Option<Day>) -> Result<u64, String> {
    match text {
        None => Ok(0),
        Some(text) => end(text)
            .map(|d| u64::from(d.0))
            .ok_or_else(|| format!("{text:?} is no date like 2022-04-11, 2022-04 or 2022")),
    }
}
