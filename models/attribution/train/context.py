"""A pretrained encoder of BERT's form (Devlin et al. 2019), whose rows teachers read beside their features.

FOLDER holds config.json, tokenizer.json and model.safetensors as Hugging Face's transformers writes them. The embeddings and the first
`FROZEN` layers stay as they are and are run once over the data; the layers above them are trained with the tagger.
"""
import json

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer

FROZEN, LONGEST = 3, 510


class Layer(nn.Module):
    def __init__(self, width, inner, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.wide, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm, self.last_norm = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)

    def forward(self, x, mask):
        split = lambda y: y.view(*y.shape[:2], self.heads, -1).transpose(1, 2)
        parts = [split(f(x)) for f in (self.query, self.key, self.value)]
        drop = 0.1 if self.training else 0
        y = F.scaled_dot_product_attention(*parts, attn_mask=mask[:, None, None], dropout_p=drop).transpose(1, 2).flatten(2)
        x = self.norm(x + F.dropout(self.output(y), drop))
        return self.last_norm(x + F.dropout(self.narrow(F.gelu(self.wide(x))), drop))


NAMES = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value", "output": "attention.output.dense",
         "norm": "attention.output.LayerNorm", "wide": "intermediate.dense", "narrow": "output.dense", "last_norm": "output.LayerNorm"}


class Encoder(nn.Module):
    """The trained layers; `pieces` runs what stands below them."""

    def __init__(self, folder):
        super().__init__()
        config, state = json.load(open(f"{folder}/config.json")), load_file(f"{folder}/model.safetensors")
        self.width = config["hidden_size"]
        self.embeddings = {k.removeprefix("embeddings."): v for k, v in state.items() if k.startswith("embeddings.")}
        layers = []
        for k in range(config["num_hidden_layers"]):
            layer = Layer(self.width, config["intermediate_size"], config["num_attention_heads"])
            own = lambda name: {part: state[f"encoder.layer.{k}.{name}.{part}"] for part in ("weight", "bias")}
            for ours, theirs in NAMES.items():
                getattr(layer, ours).load_state_dict(own(theirs))
            layers.append(layer)
        self.frozen, self.layers = layers[:FROZEN], nn.ModuleList(layers[FROZEN:])  # a plain list: not among the parameters
        self.tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
        self.tokenizer.no_truncation(), self.tokenizer.no_padding()

    @torch.no_grad()
    def pieces(self, data, texts):
        """For each paragraph of `data`: rows of its word pieces (pieces, width), half precision, and the token of each, -1 for none."""
        out = [None] * len(data.documents)
        encoded = []
        for p, document in enumerate(data.documents):
            a, b = data.paragraphs[p], data.paragraphs[p + 1]
            start, end = data.chars[a, 0], data.chars[b - 1, 1]
            text = self.tokenizer.encode(texts[document][start:end])
            at = np.array(text.offsets) + start
            token = np.searchsorted(data.chars[a:b, 1], at[:, 0], side="right")
            token = np.where(np.array(text.special_tokens_mask) == 1, -1, np.minimum(token, b - a - 1))
            encoded.append((np.array(text.ids)[:LONGEST], token[:LONGEST]))
        order = np.argsort([len(ids) for ids, _ in encoded], kind="stable")
        for some in np.array_split(order, max(1, len(order) // 32)):
            longest = max(len(encoded[p][0]) for p in some)
            ids = np.zeros((len(some), longest), np.int64)
            mask = np.zeros(ids.shape, bool)
            for row, p in enumerate(some):
                ids[row, : len(encoded[p][0])], mask[row, : len(encoded[p][0])] = encoded[p][0], True
            rows = self.lower(torch.from_numpy(ids), torch.from_numpy(mask)).half().numpy()
            for row, p in enumerate(some):
                out[p] = rows[row, : len(encoded[p][0])].copy(), encoded[p][1]
        return out

    def lower(self, ids, mask):
        e = self.embeddings
        x = e["word_embeddings.weight"][ids] + e["position_embeddings.weight"][: ids.shape[1]] + e["token_type_embeddings.weight"][0]
        x = F.layer_norm(x, (self.width,), e["LayerNorm.weight"], e["LayerNorm.bias"], 1e-12)
        for layer in self.frozen:
            x = layer.eval()(x, mask)
        return x

    def forward(self, batch):
        """Rows of tokens (paragraphs, tokens, width): the means of their pieces."""
        x, mask, token = batch["pieces"], batch["piece_mask"], batch["piece_token"]
        for layer in self.layers:
            x = layer(x, mask)
        tokens = batch["mask"].shape[1]
        index = torch.where(token < 0, tokens, token)
        total = x.new_zeros(x.shape[0], tokens + 1, x.shape[2]).scatter_add(1, index[..., None].expand_as(x), x)
        count = x.new_zeros(x.shape[0], tokens + 1).scatter_add(1, index, torch.ones_like(index, dtype=x.dtype))
        return (total / count.clamp(min=1)[..., None])[:, :tokens]


def batch(pieces):
    """Tensors of the pieces of some paragraphs."""
    longest = max(len(token) for _, token in pieces)
    rows = np.zeros((len(pieces), longest, pieces[0][0].shape[1]), np.float32)
    tokens = np.full((len(pieces), longest), -1, np.int64)
    mask = np.zeros((len(pieces), longest), bool)
    for k, (row, token) in enumerate(pieces):
        rows[k, : len(token)], tokens[k, : len(token)], mask[k, : len(token)] = row, token, True
    return {"pieces": torch.from_numpy(rows), "piece_mask": torch.from_numpy(mask), "piece_token": torch.from_numpy(tokens)}
