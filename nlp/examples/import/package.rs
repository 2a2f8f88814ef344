//! Reads an unpacked spaCy package: which of its files holds what, and in which order the weights file has it.

use std::io;

use copydesk_nlp::{LoadError, Pipeline};
use rmpv::Value;
use serde_json::Value as Json;

use crate::container::{Container, map};
use crate::msgpack::{self, Array, get};

/// What spaCy 3.8 has in its code and not in its packages: `BASE_NORMS` (`spacy/lang/norm_exceptions.py`) and the numbers of its symbols
/// (`spacy/symbols.pyx`).
const SPACY: &str = include_str!("spacy.json");

/// spaCy's names and string ids of the parts of speech that its lemmatizer's tables are keyed by.
const LEMMA_POS: [(&str, u64); 5] = [
    ("adj", 12_401_032_943_472_870_168),
    ("adv", 10_054_248_821_341_768_113),
    ("noun", 16_833_663_260_455_505_849),
    ("verb", 6_360_137_228_241_296_794),
    ("punct", 445),
];
/// Letters of the parser's transitions, by their number (`arc_eager.pyx`).
const PARSER_MOVES: &[&str] = &["S", "D", "L", "R", "B"];
/// Letters of the entity recognizer's transitions, by their number (`ner.pyx`).
const NER_MOVES: &[&str] = &["M", "B", "I", "L", "U", "O"];

/// Why a package cannot be imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// A file that cannot be read.
    #[error(
        "cannot read {file}: {source}; the path must be the folder of an English spaCy 3.8 pipeline, beside config.cfg"
    )]
    Io { file: String, source: io::Error },
    /// A file that holds something else than an English CNN pipeline of spaCy 3.8.
    #[error("{file}: {detail}")]
    Content { file: String, detail: String },
    /// A tensor or table that the engine does not compute with.
    #[error("the engine cannot use this package: {0}")]
    Engine(#[from] LoadError),
}

/// The files of a package: `read` gives the bytes of the file of that name, relative to the package's folder.
pub(crate) struct Package<'r> {
    pub(crate) read: &'r dyn Fn(&str) -> io::Result<Vec<u8>>,
}

