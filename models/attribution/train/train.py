"""Trains a tagger, or distils several into one.

usage: python train.py TRAIN.safetensors TRAIN.jsonl DEV.safetensors DEV.jsonl WORDS.npz OUT.pt [options]

The features come from `examples/attribution_features.rs`, WORDS from wordvectors.py. Deterministic by --seed on one thread. OUT is the
epoch whose mean of exact source, cue and content F1 on DEV is best, with exponentially averaged weights. With --teachers, the targets
are half the gold labels, half the mean of the teachers' probabilities of labels and of pairs of neighbouring labels.
"""
import argparse
import time

import numpy as np
import torch

from context import Encoder
from data import LABELS, Data, word_vectors
from model import L, Tagger

LINK_WEIGHT, TEACHER_WEIGHT, CLIP = 0.3, 0.5, 2.0
ENCODER_RATE = 0.04  # of the learning rate of the rest
BATCH_TOKENS = 2000


def best_path(emissions, chain):
    scores, back = emissions[0] + chain[L, :L], np.zeros(emissions.shape, np.int8)
    for i in range(1, len(emissions)):
        steps = scores[:, None] + chain[:L, :L]
        back[i] = steps.argmax(0)
        scores = steps.max(0) + emissions[i]
    path = [int((scores + chain[:L, L]).argmax())]
    for i in range(len(emissions) - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    return path[::-1]


def marginals(emissions, chain):
    """Probability of each label of each token (tokens, labels), and of each pair with the label before (tokens, labels, labels)."""
    def lse(x, axis):
        top = x.max(axis, keepdims=True)
        return (top + np.log(np.exp(x - top).sum(axis, keepdims=True))).squeeze(axis)

    forward, backward = np.zeros(emissions.shape), np.zeros(emissions.shape)
    forward[0], backward[-1] = emissions[0] + chain[L, :L], chain[:L, L]
    for i in range(1, len(emissions)):
        forward[i] = lse(forward[i - 1][:, None] + chain[:L, :L], 0) + emissions[i]
    for i in range(len(emissions) - 2, -1, -1):
        backward[i] = lse(chain[:L, :L] + (emissions[i + 1] + backward[i + 1])[None], 1)
    total = lse(forward[-1] + backward[-1], 0)
    pairs = np.zeros((*emissions.shape, L))
    pairs[1:] = np.exp(forward[:-1, :, None] + chain[None, :L, :L] + (emissions[1:] + backward[1:])[:, None] - total)
    return np.exp(forward + backward - total), pairs


def spans(labels):
    found, start = set(), None
    for i, label in enumerate([*labels, 0]):
        if start is not None and label != labels[start] + 1:
            found.add((int(labels[start]), start, i))
            start = None
        if label in (1, 3, 5):
            start = i
    return found


@torch.no_grad()
def predict(tagger, data):
    """Emissions (tokens, labels), and how many pointers to cue and source were right, of how many."""
    tagger.eval()
    emissions, right, of = np.zeros((data.n, L), np.float32), np.zeros(2), 0
    lengths = np.diff(data.paragraphs)
    order, at = np.argsort(lengths, kind="stable"), 0
    while at < len(order):
        some = order[at : at + max(1, min(128, 4000 // lengths[order[at]]))]
        at += len(some)
        batch = data.batch(some)
        states = tagger.states(batch)
        inside = batch["index"] >= 0
        emissions[batch["index"][inside]] = tagger.emissions(states).numpy()[inside]
        if batch["links"]:
            pairs = zip(tagger.pointers(states, batch["links"], batch["mask"]), batch["links"]["gold"])
            right += [float(gold.gather(1, scores.argmax(1, keepdim=True)).sum()) for scores, gold in pairs]
            of += len(batch["links"]["row"])
    return emissions, right / max(of, 1)


def paragraphs(data):
    return zip(data.paragraphs[:-1], data.paragraphs[1:])


def exact_f1(data, emissions, chain):
    """Percent, for source, cue and content."""
    counts = {label: np.zeros(3) for label in (1, 3, 5)}
    for a, b in paragraphs(data):
        gold, found = spans(data.labels[a:b]), spans(best_path(emissions[a:b], chain))
        for label, count in counts.items():
            g, f = ({s for s in x if s[0] == label} for x in (gold, found))
            count += len(g & f), len(g), len(f)
    return [200 * both / max(g + f, 1) for both, g, f in counts.values()]


def batches(data, again, rng):
    """Paragraphs of like length together; those of `again` four times."""
    chosen = np.concatenate([np.arange(len(data.documents)), np.repeat(again, 3)])
    lengths = np.diff(data.paragraphs)[chosen]
    out, current, longest = [], [], 0
    for k in np.argsort(lengths + rng.random(len(chosen)) * 8):
        longest = max(longest, lengths[k])
        if current and longest * (len(current) + 1) > BATCH_TOKENS:
            out.append(current)
            current, longest = [], lengths[k]
        current.append(chosen[k])
    rng.shuffle(out := [*out, current])
    return out


def load(path, words):
    saved = torch.load(path, weights_only=False)
    encoder = Encoder(saved["encoder"]) if saved["encoder"] else None
    tagger = Tagger({c: len(v) + 1 for c, v in saved["vocabulary"].items()}, words[1], encoder)
    tagger.load_state_dict(saved["state"], strict=False)
    return tagger, saved["vocabulary"]


def teach(paths, arguments, words, data):
    """Moves the targets of `data` by TEACHER_WEIGHT to the mean of what the teachers say; documents from `again` on stay as they are."""
    taught = data.documents < (arguments.again or np.inf)
    tokens = np.repeat(taught, np.diff(data.paragraphs))
    data.target[tokens] *= 1 - TEACHER_WEIGHT
    data.pairs[tokens] *= 1 - TEACHER_WEIGHT
    for path in paths:
        tagger, vocabulary = load(path, words)
        own = Data(arguments.train, arguments.train_gold, words[0], vocabulary)
        if tagger.encoder:
            own.pieces = tagger.encoder.pieces(own, own.texts)
        emissions, _ = predict(tagger, own)
        chain = tagger.chain().detach().numpy()
        for a, b in np.array(list(paragraphs(own)))[taught]:
            target, pairs = marginals(emissions[a:b], chain)
            data.target[a:b] += (target * TEACHER_WEIGHT / len(paths)).astype(np.float16)
            data.pairs[a:b] += (pairs * TEACHER_WEIGHT / len(paths)).astype(np.float16)


def main():
    parser = argparse.ArgumentParser()
    for name in ("train", "train_gold", "dev", "dev_gold", "words", "out"):
        parser.add_argument(name)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--again", type=int, default=None, help="documents from this number on are seen four times an epoch")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--start", help="a tagger to train on, which keeps its vocabulary")
    parser.add_argument("--encoder", help="folder of a pretrained encoder, for teachers (context.py)")
    parser.add_argument("--teachers", nargs="*", default=[])
    a = parser.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(a.threads)
    rng = np.random.default_rng(a.seed)
    words = word_vectors(a.words)
    start, vocabulary = load(a.start, words) if a.start else (None, None)
    train = Data(a.train, a.train_gold, words[0], vocabulary)
    dev = Data(a.dev, a.dev_gold, words[0], train.vocabulary)
    if a.teachers:
        teach(a.teachers, a, words, train)
    again = np.zeros(0, int) if a.again is None else np.flatnonzero(train.documents >= a.again)
    encoder = Encoder(a.encoder) if a.encoder else None
    tagger = start or Tagger({c: len(v) + 1 for c, v in train.vocabulary.items()}, words[1], encoder)
    if encoder:
        train.pieces, dev.pieces = encoder.pieces(train, train.texts), encoder.pieces(dev, dev.texts)
    trained = [p for p in tagger.parameters() if p.requires_grad]
    tuned = [id(p) for p in encoder.parameters()] if encoder else []
    groups = [{"params": [p for p in trained if (id(p) in tuned) == own], "share": share} for own, share in ((False, 1), (True, ENCODER_RATE))]
    optimizer = torch.optim.AdamW(groups, lr=a.rate, weight_decay=1e-2, betas=(0.9, 0.99))
    average = [p.detach().clone() for p in trained]
    steps, step, best, began = len(batches(train, again, rng)) * a.epochs, 0, -1, time.time()
    for epoch in range(a.epochs):
        tagger.train()
        losses = []
        for some in batches(train, again, rng):
            for group in optimizer.param_groups:
                group["lr"] = group["share"] * a.rate * min(1, (step + 1) / 200) * max(0.02, 1 - step / steps)
            batch = train.batch(some)
            states = tagger.states(batch)
            emissions, tokens = tagger.emissions(states), batch["mask"].sum()
            loss = tagger.chain_loss(emissions, batch["target"], batch["pairs"], batch["mask"]) / tokens
            if batch["links"]:
                loss = loss + LINK_WEIGHT * tagger.link_loss(states, batch["links"], batch["mask"]) / tokens
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, CLIP)
            optimizer.step()
            losses.append(float(loss.detach()))
            step += 1
            if step % 4 == 0:
                kept = min(0.998, (1 + step) / (10 + step)) ** 4
                with torch.no_grad():
                    for mean, p in zip(average, trained):
                        mean.lerp_(p, 1 - kept)
        now = [p.detach().clone() for p in trained]
        with torch.no_grad():
            [p.copy_(mean) for p, mean in zip(trained, average)]
        emissions, pointed = predict(tagger, dev)
        f1 = exact_f1(dev, emissions, tagger.chain().detach().numpy())
        scores = ", ".join(f"{LABELS[2 * k + 1][2:]} {score:.1f}" for k, score in enumerate(f1))
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}; dev exact {scores}, mean {np.mean(f1):.2f}; pointers to cue and source "
              f"{100 * pointed[0]:.1f} {100 * pointed[1]:.1f}; {time.time() - began:.0f} s", flush=True)
        if sum(f1) > best:
            best = sum(f1)
            state = {k: v.clone() for k, v in tagger.state_dict().items() if not k.startswith(("words", "forbidden"))}
            torch.save({"vocabulary": train.vocabulary, "state": state, "encoder": a.encoder}, a.out)
        with torch.no_grad():
            [p.copy_(value) for p, value in zip(trained, now)]


if __name__ == "__main__":
    main()
