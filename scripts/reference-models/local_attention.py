"""
A start from which a masked model learns at once. With random weights a mask sees the average of all words, and the loss stands at that of single words
for millions of tokens, until some head has found its neighbours. Here the heads of the first layers begin there: positions are sinusoids, and a head's
query is its own position, shifted. All of it is trained on from there.
"""

import torch
from transformers import RobertaForMaskedLM

# For each head of a layer: where it looks, relative to its own place.
SHIFTS = [[-1, 1, -2, 2], [-1, 1, -3, 3]]
WORD_SCALE = 0.1
# Of the logit at the place looked for.
SHARPNESS = 8.0


@torch.no_grad()
def look_at_neighbours(model: RobertaForMaskedLM, first_position: int) -> None:
    embeddings = model.roberta.embeddings
    size = model.config.hidden_size // model.config.num_attention_heads
    pairs = size // 2
    # Evenly up to pi: their sum peaks at the place itself, and a shift makes a word no more like itself than like others.
    frequencies = torch.arange(1, pairs + 1) * torch.pi / pairs
    # So large that what the first steps do to the words does not drown the positions; the head's norm keeps the logits small.
    embeddings.word_embeddings.weight *= WORD_SCALE / embeddings.word_embeddings.weight.std()
    model.lm_head.layer_norm.weight *= 0.2
    table = embeddings.position_embeddings.weight
    for row in range(first_position, table.shape[0]):
        angles = (row - first_position) * frequencies
        # The same in the coordinates of each head; as large as the words.
        table[row] = torch.cat([angles.sin(), angles.cos()]).repeat(model.config.num_attention_heads) * WORD_SCALE * 2**0.5
    # After the layer norm the sinusoids have amplitude 1, so that a product of two equal ones is `pairs`.
    gain = (SHARPNESS * size**0.5 / pairs) ** 0.5
    for layer, shifts in zip(model.roberta.encoder.layer, SHIFTS):
        attention = layer.attention.self
        for head, shift in enumerate(shifts):
            own = slice(head * size, (head + 1) * size)
            turn = torch.zeros(size, size)
            sine, cosine = (shift * frequencies).sin().diag(), (shift * frequencies).cos().diag()
            turn[:pairs, :pairs] = turn[pairs:, pairs:] = cosine
            turn[:pairs, pairs:], turn[pairs:, :pairs] = sine, -sine
            attention.query.weight[own, own] += gain * turn
            attention.key.weight[own, own] += gain * torch.eye(size)
