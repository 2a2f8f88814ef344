//! Static vectors (spaCy's `Vectors`, mode `default`): which word form has which row of the table.
//!
//! A pipeline without them (`en_core_web_sm`) has no tensor `vectors.keys`; nothing is looked up then.

use crate::weights::{LoadError, Weights};

/// Ids of the word forms that have a vector, ascending, with the rows of their vectors. Many forms may share a row.
#[derive(Debug, Default)]
pub(crate) struct VectorKeys {
    ids: Vec<u64>,
    rows: Vec<u32>,
}

impl VectorKeys {
    /// Reads `vectors.keys`: (n, 3) of u32, the id's lower and upper half and the row.
    pub(crate) fn load(weights: &Weights) -> Result<Self, LoadError> {
        const NAME: &str = "vectors.keys";
        let Some(shape) = weights.shape(NAME) else { return Ok(Self::default()) };
        let words = weights.words(NAME, &[shape.first().copied().unwrap_or(0), 3])?;
        let (keys, _) = words.as_chunks::<3>();
        let ids: Vec<u64> = keys.iter().map(|&[low, high, _]| u64::from(high) << 32 | u64::from(low)).collect();
        if !ids.is_sorted_by(|a, b| a < b) {
            return Err(LoadError::Damaged(format!("tensor {NAME} is not in ascending order of ids")));
        }
        Ok(Self { ids, rows: keys.iter().map(|&[_, _, row]| row).collect() })
    }

    /// Rows that the encoders' tables `<encoder>.vectors` must have; 0 without static vectors.
    pub(crate) fn table_rows(&self) -> usize {
        self.rows.iter().max().map_or(0, |&row| row as usize + 1)
    }

    /// True where no word form has a vector.
    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// One more than the row of the form with this id; 0 where it has none.
    pub(crate) fn place(&self, id: u64) -> u32 {
        self.ids.binary_search(&id).map_or(0, |at| self.rows[at] + 1)
    }
}