impl Package<'_> {
    /// The package as a weights file, and the engine that has loaded it: every tensor has the shape that it computes with.
    pub(crate) fn import(&self) -> Result<(Vec<u8>, Pipeline), ImportError> {
        let mut out = Container::default();
        let (tok2vec, ner, parser) = (self.model("tok2vec")?, self.model("ner")?, self.model("parser")?);
        let seeds = map([("tok2vec", tok2vec.encoder("tok2vec", &mut out)?), ("ner", ner.encoder("ner", &mut out)?)]);
        parser.transitions("parser", &mut out)?;
        ner.transitions("ner", &mut out)?;
        let tagger = self.model("tagger")?;
        let softmax = tagger.named("softmax").last().ok_or_else(|| tagger.fail("no layer softmax"))?;
        for part in ["W", "b"] {
            put(&mut out, &format!("tagger.{part}"), &tagger.array(softmax, part)?);
        }
        self.vectors([("tok2vec", &tok2vec), ("ner", &ner)], &mut out)?;

        let meta = self.json("meta.json")?;
        let text = |key: &str| {
            let text = meta[key].as_str().ok_or_else(|| content("meta.json", format!("no text {key}")))?;
            Ok::<_, ImportError>(text.to_owned())
        };
        let package = format!("{}_{}", text("lang")?, text("name")?);
        let meta = [("package", package), ("version", text("version")?), ("license", text("license")?)];
        let meta = map(meta.map(|(key, text)| (key, text.into())).into_iter().chain([("seeds", seeds)]));
        let file = out.finish(meta, self.tables()?).map_err(|e| content("tables", e.to_string()))?;
        let pipeline = Pipeline::from_bytes(&file)?;
        Ok((file, pipeline))
    }

    fn tables(&self) -> Result<Value, ImportError> {
        let tagger = self.json("tagger/cfg")?;
        let tags = tagger["labels"].as_array().ok_or_else(|| content("tagger/cfg", "no list labels"))?;
        let tags: Vec<Value> = tags.iter().filter_map(Json::as_str).map(Value::from).collect();
        let spacy: Value = serde_json::from_str(SPACY).map_err(|e| content("spacy.json", e.to_string()))?;
        Ok(map([
            ("tokenizer", self.tokenizer()?),
            ("lexeme_norm", self.lexeme_norm()?),
            ("base_norms", part("spacy.json", &spacy, "base_norms")?.clone()),
            ("symbols", part("spacy.json", &spacy, "symbols")?.clone()),
            ("tags", tags.into()),
            ("parser_moves", self.moves("parser/moves", PARSER_MOVES)?),
            ("ner_moves", self.moves("ner/moves", NER_MOVES)?),
            ("attribute_ruler", self.msgpack("attribute_ruler/patterns")?),
            ("lemma_rules", self.lemma_table("lemma_rules", Value::clone)?),
            ("lemma_exc", self.lemma_table("lemma_exc", Value::clone)?),
            ("lemma_index", self.lemma_table("lemma_index", sorted_lines)?),
        ]))
    }

    /// Expressions as they are, and special cases as lists of ORTH and NORM ("" where a case gives none).
    fn tokenizer(&self) -> Result<Value, ImportError> {
        const FILE: &str = "tokenizer";
        /// Numbers of `spacy.attrs`.
        const ORTH: u64 = 65;
        const NORM: u64 = 67;
        let table = self.msgpack(FILE)?;
        if get(&table, "token_match").is_some_and(|expression| !expression.is_nil()) {
            return Err(content(FILE, "it has a token_match, which the engine does not know"));
        }
        let mut rules = Vec::new();
        for (text, pieces) in part(FILE, &table, "exceptions")?.as_map().into_iter().flatten() {
            let mut case = Vec::new();
            for piece in pieces.as_array().into_iter().flatten() {
                let attribute = |number: u64| entry(piece, number).cloned();
                let orth = attribute(ORTH).ok_or_else(|| content(FILE, format!("special case {text} has no ORTH")))?;
                case.push(Value::Array(vec![orth, attribute(NORM).unwrap_or_else(|| "".into())]));
            }
            rules.push((text.clone(), case.into()));
        }
        let names = [
            ("prefix", "prefix_search"),
            ("suffix", "suffix_search"),
            ("infix", "infix_finditer"),
            ("url", "url_match"),
        ];
        let expressions = names.map(|(ours, theirs)| Ok((ours, part(FILE, &table, theirs)?.clone())));
        let expressions: Vec<_> = expressions.into_iter().collect::<Result<_, ImportError>>()?;
        Ok(map(expressions.into_iter().chain([("rules", rules.into())])))
    }

    /// Norms by string id, in the order of the ids.
    fn lexeme_norm(&self) -> Result<Value, ImportError> {
        const FILE: &str = "vocab/lookups.bin";
        let lookups = self.msgpack(FILE)?;
        let mut norms = part(FILE, &lookups, "lexeme_norm")?.as_map().cloned().unwrap_or_default();
        norms.sort_by_key(|(id, _)| id.as_u64());
        Ok(norms.into())
    }

    /// A table of the lemmatizer by the names of parts of speech.
    fn lemma_table(&self, name: &str, value: impl Fn(&Value) -> Value) -> Result<Value, ImportError> {
        const FILE: &str = "lemmatizer/lookups/lookups.bin";
        let lookups = self.msgpack(FILE)?;
        let table = part(FILE, &lookups, name)?;
        Ok(map(LEMMA_POS.iter().filter_map(|&(pos, id)| Some((pos, value(entry(table, id)?))))))
    }

    /// Names of the classes of a transition system, in their order (`transition_system.pyx`, `initialize_actions`): by transition, labels by
    /// frequency and name descending; labels added later have negative frequencies and come last.
    fn moves(&self, file: &str, letters: &[&str]) -> Result<Value, ImportError> {
        let table = self.msgpack(file)?;
        let text = part(file, &table, "moves")?.as_str().unwrap_or_default();
        let moves: Json = serde_json::from_str(text).map_err(|e| content(file, format!("moves: {e}")))?;
        let mut classes = Vec::new();
        for (number, letter) in letters.iter().enumerate() {
            for (label, frequency) in moves[number.to_string()].as_object().into_iter().flatten() {
                let frequency = frequency.as_i64().ok_or_else(|| content(file, format!("{label} has no frequency")))?;
                // The recognizer's `U-` keeps its hyphen.
                let name = match (label.as_str(), *letter) {
                    ("", letter) if letter != "U" => letter.to_owned(),
                    (label, letter) => format!("{letter}-{label}"),
                };
                classes.push((number, frequency, label, name));
            }
        }
        classes.sort_by(|(a, a_frequency, a_label, _), (b, b_frequency, b_label, _)| {
            let by_label = (b_frequency, b_label).cmp(&(a_frequency, a_label));
            let late = (*a_frequency < 0).cmp(&(*b_frequency < 0));
            late.then_with(|| if *a_frequency < 0 { by_label.then(a.cmp(b)) } else { a.cmp(b).then(by_label) })
        });
        Ok(classes.into_iter().map(|(.., name)| Value::from(name)).collect::<Vec<_>>().into())
    }

    /// Static vectors: for each encoder the table after its linear layer (rows, 96), and the keys (n, 3) in ascending order.
    fn vectors(&self, encoders: [(&str, &Model); 2], out: &mut Container) -> Result<(), ImportError> {
        const FILE: &str = "vocab/vectors";
        const KEYS: &str = "vocab/key2row";
        const CFG: &str = "vocab/vectors.cfg";
        if encoders.iter().all(|(_, model)| model.named("static_vectors").next().is_none()) {
            return Ok(());
        }
        let cfg = self.json(CFG)?;
        if cfg["mode"].as_str().is_some_and(|mode| mode != "default") {
            return Err(content(CFG, format!("vectors of mode {}, expected \"default\"", cfg["mode"])));
        }
        let vectors = Array::from_npy(&self.bytes(FILE)?).map_err(|detail| content(FILE, detail))?;
        let &[rows, width] = &vectors.shape[..] else {
            return Err(content(FILE, format!("shape {:?}, expected (rows, width)", vectors.shape)));
        };
        let table = self.msgpack(KEYS)?;
        let keys = table.as_map().into_iter().flatten().map(|(id, row)| Some((id.as_u64()?, row.as_u64()?)));
        let mut keys: Vec<(u64, u64)> =
            keys.collect::<Option<_>>().ok_or_else(|| content(KEYS, "no map of ids to rows"))?;
        keys.sort_unstable();
        let used = keys.iter().max_by_key(|(_, row)| row).map_or(0, |(_, row)| *row as usize + 1);
        if used == 0 || used > rows {
            return Err(content(KEYS, format!("{} keys of {used} rows, {FILE} has {rows}", keys.len())));
        }
        for (name, model) in encoders {
            let layer = model.named("static_vectors").next().ok_or_else(|| model.fail("no layer static_vectors"))?;
            let key = model.attribute(layer, "key_attr")?;
            if key.as_str() != Some("ORTH") {
                return Err(model.fail(format!("its vectors are those of {key}, expected \"ORTH\"")));
            }
            let linear = model.array(layer, "W")?;
            if linear.shape.get(1) != Some(&width) || width == 0 {
                let detail = format!("static_vectors: W has shape {:?}, the vectors are {width} wide", linear.shape);
                return Err(model.fail(detail));
            }
            let dot =
                |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>() as f32;
            let vectors = vectors.numbers.chunks_exact(width).take(used);
            let products =
                vectors.flat_map(|vector| linear.numbers.chunks_exact(width).map(move |row| dot(row, vector)));
            out.put(&format!("{name}.vectors"), &[used, linear.shape[0]], products.map(f32::to_le_bytes));
        }
        let words = keys.iter().flat_map(|&(id, row)| [id as u32, (id >> 32) as u32, row as u32]);
        out.put("vectors.keys", &[keys.len(), 3], words.map(u32::to_le_bytes));
        Ok(())
    }

    fn bytes(&self, file: &str) -> Result<Vec<u8>, ImportError> {
        (self.read)(file).map_err(|source| ImportError::Io { file: file.to_owned(), source })
    }

    fn json(&self, file: &str) -> Result<Json, ImportError> {
        serde_json::from_slice(&self.bytes(file)?).map_err(|e| content(file, e.to_string()))
    }

    fn msgpack(&self, file: &str) -> Result<Value, ImportError> {
        msgpack::parse(&self.bytes(file)?).map_err(|detail| content(file, detail))
    }

    fn model(&self, component: &str) -> Result<Model, ImportError> {
        let file = format!("{component}/model");
        let value = self.msgpack(&file)?;
        Ok(Model { file, value })
    }
}

