//! Writes the weights file whose form `nlp/src/weights.rs` describes.

use rmpv::Value;
use sha2::{Digest, Sha256};

/// Tensors in the order in which they are put.
#[derive(Default)]
pub(crate) struct Container {
    /// Name, and shape and offset as they stand in the header.
    tensors: Vec<(Value, Value)>,
    data: Vec<u8>,
}

impl Container {
    /// Adds a tensor of four-byte numbers, little endian, row major.
    pub(crate) fn put(&mut self, name: &str, shape: &[usize], numbers: impl IntoIterator<Item = [u8; 4]>) {
        let sizes: Vec<Value> = shape.iter().map(|&size| size.into()).collect();
        let entry = map([("shape", sizes.into()), ("offset", self.data.len().into())]);
        self.tensors.push((name.into(), entry));
        self.data.extend(numbers.into_iter().flatten());
    }

    /// The whole file.
    pub(crate) fn finish(self, meta: Value, tables: Value) -> Result<Vec<u8>, serde_json::Error> {
        let header = map([("meta", meta), ("tensors", self.tensors.into()), ("tables", tables)]);
        let header = serde_json::to_vec(&header)?;
        let mut file = b"CDNLP1\n".to_vec();
        file.extend((header.len() as u32).to_le_bytes());
        file.extend(header);
        file.resize(file.len().next_multiple_of(64), 0);
        file.extend(self.data);
        let sum = Sha256::digest(&file);
        file.extend(sum);
        Ok(file)
    }
}

/// A map that keeps the order of its keys.
pub(crate) fn map<K: Into<Value>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}
