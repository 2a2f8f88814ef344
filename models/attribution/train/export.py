"""Writes a trained tagger as the weights file that copydesk compiles in.

usage: python export.py MODEL.pt LEXICON.json WORDVECTORS.npz OUT.bin

Form: see src/extract/tagger/weights.rs. Tables and word vectors are stored in 16 and 8 bits, layers in 32.
"""
import hashlib
import json
import struct
import sys

import numpy as np
import torch

# Columns in the order of src/extract/tagger/features/mod.rs, with the trainer's names.
COLUMNS = {
    "form": "w", "suffix": "suf", "shape": "sh", "tag": "t", "dep": "d", "head_tag": "ht", "head_dep": "hd", "head_lemma": "hl",
    "entity": "e", "cue_bucket": "p", "head_cue_bucket": "hp", "quoted": "iq", "reporter_distance": "dist", "reporter_depth": "anc",
    "reporter_subject": "sub", "reporter_complement": "cmp", "clausal_complement": "vc", "reporters": "ns", "paragraph_quoted": "pq",
    "child_deps": "kid", "reports_pos": "rep",
}
model_path, lexicon_path, words_path, out_path = sys.argv[1:]
checkpoint = torch.load(model_path, weights_only=False, map_location="cpu")
state, vocab = checkpoint["state"], checkpoint["vocab"]
names = list(vocab)
tensors, blobs, position = {}, [], 0


def put(name, array, dtype):
    global position
    array = np.ascontiguousarray(array, dtype={"f32": "<f4", "f16": "<f2", "i8": "i1", "u16": "<u2", "u32": "<u4"}[dtype])
    tensors[name] = {"dtype": dtype, "shape": list(array.shape), "offset": position}
    data = array.tobytes() + b"\0" * (-array.nbytes % 4)
    blobs.append(data)
    position += len(data)


def fold(word):
    h = 0xCBF29CE484222325
    for byte in word.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h >> 32 ^ h & 0xFFFFFFFF


tables = {name: state[f"emb.{i}.weight"].numpy() for i, name in enumerate(names)}
starts = dict(zip(names, np.cumsum([0] + [tables[n].shape[1] for n in names])))
first = state["inp.weight"].numpy()
order = np.concatenate([np.arange(starts[n], starts[n] + tables[n].shape[1]) for n in COLUMNS.values()])
rest = first[:, sum(t.shape[1] for t in tables.values()):].copy()
rest[:, 5:5 + 96 + 64] *= 0.5  # the trainer halves the engine's vectors
put("input.weight", np.concatenate([first[:, order], rest], 1), "f32")
put("input.bias", state["inp.bias"], "f32")
for column, name in COLUMNS.items():
    put(f"table.{column}", tables[name], "f16")
put("table.form.scale", np.ones(tables["w"].shape[1]), "f32")
for k in range(3):
    put(f"related.{k}.weight", state[f"relp.{k}.weight"], "f32")
put("norm.weight", state["ln.weight"], "f32")
put("norm.bias", state["ln.bias"], "f32")
for direction, suffix in (("forward", "l0"), ("backward", "l0_reverse")):
    put(f"{direction}.weight_ih", state[f"lstm.weight_ih_{suffix}"], "f32")
    put(f"{direction}.weight_hh", state[f"lstm.weight_hh_{suffix}"], "f32")
    put(f"{direction}.bias", state[f"lstm.bias_ih_{suffix}"] + state[f"lstm.bias_hh_{suffix}"], "f32")
for name, layer in (("hidden", "out.0"), ("scores", "out.2")):
    put(f"{name}.weight", state[f"{layer}.weight"], "f32")
    put(f"{name}.bias", state[f"{layer}.bias"], "f32")
put("transitions", state["trans"], "f32")
words = np.load(words_path)
keyed = {}
for word, row in zip(words["words"], words["row"]):
    keyed.setdefault(fold(str(word)), int(row))
keys = sorted(keyed)
put("words.keys", keys, "u32")
put("words.rows", [keyed[k] for k in keys], "u16")
put("words.vectors", words["q"], "i8")
put("words.scale", words["scale"], "f32")
lexicon = json.load(open(lexicon_path))
header = {
    "meta": {"architecture": "BiLSTM-CRF 192-128", "data": "PolNeAR 1.0 train"},
    "names": {c: sorted(vocab[n], key=vocab[n].get) for c, n in COLUMNS.items()},
    "cue_counts": sorted([w, c, n] for w, (c, n) in lexicon.items()),
    "tensors": tensors,
}
header = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
body = b"CDATTR1\n" + struct.pack("<I", len(header)) + header
body += b"\0" * (-len(body) % 64) + b"".join(blobs)
with open(out_path, "wb") as f:
    f.write(body + hashlib.sha256(body).digest())
print(out_path, len(body), "bytes", len(keys), "word forms")
