//! One compiled file, in the binary, in memory or mapped, and how its records are read.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use super::build::{HEADER, MAGIC, NUMBERED};
use super::codec::Reader;
use super::{Day, EntityType, Entry, Gender, Naming, Office};

/// Why a compiled file could not be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum OpenError {
    #[error("cannot open the knowledge base {path}: {source}")]
    Open { path: String, source: std::io::Error },
    #[error("this is no knowledge base of version 1: compile it with `copydesk kb build`")]
    Foreign,
    #[error("the knowledge base is damaged ({0}): compile it again")]
    Damaged(&'static str),
}

#[derive(Clone)]
enum Bytes {
    Static(&'static [u8]),
    Owned(Arc<[u8]>),
    Mapped(Arc<Mmap>),
}

impl Bytes {
    fn all(&self) -> &[u8] {
        match self {
            Bytes::Static(bytes) => bytes,
            Bytes::Owned(bytes) => bytes,
            Bytes::Mapped(map) => map,
        }
    }
}

/// A part of the bytes, for the transducer.
#[derive(Clone)]
struct Section {
    bytes: Bytes,
    start: usize,
    end: usize,
}

impl AsRef<[u8]> for Section {
    fn as_ref(&self) -> &[u8] {
        &self.bytes.all()[self.start..self.end]
    }
}

/// What a glance at a record shows.
pub(super) struct Brief<'a> {
    pub(super) kind: EntityType,
    pub(super) name: &'a str,
    pub(super) prior: f32,
    pub(super) country: Option<super::Country>,
    pub(super) subtype: &'a str,
}

/// A compiled base.
#[derive(Clone)]
pub(super) struct Layer {
    bytes: Bytes,
    /// Start of each recurring text within the whole, and its length.
    strings: Arc<[(u32, u32)]>,
    records: (usize, usize),
    postings: (usize, usize),
    names: fst::Map<Section>,
}

impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layer").field("names", &self.names.len()).finish_non_exhaustive()
    }
}

impl Layer {
    pub(super) fn from_static(bytes: &'static [u8]) -> Result<Self, OpenError> {
        Self::new(Bytes::Static(bytes))
    }

