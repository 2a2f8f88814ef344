//! The weights file: a checked container of f32 tensors and tables.
//!
//! Layout: `CDNLP1\n`, header length (u32, little endian), header (JSON: `meta`, `tensors`, `tables`), zeros up to a
//! multiple of 64 bytes, tensors (f32, `vectors.keys` u32; little endian, row major), SHA-256 of everything before.
//! `nlp/examples/import` writes it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

const MAGIC: &[u8] = b"CDNLP1\n";
const CHECKSUM: usize = 32;

/// Why a pipeline could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file could not be read.
    #[error("cannot read weights file {path}: {source}")]
    Io {
        /// The path that was given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a weights file, or one of another version.
    #[error("not a copydesk weights file: it starts with {found:?}, expected \"CDNLP1\\n\"; import the package again")]
    Magic {
        /// The first bytes.
        found: String,
    },
    /// Cut short or changed.
    #[error("weights file is damaged: {0}; copy it or import the package again")]
    Damaged(String),
    /// A tensor is not there.
    #[error("weights file has no tensor {0}: not an English CNN pipeline of spaCy 3.8?")]
    MissingTensor(String),
    /// A tensor has another shape than the engine computes with.
    #[error("tensor {name} has shape {found:?}, expected {expected:?}")]
    Shape {
        /// Which tensor.
        name: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape the engine needs.
        expected: Vec<usize>,
    },
    /// A table is not there or has another form.
    #[error("table {name} cannot be used: {detail}")]
    Table {
        /// Which table.
        name: String,
        /// What is wrong with it.
        detail: String,
    },
}

#[derive(Deserialize)]
struct Header {
    meta: Meta,
    tensors: BTreeMap<String, TensorEntry>,
    tables: BTreeMap<String, serde_json::Value>,
}

/// Where the weights come from.
#[derive(Debug, Clone, Deserialize)]
pub struct Meta {
    /// Name of the package.
    pub package: String,
    /// Version of the package.
    pub version: String,
    /// Licence of the package.
    pub license: String,
    /// Hash seeds of the embeddings, by encoder.
    pub seeds: BTreeMap<String, Vec<u32>>,
}

#[derive(Deserialize)]
struct TensorEntry {
    shape: Vec<usize>,
    /// Bytes from the start of the tensors.
    offset: usize,
}

/// A parsed weights file.
pub(crate) struct Weights {
    header: Header,
    numbers: Vec<f32>,
    sha256: [u8; CHECKSUM],
}

impl Weights {
    /// Reads and checks a whole file.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, LoadError> {
        if !bytes.starts_with(MAGIC) {
            let found = String::from_utf8_lossy(&bytes[..bytes.len().min(MAGIC.len())]).into_owned();
            return Err(LoadError::Magic { found });
        }
        let damaged = |what: &str| LoadError::Damaged(what.to_owned());
        let body = bytes.len().checked_sub(CHECKSUM).ok_or_else(|| damaged("cut short"))?;
        let sha256: [u8; CHECKSUM] = Sha256::digest(&bytes[..body]).into();
        if sha256[..] != bytes[body..] {
            return Err(damaged("its checksum does not match"));
        }
        let bytes = &bytes[..body];
        let start = MAGIC.len() + 4;
        let length = bytes.get(MAGIC.len()..start).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
        let length = length.ok_or_else(|| damaged("no header"))? as usize;
        let header = bytes.get(start..start + length).ok_or_else(|| damaged("header is cut short"))?;
        let header: Header = serde_json::from_slice(header).map_err(|e| damaged(&format!("header: {e}")))?;
        let numbers = bytes.get((start + length).next_multiple_of(64)..).ok_or_else(|| damaged("no tensors"))?;
        let numbers = numbers.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
        Ok(Self { header, numbers, sha256 })
    }

    /// Where the weights come from.
    pub(crate) fn meta(&self) -> &Meta {
        &self.header.meta
    }

    /// The file's own checksum: the version of the model.
    pub(crate) fn sha256(&self) -> &[u8; CHECKSUM] {
        &self.sha256
    }

    /// The tensor `name`, row major, if it has the shape `expected`.
    pub(crate) fn tensor(&self, name: &str, expected: &[usize]) -> Result<&[f32], LoadError> {
        let entry = self.header.tensors.get(name).ok_or_else(|| LoadError::MissingTensor(name.to_owned()))?;
        if entry.shape != expected {
            let (found, expected) = (entry.shape.clone(), expected.to_vec());
            return Err(LoadError::Shape { name: name.to_owned(), found, expected });
        }
        let start = entry.offset / 4;
        let end = entry.shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).and_then(|n| start.checked_add(n));
        end.and_then(|end| self.numbers.get(start..end))
            .ok_or_else(|| LoadError::Damaged(format!("tensor {name} reaches past the end of the file")))
    }

    /// The shape of the tensor `name`, if it is there.
    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.header.tensors.get(name).map(|entry| entry.shape.as_slice())
    }

    /// The tensor `name` of u32, row major, if it has the shape `expected`.
    pub(crate) fn words(&self, name: &str, expected: &[usize]) -> Result<Vec<u32>, LoadError> {
        Ok(self.tensor(name, expected)?.iter().map(|number| number.to_bits()).collect())
    }

    /// The table `name`, in the form that the caller asks for.
    pub(crate) fn table<T: DeserializeOwned>(&self, name: &str) -> Result<T, LoadError> {
        let table = |detail: String| LoadError::Table { name: name.to_owned(), detail };
        let value = self.header.tables.get(name).ok_or_else(|| table("not in the file".to_owned()))?;
        T::deserialize(value).map_err(|e| table(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, numbers: &[f32]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((header.len() as u32).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(64), 0);
        bytes.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
        let sum = Sha256::digest(&bytes);
        bytes.extend(sum);
        bytes
    }

    const HEADER: &str = r#"{"meta":{"package":"p","version":"1","license":"MIT","seeds":{}},
        "tensors":{"a":{"shape":[2,1],"offset":0},"far":{"shape":[9],"offset":4}},"tables":{"tags":["NN"]}}"#;

    #[test]
    fn tensors_and_tables_come_back_as_written() {
        let weights = Weights::parse(&file(HEADER, &[1.5, -2.0])).unwrap();
        assert_eq!(weights.tensor("a", &[2, 1]).unwrap(), [1.5, -2.0]);
        assert_eq!(weights.table::<Vec<String>>("tags").unwrap(), ["NN"]);
    }

    #[test]
    fn errors_name_the_tensor_and_the_table() {
        let weights = Weights::parse(&file(HEADER, &[1.5, -2.0])).unwrap();
        let shape = weights.tensor("a", &[3]).unwrap_err().to_string();
        assert_eq!(shape, "tensor a has shape [2, 1], expected [3]");
        assert!(weights.tensor("b", &[3]).unwrap_err().to_string().contains("no tensor b"));
        assert!(weights.tensor("far", &[9]).unwrap_err().to_string().contains("tensor far reaches past the end"));
        assert!(weights.table::<Vec<u32>>("tags").unwrap_err().to_string().contains("table tags"));
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_noticed() {
        let whole = file(HEADER, &[1.5, -2.0]);
        for i in 0..whole.len() {
            assert!(Weights::parse(&whole[..i]).is_err(), "cut at {i}");
            let mut changed = whole.clone();
            changed[i] ^= 1;
            assert!(Weights::parse(&changed).is_err(), "changed at {i}");
        }
    }
}
