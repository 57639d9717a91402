"""
A masked model that begins as a causal one: a causal loss has a signal at every token and finds the neighbours of a word at once, where a masked loss stands
at that of single words for millions of tokens (causal first, then masked: Gisserot-Boukhlef et al., 2025, "Should We Still Pretrain Encoders with Masked
Language Modeling?").

GPT-2 normalises what a layer reads, RoBERTa what it writes. With the residual x of GPT-2, RoBERTa has h = (x - mean) / std; so gains and biases of GPT-2's
norms go into the matrices that follow them, and what a layer adds is divided by std(x), for which the average over some text stands.

A causal model says the next word at the place of a word, a masked one the word at its own place. So one more layer comes first, whose heads look at the place
before and whose output is what stands there: all places hold what stood one place to their left, and the causal layers go on from there.
"""

import torch
from torch import Tensor
from transformers import GPT2LMHeadModel, RobertaForMaskedLM

# Pairs of a sine and a cosine by which the first layer knows places, of frequencies by which no two of 512 places are alike.
PAIRS = 16
FREQUENCIES = torch.pi * (torch.arange(1, PAIRS + 1) / PAIRS) ** 0.6
# Logit of the first layer at the place before, and how much more what stands there weighs than a place's own word.
SHARPNESS, COPIED = 60.0, 4.0
# gelu(z + 4) - 4 is z for all but z < -3, and the norm behind it takes the 4 away.
LINEAR_GELU = 4.0


@torch.no_grad()
def begin_as(causal: GPT2LMHeadModel, model: RobertaForMaskedLM, text: Tensor, first_position: int) -> None:
    """
    Sets `model`, of one layer more than `causal`, to what that computes one place to the left, but for its causal mask.
    `text` [rows, length] are token ids to measure the residual on.
    """
    embeddings = model.roberta.embeddings
    words, positions = causal.transformer.wte.weight, causal.transformer.wpe.weight
    free = quiet_directions(words[text] + positions[: text.shape[1]])
    first, *layers = model.roberta.encoder.layer
    embeddings.word_embeddings.weight.copy_(words - words @ free @ free.T)
    angles = torch.arange(len(positions))[:, None] * FREQUENCIES
    places = torch.cat([angles.sin(), angles.cos()], 1) @ free.T
    # As large as the words, so that their sizes hardly change what the norm leaves of a place.
    size = (words[text] + positions[: text.shape[1]]).norm(dim=-1).mean()
    embeddings.position_embeddings.weight[first_position:] = positions - positions @ free @ free.T + places * size / PAIRS**0.5
    embeddings.token_type_embeddings.weight.zero_()
    look_left(first, free)
    width = model.config.hidden_size
    for block, layer, (before, between) in zip(causal.transformer.h, layers, residual_scales(causal, text), strict=True):
        attention, own = block.attn, layer.attention.self
        weight, bias = behind_norm(block.ln_1, attention.c_attn)
        for part, linear in enumerate((own.query, own.key, own.value)):
            linear.weight.copy_(weight[part * width : (part + 1) * width])
            linear.bias.copy_(bias[part * width : (part + 1) * width])
        scaled(layer.attention.output.dense, attention.c_proj, before)
        weight, bias = behind_norm(block.ln_2, block.mlp.c_fc)
        layer.intermediate.dense.weight.copy_(weight)
        layer.intermediate.dense.bias.copy_(bias)
        scaled(layer.output.dense, block.mlp.c_proj, between)
    head = model.lm_head
    head.dense.weight.copy_(torch.eye(width))
    head.dense.bias.fill_(LINEAR_GELU)
    head.layer_norm.weight.copy_(causal.transformer.ln_f.weight)
    head.layer_norm.bias.copy_(causal.transformer.ln_f.bias)
    head.bias.zero_()


def quiet_directions(residual: Tensor) -> Tensor:
    """The directions [width, 2 * PAIRS], of mean 0 and norm 1, in which the normalised residual [.., width] differs least."""
    flat = residual.flatten(0, -2)
    normal = torch.nn.functional.layer_norm(flat, flat.shape[-1:])
    # The first one is that of the mean, which the norm takes away.
    return torch.linalg.eigh(normal.T @ normal).eigenvectors[:, 1 : 1 + 2 * PAIRS]


def look_left(layer: torch.nn.Module, free: Tensor) -> None:
    """Sets every head of a layer to look at the place before, and the layer to write what stands there, without its place."""
    attention, width = layer.attention.self, free.shape[0]
    size = attention.attention_head_size
    sine, cosine = FREQUENCIES.sin().diag(), FREQUENCIES.cos().diag()
    turn = torch.cat([torch.cat([cosine, -sine], 1), torch.cat([sine, cosine], 1)])
    # A place of norm sqrt(width / 2) times itself is width / 2.
    gain = (SHARPNESS * size**0.5 * 2 / width) ** 0.5
    for linear, rows in ((attention.query, gain * turn @ free.T), (attention.key, gain * free.T)):
        linear.weight.zero_()
        linear.weight.unflatten(0, (-1, size))[:, : 2 * PAIRS] = rows
    attention.value.weight.copy_(torch.eye(width) - free @ free.T)
    layer.attention.output.dense.weight.copy_(COPIED * torch.eye(width))
    layer.output.dense.weight.zero_()


def behind_norm(norm: torch.nn.LayerNorm, linear: torch.nn.Module) -> tuple[Tensor, Tensor]:
    """Weight [out, in] and bias [out] that do to a vector of mean 0 and deviation 1 what norm and linear do."""
    return (linear.weight * norm.weight[:, None]).T, linear.bias + norm.bias @ linear.weight


def scaled(target: torch.nn.Linear, source: torch.nn.Module, scale: float) -> None:
    target.weight.copy_(source.weight.T / scale)
    target.bias.copy_(source.bias / scale)


def residual_scales(causal: GPT2LMHeadModel, text: Tensor) -> list[tuple[float, float]]:
    """Of each layer, the average deviation of the residual before its attention and before its feed-forward part."""
    found: list[float] = []
    hooks = [
        norm.register_forward_hook(lambda _, inputs, __: found.append(inputs[0].std(-1).mean().item()))
        for block in causal.transformer.h
        for norm in (block.ln_1, block.ln_2)
    ]
    causal(input_ids=text)
    for hook in hooks:
        hook.remove()
    return list(zip(found[::2], found[1::2], strict=True))