    pub(super) fn from_bytes(bytes: Vec<u8>) -> Result<Self, OpenError> {
        Self::new(Bytes::Owned(bytes.into()))
    }

    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let fail = |source| OpenError::Open { path: path.display().to_string(), source };
        let file = File::open(path).map_err(fail)?;
        // SAFETY: the map is only read, as bytes that are checked on every read. A file that is replaced by renaming another over it,
        // as `kb build` does, leaves the mapped one as it was.
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(&file) }.map_err(fail)?;
        Self::new(Bytes::Mapped(Arc::new(map)))
    }

    fn new(bytes: Bytes) -> Result<Self, OpenError> {
        let all = bytes.all();
        if !all.starts_with(MAGIC) {
            return Err(OpenError::Foreign);
        }
        if all.len() < HEADER {
            return Err(OpenError::Damaged("it ends in its header"));
        }
        if blake3::hash(&all[MAGIC.len() + 32..]).as_bytes() != &all[MAGIC.len()..MAGIC.len() + 32] {
            return Err(OpenError::Damaged("its checksum does not match"));
        }
        let mut at = HEADER;
        let mut sections = [(0, 0); 4];
        for (k, section) in sections.iter_mut().enumerate() {
            let start = MAGIC.len() + 32 + 4 * k;
            let length = all[start..start + 4]
                .try_into()
                .map(u32::from_le_bytes)
                .map_err(|_| OpenError::Damaged("its header"))?;
            let end = at.checked_add(length as usize).filter(|&e| e <= all.len());
            *section = (at, end.ok_or(OpenError::Damaged("it ends early"))?);
            at = section.1;
        }
        let strings = strings(all, sections[0].0).ok_or(OpenError::Damaged("its strings"))?;
        let section = Section { bytes: bytes.clone(), start: sections[3].0, end: sections[3].1 };
        let names = fst::Map::new(section).map_err(|_| OpenError::Damaged("its names"))?;
        Ok(Self { strings, records: sections[1], postings: sections[2], names, bytes })
    }

    /// The checksum of the content.
    pub(super) fn hash(&self) -> &[u8] {
        &self.bytes.all()[MAGIC.len()..MAGIC.len() + 32]
    }

    /// Offsets of the records that go by the folded name.
    pub(super) fn find(&self, key: &str) -> Vec<(Naming, u32)> {
        self.postings_of(key).unwrap_or_default()
    }

    fn postings_of(&self, key: &str) -> Option<Vec<(Naming, u32)>> {
        let offset = usize::try_from(self.names.get(key)?).ok()?;
        let mut reader = Reader::new(&self.bytes.all()[self.postings.0..self.postings.1], offset);
        let count = reader.number()?;
        let mut found = Vec::new();
        for _ in 0..count {
            let naming = *Naming::ALL.get(usize::from(reader.byte()?))?;
            found.push((naming, u32::try_from(reader.number()?).ok()?));
        }
        Some(found)
    }

    /// The record at an offset.
    pub(super) fn entry(&self, offset: u32) -> Option<Entry<'_>> {
        self.read(offset).map(|(entry, _)| entry)
    }

    /// The first fields of the record at an offset.
    pub(super) fn brief(&self, offset: u32) -> Option<Brief<'_>> {
        let mut r = Reader::new(&self.bytes.all()[self.records.0..self.records.1], offset as usize);
        match r.byte()? {
            0 => {
                r.text()?;
            }
            _ => {
                r.number()?;
            }
        }
        let kind = *EntityType::ALL.get(usize::from(r.byte()?))?;
        let name = r.text()?;
        r.byte()?;
        let prior = f32::from(r.byte()?) / 255.0;
        let country = r.country()?;
        r.number()?;
        let subtype = self.string(r.number()?)?;
        Some(Brief { kind, name, prior, country, subtype })
    }

    /// All records.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut next = Some(0);
        std::iter::from_fn(move || {
            let (entry, end) = self.read(next?)?;
            next = u32::try_from(end).ok();
            Some(entry)
        })
    }

    /// True where an entry has this id; only asked of a user's base, and rarely.
    pub(super) fn holds(&self, id: &str) -> bool {
        self.entries().any(|e| e.id == id)
    }

    fn string(&self, n: u64) -> Option<&str> {
        let &(start, length) = self.strings.get(usize::try_from(n).ok()?)?;
        std::str::from_utf8(self.bytes.all().get(start as usize..(start + length) as usize)?).ok()
    }

    /// The record at an offset, and where the next one begins.
    fn read(&self, offset: u32) -> Option<(Entry<'_>, usize)> {
        let mut r = Reader::new(&self.bytes.all()[self.records.0..self.records.1], offset as usize);
        let id = match r.byte()? {
            0 => r.text()?.to_owned(),
            n => format!("{}{}", NUMBERED.get(usize::from(n) - 1)?, r.number()?),
        };
        let kind = *EntityType::ALL.get(usize::from(r.byte()?))?;
        let name = r.text()?;
        let gender = match r.byte()? {
            1 => Some(Gender::Male),
            2 => Some(Gender::Female),
            _ => None,
        };
        let prior = f32::from(r.byte()?) / 255.0;
        let country = r.country()?;
        let region = self.string(r.number()?)?;
        let subtype = self.string(r.number()?)?;
        let born = u32::try_from(r.number()?).ok().filter(|&y| y != 0);
        let mut sources = Vec::new();
        for _ in 0..r.number()? {
            sources.push(self.string(r.number()?)?);
        }
        let mut same_as = Vec::new();
        for _ in 0..r.number()? {
            same_as.push((self.string(r.number()?)?, r.text()?));
        }
        let mut offices = Vec::new();
        for _ in 0..r.number()? {
            let title = self.string(r.number()?)?;
            let country = r.country()?;
            let region = self.string(r.number()?)?;
            let mut day = || Some(u32::try_from(r.number()?).ok().filter(|&d| d != 0).map(Day));
            let (from, to) = (day()?, day()?);
            offices.push(Office { title, country, region, from, to });
        }
        let entry = Entry { id, kind, name, subtype, country, region, prior, gender, born, offices, same_as, sources };
        Some((entry, r.at()))
    }
}

/// Where the recurring texts lie.
fn strings(all: &[u8], start: usize) -> Option<Arc<[(u32, u32)]>> {
    let mut reader = Reader::new(all, start);
    let count = reader.number()?;
    let mut found = Vec::new();
    for _ in 0..count {
        let text = reader.text()?;
        let end = reader.at();
        found.push((u32::try_from(end - text.len()).ok()?, u32::try_from(text.len()).ok()?));
    }
    Some(found.into())
}
