"""Writes the vectors of a spaCy package as principal components in 8 bits.

usage: python wordvectors.py PACKAGE_FOLDER/vocab OUT.npz [DIMENSIONS]

OUT: `words` (lower-cased forms), `row` of each, `q` (rows, dimensions) int8, `scale` (dimensions) f32.
"""
import json
import sys

import numpy as np
from spacy.strings import hash_string
from spacy.vectors import Vectors

folder, out = sys.argv[1:3]
dimensions = int(sys.argv[3]) if len(sys.argv) > 3 else 96
vectors = Vectors()
vectors.from_disk(folder, exclude=["strings"])
data = np.asarray(vectors.data, np.float64)
data -= data.mean(0)
_, _, axes = np.linalg.svd(data, full_matrices=False)
axes = axes[:dimensions]
axes *= np.sign(axes[np.arange(dimensions), np.abs(axes).argmax(1)])[:, None]  # the sign of an axis is free
rows = data @ axes.T
rows /= rows.std() * 2
rows = np.clip(rows, -4 * rows.std(0), 4 * rows.std(0))
scale = (np.abs(rows).max(0) / 127).astype(np.float32)

best = {}  # lower-cased form -> (rank of the spelling, row)
for word in json.load(open(f"{folder}/strings.json", encoding="utf-8")):
    row = vectors.key2row.get(hash_string(word), -1)
    lower = word.lower()
    rank = 0 if word == lower else 1 if word == lower.capitalize() else 2 if word == lower.upper() else 3
    plain = lower.translate(str.maketrans("", "", "'-."))
    if row >= 0 and rank < 3 and plain.isalpha() and lower.isascii() and len(lower) <= 20:
        best[lower] = min(best.get(lower, (rank, row)), (rank, row))
words = sorted(best)
np.savez(out, words=np.array(words), row=np.array([best[w][1] for w in words], np.int32), q=np.round(rows / scale).astype(np.int8), scale=scale)
print(len(words), "forms")