/// A thinc model (`thinc/model.py`, `to_dict`): lists of `nodes` (name and references), `attrs` and `params`, one element a layer, breadth
/// first.
struct Model {
    file: String,
    value: Value,
}

impl Model {
    /// Puts an encoder: hash embeddings in the order of the attributes, then the mixing layer (the one with the widest input), then the four
    /// window layers. Gives the embeddings' seeds.
    fn encoder(&self, prefix: &str, out: &mut Container) -> Result<Value, ImportError> {
        let mut seeds = Vec::new();
        for (i, layer) in self.named("hashembed").enumerate() {
            put(out, &format!("{prefix}.embed.{i}"), &self.array(layer, "E")?);
            seeds.push(self.attribute(layer, "seed")?);
        }
        let pairs = self.named("maxout").zip(self.named("layernorm"));
        let mut layers: Vec<_> = pairs
            .map(|(maxout, norm)| Ok((self.array(maxout, "W")?, maxout, norm)))
            .collect::<Result<_, ImportError>>()?;
        layers.sort_by_key(|(w, ..)| std::cmp::Reverse(w.shape.last().copied()));
        let names = ["mix", "encode.0", "encode.1", "encode.2", "encode.3"];
        if layers.len() != names.len() {
            return Err(self.fail(format!(
                "{} layers of maxout and layernorm, expected {}",
                layers.len(),
                names.len()
            )));
        }
        for (name, (w, maxout, norm)) in names.into_iter().zip(layers) {
            put(out, &format!("{prefix}.{name}.W"), &w);
            put(out, &format!("{prefix}.{name}.b"), &self.array(maxout, "b")?);
            put(out, &format!("{prefix}.{name}.G"), &self.array(norm, "G")?);
            put(out, &format!("{prefix}.{name}.beta"), &self.array(norm, "b")?);
        }
        Ok(seeds.into())
    }

