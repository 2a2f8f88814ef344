//! The weights file: what `models/attribution/train/export.py` writes.
//!
//! Layout: `CDATTR1\n`, header length (u32, little endian), header (JSON), zeros up to a multiple of 64 bytes, tensors
//! (little endian, row major), SHA-256 of everything before. The header says where it comes from (`meta`, for people), the names of
//! each column in the order of their table's rows (`names`; row 0 stands for every other name), the counts of cue words
//! (`cue_counts`), and shape, type (`f16`, `f32`, `i8`, `u16`, `u32`) and offset of each tensor (`tensors`).

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

const MAGIC: &[u8] = b"CDATTR1\n";
const CHECKSUM: usize = 32;

/// Why a weights file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// Not a weights file, or one of another version.
    #[error("not an attribution weights file: it does not start with \"CDATTR1\"; export the model again")]
    Magic,
    /// Cut short or changed.
    #[error("attribution weights are damaged: {0}; copy or export them again")]
    Damaged(String),
    /// A tensor is missing or has another shape or type than the network computes with.
    #[error(
        "attribution weights: tensor {name} is {found}, expected {expected}; export with the trainer of this version"
    )]
    Tensor {
        /// Which tensor.
        name: String,
        /// What is in the file.
        found: String,
        /// What the network needs.
        expected: String,
    },
}

#[derive(Deserialize)]
struct Header {
    names: BTreeMap<String, Vec<String>>,
    cue_counts: Vec<(String, u32, u32)>,
    tensors: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    offset: usize,
}

/// A parsed weights file.
pub(super) struct Weights<'a> {
    header: Header,
    tensors: &'a [u8],
    version: String,
}

impl<'a> Weights<'a> {
    /// Reads and checks a whole file.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        if !bytes.starts_with(MAGIC) {
            return Err(WeightsError::Magic);
        }
        let damaged = |what: &str| WeightsError::Damaged(what.to_owned());
        let body = bytes.len().checked_sub(CHECKSUM).filter(|&n| n >= MAGIC.len() + 4);
        let body = body.ok_or_else(|| damaged("the file is cut short"))?;
        let sum = Sha256::digest(&bytes[..body]);
        if sum[..] != bytes[body..] {
            return Err(damaged("the checksum does not match"));
        }
        let start = MAGIC.len() + 4;
        let length = bytes[MAGIC.len()..start].try_into().map_or(0, u32::from_le_bytes) as usize;
        let header = bytes[..body].get(start..start + length).ok_or_else(|| damaged("the header is cut short"))?;
        let header: Header = serde_json::from_slice(header).map_err(|e| damaged(&format!("header: {e}")))?;
        let tensors = bytes[..body].get((start + length).next_multiple_of(64)..);
        let tensors = tensors.ok_or_else(|| damaged("the tensors are missing"))?;
        let version = sum[..6].iter().map(|b| format!("{b:02x}")).collect();
        Ok(Self { header, tensors, version })
    }

    /// First twelve hexadecimal digits of the file's checksum.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Names of a column, in the order of its table's rows from 1 on.
    pub(super) fn names(&self, column: &str) -> Result<&[String], WeightsError> {
        let names = self.header.names.get(column).map(Vec::as_slice);
        names.ok_or_else(|| WeightsError::Damaged(format!("no names of column {column}")))
    }

    /// Forms seen within cues: form, times within a cue, times seen.
    pub(super) fn cue_counts(&self) -> &[(String, u32, u32)] {
        &self.header.cue_counts
    }

    /// A tensor of numbers, whatever they are stored as, if its shape is `expected`.
    pub(super) fn numbers(&self, name: &str, expected: &[usize]) -> Result<Vec<f32>, WeightsError> {
        let (dtype, bytes) = self.bytes(name, expected)?;
        match dtype {
            "f32" => Ok(bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect()),
            "f16" => Ok(bytes.as_chunks::<2>().0.iter().map(|&b| half(u16::from_le_bytes(b))).collect()),
            "i8" => Ok(bytes.iter().map(|&b| f32::from(b as i8)).collect()),
            other => Err(mismatch(name, other, "f32, f16 or i8")),
        }
    }

    /// A tensor of bytes that are signed numbers.
    pub(super) fn signed_bytes(&self, name: &str, expected: &[usize]) -> Result<Vec<i8>, WeightsError> {
        match self.bytes(name, expected)? {
            ("i8", bytes) => Ok(bytes.iter().map(|&b| b as i8).collect()),
            (other, _) => Err(mismatch(name, other, "i8")),
        }
    }

    /// A tensor of unsigned numbers.
    pub(super) fn unsigned(&self, name: &str) -> Result<Vec<u32>, WeightsError> {
        match self.bytes(name, self.shape(name)?)? {
            ("u32", bytes) => Ok(bytes.as_chunks::<4>().0.iter().map(|&b| u32::from_le_bytes(b)).collect()),
            ("u16", bytes) => Ok(bytes.as_chunks::<2>().0.iter().map(|&b| u32::from(u16::from_le_bytes(b))).collect()),
            (other, _) => Err(mismatch(name, other, "u32 or u16")),
        }
    }

    /// Shape of a tensor.
    pub(super) fn shape(&self, name: &str) -> Result<&[usize], WeightsError> {
        let entry = self.header.tensors.get(name);
        entry.map(|e| e.shape.as_slice()).ok_or_else(|| mismatch(name, "missing", "there"))
    }

    fn bytes(&self, name: &str, expected: &[usize]) -> Result<(&str, &'a [u8]), WeightsError> {
        let entry = self.header.tensors.get(name).ok_or_else(|| mismatch(name, "missing", "there"))?;
        if entry.shape != expected {
            return Err(mismatch(name, &format!("{:?}", entry.shape), &format!("{expected:?}")));
        }
        let size = match entry.dtype.as_str() {
            "f32" | "u32" => 4,
            "f16" | "u16" => 2,
            _ => 1,
        };
        let length = entry.shape.iter().try_fold(size, |n: usize, &d| n.checked_mul(d));
        let end = length.and_then(|n| n.checked_add(entry.offset));
        let bytes = end.and_then(|end| self.tensors.get(entry.offset..end));
        let bytes = bytes.ok_or_else(|| WeightsError::Damaged(format!("tensor {name} reaches past the end")))?;
        Ok((&entry.dtype, bytes))
    }
}

