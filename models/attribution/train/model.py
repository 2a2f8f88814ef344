"""The tagger: embeddings and vectors, related tokens, a BiLSTM, a linear chain over the labels, and pointers to cue and source.

`src/extract/tagger` runs the same network (without the pointer to the cue, which is there to train the states).
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from data import BUCKETS, COLUMNS, LABELS

WIDTHS = {"form": 32, "head_lemma": 16, "suffix": 16, "shape": 8, "tag": 16, "dep": 16, "head_tag": 8, "head_dep": 8, "entity": 8,
          "cue_bucket": 4, "head_cue_bucket": 4, "quoted": 2, "reporter_distance": 6, "reporter_depth": 4, "reporter_subject": 4,
          "reporter_complement": 12, "clausal_complement": 3, "reporters": 3, "paragraph_quoted": 3, "child_deps": 12, "reports_pos": 6}
NUMBERS, VECTORS, RELATED = 5, 96 + 64, 3
L = len(LABELS)


def forbidden():
    """Added to the transitions (from, to); row and column L stand for the ends."""
    m = torch.zeros(L + 1, L + 1)
    for inside in (2, 4, 6):
        for before in range(L + 1):
            if before not in (inside - 1, inside):
                m[before, inside] = -1e4
    m[L, L] = -1e4
    return m


class Pointer(nn.Module):
    """Scores of all tokens of the paragraph, and of none of them, for contents given by some of their tokens."""

    def __init__(self, width, parts, key=64):
        super().__init__()
        self.query = nn.ModuleList([nn.Linear(width, key, bias=part == 0) for part in range(parts)])
        self.key = nn.Linear(width, key, bias=False)
        self.none = nn.Linear(key, 1)
        self.absent = nn.Parameter(torch.zeros(key))  # in place of a cue that is not there
        self.distance = nn.Embedding(parts * BUCKETS, 1)
        nn.init.zeros_(self.distance.weight)

    def forward(self, states, links, mask):
        row, query = links["row"], 0
        for part, layer in enumerate(self.query):
            at = links["at"][part]
            product = layer(states[row, at.clamp(min=0)])
            query = query + torch.where((at >= 0)[:, None], product, self.absent)
        query = torch.relu(query)
        scores = torch.einsum("qh,qlh->ql", query, self.key(states)[row]) / math.sqrt(query.shape[1])
        for part in range(len(self.query)):
            scores = scores + self.distance(links["far"][part] + part * BUCKETS).squeeze(-1)
        return torch.cat([scores.masked_fill(~mask[row], -1e4), self.none(query)], 1)


class Tagger(nn.Module):
    def __init__(self, sizes, words, encoder=None, inputs=192, hidden=128, dropout=0.3):
        super().__init__()
        self.encoder = encoder
        wide = encoder.width if encoder else 0
        self.tables = nn.ModuleDict({c: nn.Embedding(sizes[c], WIDTHS[c]) for c in COLUMNS})
        for table in self.tables.values():
            nn.init.normal_(table.weight, std=0.3)
        self.words = nn.Embedding.from_pretrained(torch.from_numpy(words), freeze=True)
        self.input = nn.Linear(sum(WIDTHS.values()) + NUMBERS + VECTORS + words.shape[1] + wide, inputs)
        self.norm = nn.LayerNorm(inputs)
        self.related = nn.ModuleList([nn.Linear(inputs, inputs, bias=False) for _ in range(RELATED)])
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(inputs, hidden, batch_first=True, bidirectional=True)
        self.hidden, self.scores = nn.Linear(2 * hidden, 64), nn.Linear(64, L)
        self.transitions = nn.Parameter(torch.zeros(L + 1, L + 1))
        self.register_buffer("forbidden", forbidden())
        self.cue, self.source = Pointer(2 * hidden, 2), Pointer(2 * hidden, 3)

    def states(self, batch):
        ids = batch["ids"]
        if self.training:  # words that were never seen
            unseen = torch.rand(ids.shape[:2]) < 0.08
            ids = ids.clone()
            for k, column in enumerate(COLUMNS):
                if column in ("form", "head_lemma", "suffix"):
                    ids[..., k] = ids[..., k].masked_fill(unseen, 0)
        parts = [self.tables[c](ids[..., k]) for k, c in enumerate(COLUMNS)]
        parts += [batch["numbers"], batch["vectors"] * 0.5, self.words(batch["words"])]
        if self.encoder:
            parts.append(self.encoder(batch))
        x = self.input(self.dropout(torch.cat(parts, -1)))
        y = x
        for k, layer in enumerate(self.related):
            at = batch["related"][..., k : k + 1].expand(-1, -1, x.shape[-1])
            y = y + torch.gather(layer(x), 1, at)
        y = self.dropout(self.norm(F.relu(y))) * batch["mask"].unsqueeze(-1)
        lengths = batch["mask"].sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(y, lengths, batch_first=True, enforce_sorted=False)
        y, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=y.shape[1])
        return self.dropout(y)

    def emissions(self, states):
        return self.scores(F.relu(self.hidden(states)))

    def chain(self):
        return self.transitions + self.forbidden

    def chain_loss(self, emissions, target, pairs, mask):
        """Cross entropy of label sequences, summed over the batch.

        `target` (paragraphs, tokens, labels): probability of each label; `pairs` (paragraphs, tokens, labels, labels): of each label
        after each label of the token before, nothing at the first token.
        """
        t, m = self.chain(), mask.float()
        a = emissions[:, 0] + t[L, :L]
        for i in range(1, emissions.shape[1]):
            step = torch.logsumexp(a.unsqueeze(2) + t[:L, :L], 1) + emissions[:, i]
            a = torch.where(mask[:, i : i + 1], step, a)
        total = torch.logsumexp(a + t[:L, L], 1)
        path = ((emissions * target).sum(-1) * m).sum(1) + ((pairs * t[:L, :L]).sum((-1, -2)) * m).sum(1)
        last = target[torch.arange(len(target)), mask.sum(1) - 1]
        return (total - path - target[:, 0] @ t[L, :L] - last @ t[:L, L]).sum()

    def pointers(self, states, links, mask):
        return self.cue(states, links, mask), self.source(states, links, mask)

    def link_loss(self, states, links, mask):
        loss = 0
        for scores, gold in zip(self.pointers(states, links, mask), links["gold"]):
            right = torch.logsumexp(scores.masked_fill(~gold, -1e9), 1)
            loss = loss + (torch.logsumexp(scores, 1) - right).sum()
        return loss
