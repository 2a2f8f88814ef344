//! srsly's msgpack, in which spaCy and thinc write their packages, and its arrays (`srsly/msgpack/_msgpack_numpy.py`).

use rmpv::Value;

/// Reads one value, which must be all of `bytes`.
pub(crate) fn parse(mut bytes: &[u8]) -> Result<Value, String> {
    let value = rmpv::decode::read_value(&mut bytes).map_err(|e| format!("no whole msgpack value: {e}"))?;
    if bytes.is_empty() { Ok(value) } else { Err(format!("{} bytes follow the msgpack value", bytes.len())) }
}

/// The value of `key` in a map; keys are strings, in arrays bytes.
pub(crate) fn get<'v>(map: &'v Value, key: &str) -> Option<&'v Value> {
    map.as_map()?.iter().find(|(k, _)| k.as_slice() == Some(key.as_bytes())).map(|(_, value)| value)
}

/// An array of f32, row major.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    pub(crate) numbers: Vec<f32>,
}

impl Array {
    /// Reads srsly's form of an array: a map with `nd`, `type`, `shape` and `data`.
    pub(crate) fn from_msgpack(value: &Value) -> Result<Self, String> {
        let part = |name: &str| get(value, name).ok_or_else(|| format!("no array: it has no {name}"));
        let kind = part("type")?;
        if part("nd")?.as_bool() != Some(true) || kind.as_str() != Some("<f4") {
            return Err(format!("an array of {kind}, expected \"<f4\""));
        }
        let sizes = part("shape")?.as_array().map(|sizes| sizes.iter().map(|n| Some(n.as_u64()? as usize)).collect());
        let shape: Vec<usize> = sizes.flatten().ok_or("its shape is no list of sizes")?;
        Self::new(shape, part("data")?.as_slice().unwrap_or_default())
    }

    /// Reads numpy's own file form (`numpy/lib/format.py`, version 1): spaCy's vectors.
    pub(crate) fn from_npy(bytes: &[u8]) -> Result<Self, String> {
        let rest = bytes.strip_prefix(b"\x93NUMPY\x01\x00").ok_or("not a numpy file of version 1")?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or("cut short")?;
        let (header, data) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length))).ok_or("cut short")?;
        let header = String::from_utf8_lossy(header);
        if !header.contains("'descr': '<f4'") || !header.contains("'fortran_order': False") {
            return Err(format!("expected '<f4' in C order, found {}", header.trim_end()));
        }
        let sizes = header.split_once("'shape': (").and_then(|(_, rest)| rest.split_once(')'));
        let sizes = sizes.ok_or("it has no shape")?.0.split(',').map(str::trim).filter(|size| !size.is_empty());
        let shape = sizes.map(str::parse).collect::<Result<_, _>>().map_err(|e| format!("its shape: {e}"))?;
        Self::new(shape, data)
    }

    fn new(shape: Vec<usize>, data: &[u8]) -> Result<Self, String> {
        let expected = shape.iter().try_fold(4usize, |bytes, &size| bytes.checked_mul(size));
        if expected != Some(data.len()) {
            return Err(format!("{} bytes of data for shape {shape:?}", data.len()));
        }
        Ok(Self { shape, numbers: data.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// {b"nd": true, b"type": "<f4", b"kind": b"", b"shape": [1, 2], b"data": 1.0, -2.0}
    const ARRAY: &[u8] = b"\x85\xc4\x02nd\xc3\xc4\x04type\xa3<f4\xc4\x04kind\xc4\x00\xc4\x05shape\x92\x01\x02\
                           \xc4\x04data\xc4\x08\x00\x00\x80\x3f\x00\x00\x00\xc0";

    #[test]
    fn arrays_are_read_from_their_bytes() {
        let array = Array::from_msgpack(&parse(ARRAY).unwrap()).unwrap();
        assert_eq!(array, Array { shape: vec![1, 2], numbers: vec![1.0, -2.0] });
    }

    #[test]
    fn maps_have_keys_of_strings_and_of_bytes() {
        let map = parse(b"\x82\xa1a\x01\xc4\x01b\x02").unwrap();
        assert_eq!(get(&map, "a").and_then(Value::as_u64), Some(1));
        assert_eq!(get(&map, "b").and_then(Value::as_u64), Some(2));
        assert_eq!(get(&map, "c"), None);
        assert_eq!(get(&Value::Nil, "a"), None);
    }

    #[test]
    fn every_cut_and_what_follows_is_noticed() {
        for end in 0..ARRAY.len() {
            assert!(parse(&ARRAY[..end]).is_err(), "cut at {end}");
        }
        assert_eq!(parse(b"\x01\x02").unwrap_err(), "1 bytes follow the msgpack value");
    }

    #[test]
    fn an_array_of_another_kind_is_refused() {
        let mut other = ARRAY.to_vec();
        let at = other.windows(3).position(|w| w == b"<f4").unwrap();
        other[at + 2] = b'8';
        assert_eq!(Array::from_msgpack(&parse(&other).unwrap()).unwrap_err(), "an array of \"<f8\", expected \"<f4\"");
        let mut larger = ARRAY.to_vec();
        let at = larger.windows(3).position(|w| w == b"\x92\x01\x02").unwrap();
        larger[at + 1] = 9;
        assert_eq!(Array::from_msgpack(&parse(&larger).unwrap()).unwrap_err(), "8 bytes of data for shape [9, 2]");
        assert_eq!(Array::from_msgpack(&Value::from(1)).unwrap_err(), "no array: it has no type");
    }

    #[test]
    fn vectors_are_read_from_numpys_file() {
        let header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header);
        file.extend([0, 0, 128, 63, 0, 0, 0, 192]);
        assert_eq!(Array::from_npy(&file).unwrap(), Array { shape: vec![2], numbers: vec![1.0, -2.0] });
        for end in 0..file.len() {
            assert!(Array::from_npy(&file[..end]).is_err(), "cut at {end}");
        }
    }
}