fn mismatch(name: &str, found: &str, expected: &str) -> WeightsError {
    WeightsError::Tensor { name: name.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}

/// An IEEE 754 binary16 number.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    match exponent {
        0 => sign * fraction * 2f32.powi(-24),
        31 => sign * if fraction == 0.0 { f32::INFINITY } else { f32::NAN },
        e => sign * (1.0 + fraction / 1024.0) * 2f32.powi(e - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with the header's text and these tensor bytes.
    fn file(header: &str, tensors: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((header.len() as u32).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(64), 0);
        bytes.extend(tensors);
        let sum = Sha256::digest(&bytes);
        bytes.extend(sum);
        bytes
    }

    const HEADER: &str = r#"{"meta":{},"names":{"tag":["NN"]},"cue_counts":[["said",9,10]],"tensors":{
        "a":{"dtype":"f16","shape":[2],"offset":0},"far":{"dtype":"f32","shape":[9],"offset":4}}}"#;

    #[test]
    fn tensors_and_names_come_back_as_written() {
        let bytes = file(HEADER, &[0x00, 0x3c, 0x00, 0xc1]);
        let weights = Weights::parse(&bytes).unwrap();
        assert_eq!(weights.numbers("a", &[2]).unwrap(), [1.0, -2.5]);
        assert_eq!(weights.names("tag").unwrap(), ["NN"]);
        assert_eq!(weights.cue_counts(), [("said".to_owned(), 9, 10)]);
    }

    #[test]
    fn errors_name_the_tensor() {
        let bytes = file(HEADER, &[0; 4]);
        let weights = Weights::parse(&bytes).unwrap();
        let shape = weights.numbers("a", &[3]).unwrap_err().to_string();
        assert!(shape.contains("tensor a is [2], expected [3]"), "{shape}");
        assert!(weights.numbers("b", &[3]).unwrap_err().to_string().contains("tensor b is missing"));
        assert!(weights.numbers("far", &[9]).unwrap_err().to_string().contains("far reaches past the end"));
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_noticed() {
        let whole = file(HEADER, &[0; 4]);
        for i in 0..whole.len() {
            assert!(Weights::parse(&whole[..i]).is_err(), "cut at {i}");
            let mut changed = whole.clone();
            changed[i] ^= 1;
            assert!(Weights::parse(&changed).is_err(), "changed at {i}");
        }
    }

    #[test]
    fn half_precision_numbers_are_read_exactly() {
        for (bits, expected) in [
            (0x0001, 2f32.powi(-24)),
            (0x03ff, 1023.0 * 2f32.powi(-24)),
            (0x0400, 2f32.powi(-14)),
            (0x7bff, 65504.0),
            (0xc000, -2.0),
        ] {
            assert_eq!(half(bits), expected);
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }
}
