"""Reads what `examples/attribution_features.rs` writes, and makes batches of paragraphs."""
import json

import numpy as np
import torch
from safetensors import safe_open

import context

LABELS = ["O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content"]
# In the order of `COLUMNS` in src/extract/tagger/features/mod.rs.
COLUMNS = ["form", "suffix", "shape", "tag", "dep", "head_tag", "head_dep", "head_lemma", "entity", "cue_bucket", "head_cue_bucket",
           "quoted", "reporter_distance", "reporter_depth", "reporter_subject", "reporter_complement", "clausal_complement", "reporters",
           "paragraph_quoted", "child_deps", "reports_pos"]
# Names seen less often than this share row 0 with unseen ones.
MINIMUM = {"form": 2, "head_lemma": 5, "suffix": 5, "shape": 20, "child_deps": 5, "reporter_complement": 5, "reports_pos": 5}
BUCKETS = 25


def bucket(distance):
    """Signed distances: exact up to three tokens, powers of two beyond (`bucket` in src/extract/tagger/pointer.rs)."""
    far = np.abs(distance)
    far = np.where(far < 4, far, np.minimum(12, 2 + np.floor(np.log2(np.maximum(far, 1))).astype(np.int64)))
    return (np.sign(distance) * far + 12).astype(np.int64)


class Data:
    """Tokens of paragraphs. `vocabulary`: that of the training data, or None to make it; `words`: row of each form's word vector."""

    def __init__(self, features, gold, words, vocabulary=None):
        with safe_open(features, "np") as file:
            t = {name: file.get_tensor(name) for name in file.keys()}
            lists = json.loads(file.metadata()["names"])
        self.labels, self.paragraphs, self.documents = t["labels"].astype(np.int64), t["paragraphs"].astype(np.int64), t["documents"]
        self.numbers, self.chars, self.n = t["numbers"], t["chars"].astype(np.int64), len(t["labels"])
        self.vectors = np.concatenate([t["tok2vec"], t["ner_tok2vec"]], 1).astype(np.float16)
        self.related = t["related"].astype(np.int64)
        self.mend()
        self.vocabulary = {} if vocabulary is None else vocabulary
        self.ids = np.zeros((self.n, len(COLUMNS)), np.int32)
        for k, column in enumerate(COLUMNS):
            names, index = lists[column], t["names"][:, k]
            if vocabulary is None:
                seen = np.bincount(index, minlength=len(names))
                common = [name for name, count in zip(names, seen) if count >= MINIMUM.get(column, 3)]
                self.vocabulary[column] = {name: i + 1 for i, name in enumerate(common)}
            known = self.vocabulary[column]
            self.ids[:, k] = np.array([known.get(name, 0) for name in names])[index]
            if column == "form":
                row = lambda form: words.get(form, words.get(form.replace("’", "'"), 0))
                self.words = np.array([row(form) for form in names], np.int32)[index]
        self.target = np.eye(len(LABELS), dtype=np.float16)[self.labels]
        before = np.concatenate([self.target[:1], self.target[:-1]])
        self.pairs = before[:, :, None] * self.target[:, None]
        self.pairs[self.paragraphs[:-1]] = 0
        self.links, self.pieces = {}, None
        gold = [json.loads(line) for line in open(gold, encoding="utf-8")]
        self.texts = [document["text"] for document in gold]
        self.read_links(gold)

    def mend(self):
        """A span that something cuts in two begins anew after the cut."""
        first = np.zeros(self.n, bool)
        first[self.paragraphs[:-1]] = True
        before = np.concatenate([[0], self.labels[:-1]])
        self.labels[np.isin(self.labels, (2, 4, 6)) & (first | ((before != self.labels) & (before != self.labels - 1)))] -= 1

    def read_links(self, gold):
        """For each content of a paragraph: first and last token, tokens of its cue, tokens of its source."""
        spans = lambda x: [] if not x else [x] if isinstance(x[0], int) else x
        for document in np.unique(self.documents):
            own = np.flatnonzero(self.documents == document)
            low, high = self.paragraphs[own[0]], self.paragraphs[own[-1] + 1]

            def tokens(of):
                for start, end in spans(of):
                    a = low + np.searchsorted(self.chars[low:high, 1], start, side="right")
                    b = low + np.searchsorted(self.chars[low:high, 0], end, side="left")
                    if b > a:
                        yield a, b

            paragraph = lambda i: int(np.searchsorted(self.paragraphs, i, side="right") - 1)
            for claim in gold[document]["claims"]:
                cue, source = ({i for a, b in tokens(claim[role]) for i in range(a, b)} for role in ("cue", "source"))
                for a, b in tokens(claim["content"]):
                    while a < b:
                        p = paragraph(a)
                        end = min(b, self.paragraphs[p + 1])
                        within = lambda of: sorted(i for i in of if paragraph(i) == p)
                        self.links.setdefault(p, []).append((a, end - 1, within(cue), within(source)))
                        a = end

    def batch(self, paragraphs):
        """Tensors (paragraphs, tokens of the longest, ...) and the links of the paragraphs."""
        length = max(self.paragraphs[p + 1] - self.paragraphs[p] for p in paragraphs)
        index = np.full((len(paragraphs), length), -1, np.int64)
        for row, p in enumerate(paragraphs):
            index[row, : self.paragraphs[p + 1] - self.paragraphs[p]] = np.arange(self.paragraphs[p], self.paragraphs[p + 1])
        mask, at = index >= 0, np.maximum(index, 0)
        tensor = lambda a: torch.from_numpy(np.ascontiguousarray(a))
        out = {"index": index, "mask": tensor(mask), "ids": tensor(self.ids[at].astype(np.int64)), "numbers": tensor(self.numbers[at])}
        out["vectors"], out["words"] = tensor(self.vectors[at].astype(np.float32)), tensor(self.words[at].astype(np.int64))
        out["related"] = tensor(np.clip(self.related[at], 0, length - 1) * mask[..., None])
        out["target"], out["pairs"] = tensor(self.target[at].astype(np.float32)), tensor(self.pairs[at].astype(np.float32))
        out["links"] = self.link_batch(paragraphs, length)
        if self.pieces:
            out |= context.batch([self.pieces[p] for p in paragraphs])
        return out

    def link_batch(self, paragraphs, length):
        rows = []
        for row, p in enumerate(paragraphs):
            base = self.paragraphs[p]
            for first, last, cue, source in self.links.get(int(p), []):
                rows.append((row, first - base, last - base, [i - base for i in cue], [i - base for i in source]))
        if not rows:
            return None
        gold = np.zeros((2, len(rows), length + 1), bool)
        for k, (_, _, _, *targets) in enumerate(rows):
            for role in range(2):
                gold[role, k, targets[role] if targets[role] else length] = True
        row, first, last = (np.array([r[i] for r in rows]) for i in range(3))
        cue = np.array([r[3][0] if r[3] else -1 for r in rows])
        position = np.arange(length)[None]
        far = lambda of: torch.from_numpy(bucket(position - of[:, None]))
        tensor = torch.from_numpy
        return {"row": tensor(row), "at": [tensor(first), tensor(last), tensor(cue)], "gold": tensor(gold),
                "far": [far(first), far(last), far(np.where(cue < 0, first, cue))]}


def word_vectors(path):
    """Row of each form, and the rows; row 0 is for forms that have none."""
    z = np.load(path)
    rows = np.concatenate([np.zeros((1, z["q"].shape[1])), z["q"] * z["scale"]]).astype(np.float32)
    return {str(word): int(row) + 1 for word, row in zip(z["words"], z["row"])}, rows
