"""Writes marked-up sentences as documents in the scorer's form, one a line.

usage: python markup.py own.txt > own.jsonl

[S ...] source, [C ...] cue, [T ...] content, [A ...] addressee; a digit tells attributions of one line apart ([C2 ...]), and the second
without a source has the first one's. Lines without marks hold no attribution.
"""
import json
import re
import sys

ROLES = {"S": "source", "C": "cue", "T": "content"}

for number, line in enumerate(open(sys.argv[1], encoding="utf-8"), 1):
    text, claims = "", {}
    for mark, which, words, plain in re.findall(r"\[([SCTA])(\d?) ([^\[\]]*)\]|([^\[\]]+)", line.rstrip("\n")):
        start = len(text)
        text += words + plain
        if mark in ROLES:
            claim = claims.setdefault(which or "1", {"source": [], "cue": [], "content": []})
            claim[ROLES[mark]].append([start, len(text)])
    for which, claim in claims.items():
        if which != "1" and not claim["source"]:
            claim["source"] = claims["1"]["source"]
    stated = [{"id": which, **claim} for which, claim in claims.items() if claim["content"]]
    print(json.dumps({"doc_id": f"own:{number}", "text": text, "claims": stated}))
