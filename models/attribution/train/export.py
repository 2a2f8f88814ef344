"""Writes a trained tagger as the weights file that copydesk compiles in.

usage: python export.py MODEL.pt COUNTS.json WORDS.npz OUT.bin

The layout stands at the head of src/extract/tagger/weights.rs. Matrices and tables are rounded to 16 bits, the table of word forms and
the word vectors to 8.
"""
import hashlib
import json
import sys

import numpy as np
import torch

from data import COLUMNS
from model import NUMBERS, VECTORS, WIDTHS

KINDS = {"float16": "f16", "float32": "f32", "int8": "i8", "uint16": "u16", "uint32": "u32"}
LONGEST_FORM = 16


def fold(word):
    """FNV-1a of 64 bits, folded to 32 (src/extract/tagger/fnv.rs)."""
    h = 0xCBF29CE484222325
    for byte in word.encode():
        h = ((h ^ byte) * 0x100000001B3) % 2**64
    return (h >> 32) ^ (h & 0xFFFFFFFF)


def main():
    model, counts, words, out = sys.argv[1:]
    saved = torch.load(model, weights_only=False)
    state = {name: tensor.float().numpy() for name, tensor in saved["state"].items()}
    tensors = {}

    def put(name, array, dtype=np.float32):
        tensors[name] = np.ascontiguousarray(array).astype(dtype)

    first = state["input.weight"].copy()
    named = sum(WIDTHS.values())
    first[:, named + NUMBERS : named + NUMBERS + VECTORS] *= 0.5  # the trainer halves the engine's vectors
    put("input.weight", first, np.float16)
    put("input.bias", state["input.bias"])
    for column in COLUMNS:
        table = state[f"tables.{column}.weight"]
        if column == "form":
            scale = np.abs(table).max(0) / 127
            put("table.form", np.round(table / scale), np.int8)
            put("table.form.scale", scale)
        else:
            put(f"table.{column}", table, np.float16)
    for k in range(3):
        put(f"related.{k}.weight", state[f"related.{k}.weight"], np.float16)
    put("norm.weight", state["norm.weight"])
    put("norm.bias", state["norm.bias"])
    for direction, suffix in (("forward", "l0"), ("backward", "l0_reverse")):
        for weight in ("weight_ih", "weight_hh"):
            put(f"{direction}.{weight}", state[f"lstm.{weight}_{suffix}"], np.float16)
        put(f"{direction}.bias", state[f"lstm.bias_ih_{suffix}"] + state[f"lstm.bias_hh_{suffix}"])
    put("hidden.weight", state["hidden.weight"], np.float16)
    for name in ("hidden.bias", "scores.weight", "scores.bias", "transitions"):
        put(name, state[name])
    for part, name in enumerate(("first", "last", "cue")):
        put(f"pointer.source.{name}.weight", state[f"source.query.{part}.weight"], np.float16)
    put("pointer.source.bias", state["source.query.0.bias"])
    put("pointer.source.key.weight", state["source.key.weight"], np.float16)
    put("pointer.source.none.weight", state["source.none.weight"][0])
    put("pointer.source.none.bias", state["source.none.bias"])
    put("pointer.source.distance", state["source.distance.weight"].reshape(3, -1))
    put("pointer.source.absent", state["source.absent"])

    vectors, rows = np.load(words), {}
    for form, row in zip(vectors["words"].tolist(), vectors["row"].tolist()):
        if len(form) <= LONGEST_FORM:
            rows.setdefault(fold(form), row)
    used = sorted(set(rows.values()))
    place = {row: i for i, row in enumerate(used)}
    put("words.keys", sorted(rows), np.uint32)
    put("words.rows", [place[rows[key]] for key in sorted(rows)], np.uint16)
    put("words.vectors", vectors["q"][used], np.int8)
    put("words.scale", vectors["scale"])

    entries, body = {}, b""
    for name, array in tensors.items():
        body += bytes(-len(body) % 64)
        entries[name] = {"dtype": KINDS[array.dtype.name], "shape": list(array.shape), "offset": len(body)}
        body += array.tobytes()
    header = {
        "meta": {"data": "PolNeAR 1.0, train (networkdynamics/PolNeAR c3eee83); own.txt", "engine": "en_core_web_sm 3.8",
                 "vectors": "en_core_web_md 3.8"},
        "names": {column: sorted(saved["vocabulary"][column], key=saved["vocabulary"][column].get) for column in COLUMNS},
        "cue_counts": [[form, cue, seen] for form, (cue, seen) in sorted(json.load(open(counts)).items())],
        "tensors": entries,
    }
    header = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    file = b"CDATTR1\n" + len(header).to_bytes(4, "little") + header
    file += bytes(-len(file) % 64) + body
    with open(out, "wb") as f:
        f.write(file + hashlib.sha256(file).digest())
    print(f"{out}: {len(file) + 32} bytes, SHA-256 {hashlib.sha256(file + hashlib.sha256(file).digest()).hexdigest()}")


main()