    /// Puts the scorer of a transition system.
    fn transitions(&self, prefix: &str, out: &mut Container) -> Result<(), ImportError> {
        let reference = |name: &str| {
            let root = self.element("nodes", 0).and_then(|root| get(get(root, "refs")?, name)?.as_u64());
            root.map(|at| at as usize).ok_or_else(|| self.fail(format!("no layer {name}")))
        };
        let (lower, upper) = (reference("lower")?, reference("upper")?);
        let linear = self.named("linear").find(|&layer| layer != upper).ok_or_else(|| self.fail("no layer linear"))?;
        for (name, layer, parts) in
            [("linear", linear, &["W", "b"][..]), ("lower", lower, &["W", "b", "pad"]), ("upper", upper, &["W", "b"])]
        {
            for part in parts {
                put(out, &format!("{prefix}.{name}.{part}"), &self.array(layer, part)?);
            }
        }
        Ok(())
    }

    /// Layers of this name, in order.
    fn named<'m>(&'m self, name: &'m str) -> impl Iterator<Item = usize> + 'm {
        let nodes = get(&self.value, "nodes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let is_named = move |node: &Value| get(node, "name").and_then(Value::as_str) == Some(name);
        nodes.iter().enumerate().filter(move |(_, node)| is_named(node)).map(|(layer, _)| layer)
    }

    /// The element of a layer in one of the model's lists.
    fn element(&self, list: &str, layer: usize) -> Option<&Value> {
        get(&self.value, list)?.as_array()?.get(layer)
    }

    /// A parameter of a layer.
    fn array(&self, layer: usize, name: &str) -> Result<Array, ImportError> {
        let param = self.element("params", layer).and_then(|params| get(params, name));
        let array = param.ok_or_else(|| "not in the file".to_owned()).and_then(Array::from_msgpack);
        array.map_err(|detail| self.fail(format!("parameter {name} of layer {layer}: {detail}")))
    }

    /// An attribute of a layer, which is msgpack in itself.
    fn attribute(&self, layer: usize, name: &str) -> Result<Value, ImportError> {
        let bytes = self.element("attrs", layer).and_then(|attrs| get(attrs, name)?.as_slice());
        let value = bytes.ok_or_else(|| "not in the file".to_owned()).and_then(msgpack::parse);
        value.map_err(|detail| self.fail(format!("attribute {name} of layer {layer}: {detail}")))
    }

    fn fail(&self, detail: impl Into<String>) -> ImportError {
        content(&self.file, detail)
    }
}

fn put(out: &mut Container, name: &str, array: &Array) {
    out.put(name, &array.shape, array.numbers.iter().map(|number| number.to_le_bytes()));
}

fn content(file: &str, detail: impl Into<String>) -> ImportError {
    ImportError::Content { file: file.to_owned(), detail: detail.into() }
}

/// What a file has under `key`.
fn part<'v>(file: &str, map: &'v Value, key: &str) -> Result<&'v Value, ImportError> {
    get(map, key).ok_or_else(|| content(file, format!("it has no {key}")))
}

/// The value of a number in a map.
fn entry(map: &Value, number: u64) -> Option<&Value> {
    map.as_map()?.iter().find(|(key, _)| key.as_u64() == Some(number)).map(|(_, value)| value)
}

/// A list of texts as lines, in the order of their code points.
fn sorted_lines(list: &Value) -> Value {
    let mut lines: Vec<&str> = list.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    lines.sort_unstable();
    lines.join("\n").into()
}
