"""Write a GPT-2 folder with random weights for the benchmarks: speed does not depend on what a model has learnt.

Usage:  python scripts/make-bench-model.py OUT [--layers 12] [--width 768] [--heads 12] [--vocab 50257]
        The defaults are the shape of GPT-2 small (124 M parameters); --layers 2 gives its student (53 M).
"""

import argparse

import torch
from transformers import GPT2Config, GPT2LMHeadModel


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a GPT-2 folder with random weights.")
    parser.add_argument("out")
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--heads", type=int, default=12)
    parser.add_argument("--vocab", type=int, default=50257)
    options = parser.parse_args()
    torch.manual_seed(0)
    config = GPT2Config(
        n_layer=options.layers, n_embd=options.width, n_head=options.heads, vocab_size=options.vocab,
        bos_token_id=options.vocab - 1, eos_token_id=options.vocab - 1,
    )
    model = GPT2LMHeadModel(config)
    model.save_pretrained(options.out, max_shard_size="20GB")
    print(f"{options.out}: {model.num_parameters() / 1e6:.1f} M parameters")


if __name__ == "__main__":
    main()
