"""Reads a weights file back, to train on from it (`train.py --start`) or to teach with it: the inverse of export.py.

usage: python restore.py WEIGHTS.bin OUT.pt

The pointer to the cue is not in the file; training on starts it anew.
"""
import json
import sys

import numpy as np
import torch

from data import COLUMNS
from model import NUMBERS, VECTORS, WIDTHS


def main():
    path, out = sys.argv[1:]
    file = open(path, "rb").read()
    length = int.from_bytes(file[8:12], "little")
    header = json.loads(file[12 : 12 + length])
    body = -(-(12 + length) // 64) * 64
    kinds = {"f16": np.float16, "f32": np.float32, "i8": np.int8, "u16": np.uint16, "u32": np.uint32}

    def tensor(name):
        entry = header["tensors"][name]
        count = int(np.prod(entry["shape"]))
        array = np.frombuffer(file, kinds[entry["dtype"]], count, body + entry["offset"])
        return torch.from_numpy(array.reshape(entry["shape"]).astype(np.float32))

    state = {name: tensor(name) for name in ("input.weight", "input.bias", "norm.weight", "norm.bias", "hidden.weight", "hidden.bias",
                                             "scores.weight", "scores.bias", "transitions")}
    named = sum(WIDTHS.values())
    state["input.weight"][:, named + NUMBERS : named + NUMBERS + VECTORS] *= 2  # the trainer halves the engine's vectors
    for column in COLUMNS:
        state[f"tables.{column}.weight"] = tensor(f"table.{column}")
    state["tables.form.weight"] *= tensor("table.form.scale")
    for k in range(3):
        state[f"related.{k}.weight"] = tensor(f"related.{k}.weight")
    for direction, suffix in (("forward", "l0"), ("backward", "l0_reverse")):
        for weight in ("weight_ih", "weight_hh"):
            state[f"lstm.{weight}_{suffix}"] = tensor(f"{direction}.{weight}")
        state[f"lstm.bias_ih_{suffix}"] = tensor(f"{direction}.bias")
        state[f"lstm.bias_hh_{suffix}"] = torch.zeros_like(state[f"lstm.bias_ih_{suffix}"])
    for part, name in enumerate(("first", "last", "cue")):
        state[f"source.query.{part}.weight"] = tensor(f"pointer.source.{name}.weight")
    state["source.query.0.bias"] = tensor("pointer.source.bias")
    state["source.key.weight"] = tensor("pointer.source.key.weight")
    state["source.none.weight"] = tensor("pointer.source.none.weight")[None]
    state["source.none.bias"] = tensor("pointer.source.none.bias")
    state["source.distance.weight"] = tensor("pointer.source.distance").reshape(-1, 1)
    state["source.absent"] = tensor("pointer.source.absent")
    vocabulary = {column: {name: i + 1 for i, name in enumerate(header["names"][column])} for column in COLUMNS}
    torch.save({"vocabulary": vocabulary, "state": state, "encoder": None}, out)


main()
