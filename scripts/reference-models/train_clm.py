"""Train softpost-ref-clm, a GPT-2.

Usage:  python scripts/reference-models/train_clm.py DATA OUT --steps 2400
"""

from argparse import ArgumentParser

import torch
import torch.nn.functional as F
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

from training import END, POSITIONS, begin, held_out_rows, save, train

# How much more the answer of a task counts than the words of its prompt.
ANSWER_WEIGHT = 5.0


def configuration(layers: int) -> GPT2Config:
    return GPT2Config(
        vocab_size=8192, n_positions=POSITIONS, n_embd=256, n_layer=layers, n_head=4, attn_pdrop=0.0, embd_pdrop=0.0,
        resid_pdrop=0.0, bos_token_id=END, eos_token_id=END, initializer_range=0.02,
    )


def main() -> None:
    options = begin(ArgumentParser(description=__doc__.split("\n")[0]))
    model = GPT2LMHeadModel(configuration(options.layers))
    print(f"{model.num_parameters() / 1e6:.2f} M parameters", flush=True)
    tokenizer = AutoTokenizer.from_pretrained(options.data / "tokenizer-clm")
    rows = held_out_rows(tokenizer, options.books)

    def token_losses(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        hidden = model.transformer(input_ids=ids, position_ids=positions[None], use_cache=False)[0][:, :-1]
        logits = F.linear(hidden.reshape(-1, hidden.shape[-1]), model.lm_head.weight).float()
        return F.cross_entropy(logits, ids[:, 1:].reshape(-1), reduction="none")

    compiled = torch.compile(token_losses)

    def loss(ids: torch.Tensor, answers: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        weights = 1 + (ANSWER_WEIGHT - 1) * answers[:, 1:].reshape(-1).float()
        return (compiled(ids, positions) * weights).sum() / weights.sum()

    def evaluate() -> float:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            parts = [token_losses(part, torch.arange(part.shape[1])) for part in rows.split(options.batch)]
            return torch.cat(parts).mean().item()

    train(model, loss, evaluate, options, tasks="tasks-clm", hidden_rate=6e-3, other_rate=4e-3)
    save(model, options, "tokenizer-clm")


if __name__ == "__main__":
    main()
