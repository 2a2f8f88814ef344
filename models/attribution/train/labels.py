"""Writes the labels that a trained tagger gives, to hold the service's own network to them (tests/tagger.rs).

usage: python labels.py MODEL.pt FEATURES.safetensors GOLD.jsonl WORDS.npz > LABELS.jsonl
"""
import json
import sys

from data import Data, word_vectors
from train import best_path, load, paragraphs, predict

model, features, gold, words = sys.argv[1:]
words = word_vectors(words)
tagger, vocabulary = load(model, words)
data = Data(features, gold, words[0], vocabulary)
emissions, _ = predict(tagger, data)
chain = tagger.chain().detach().numpy()
documents = [json.loads(line) for line in open(gold, encoding="utf-8")]
labels = [[] for _ in documents]
for document, (a, b) in zip(data.documents, paragraphs(data)):
    labels[document] += best_path(emissions[a:b], chain)
for document, found in zip(documents, labels):
    print(json.dumps({"doc_id": document["doc_id"], "text": document["text"], "labels": "".join(map(str, found))}, ensure_ascii=False))
