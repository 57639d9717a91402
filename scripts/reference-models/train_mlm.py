"""Train softpost-ref-mlm, a RoBERTa, from a checkpoint of the causal model.

Usage:  python scripts/reference-models/train_mlm.py DATA OUT --causal CLM/checkpoint.pt --steps 4000
"""

from argparse import ArgumentParser
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import AutoTokenizer, GPT2LMHeadModel, RobertaConfig, RobertaForMaskedLM

from from_causal import begin_as
from train_clm import configuration
from training import END, LENGTH, MASK, PAD, POSITIONS, Rows, begin, held_out_rows, save, train

# Twice what BERT masks: more is learned of a text that is seen once or twice (Wettig et al., 2023).
MASKED_SHARE = 0.3


def main() -> None:
    parser = ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--causal", type=Path, required=True, help="checkpoint of train_clm.py to begin from, of one layer less")
    options = begin(parser)
    config = RobertaConfig(
        # RoBERTa counts positions from the padding token's id + 1.
        vocab_size=8192, max_position_embeddings=POSITIONS + PAD + 1, hidden_size=256, num_hidden_layers=options.layers + 1,
        num_attention_heads=4, intermediate_size=1024, type_vocab_size=1, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0, bos_token_id=END, eos_token_id=END, pad_token_id=PAD, layer_norm_eps=1e-5,
    )
    model = RobertaForMaskedLM(config)
    print(f"{model.num_parameters() / 1e6:.2f} M parameters", flush=True)
    tokenizer = AutoTokenizer.from_pretrained(options.data / "tokenizer-mlm")
    rows = held_out_rows(tokenizer, options.books)
    causal = GPT2LMHeadModel(configuration(options.layers)).eval()
    causal.load_state_dict(torch.load(options.causal, weights_only=False)["model"])
    measured_on, _ = Rows(options.data / "text.bin", options.seed).take(0, 8)
    begin_as(causal, model, torch.from_numpy(measured_on.astype(int)), PAD + 1)
    # The same number of predicted tokens in every step, so that every step is the same program.
    predicted = int(options.batch * LENGTH * 0.32)

    def masked_loss(ids, positions, targets, places, weights) -> torch.Tensor:
        hidden = model.roberta(input_ids=ids, position_ids=(positions + PAD + 1)[None].expand_as(ids))[0]
        logits = model.lm_head(hidden.reshape(-1, hidden.shape[-1])[places]).float()
        losses = F.cross_entropy(logits, targets.reshape(-1)[places], reduction="none")
        return (losses * weights).sum() / weights.sum()

    compiled = torch.compile(masked_loss)

    def mask(ids, answers, generator, count: int):
        """All answers and `MASKED_SHARE` of the other tokens, of which 80 % are masked, 10 % changed, 10 % kept (BERT)."""
        score = torch.rand(ids.shape, generator=generator)
        chosen = (score < MASKED_SHARE) | (answers > 0)
        kind = torch.rand(ids.shape, generator=generator)
        hidden = chosen & ((kind < 0.8) | (answers > 0))
        changed = chosen & ~hidden & (kind < 0.9)
        inputs = torch.where(hidden, MASK, ids)
        inputs = torch.where(changed, torch.randint(3, 8192, ids.shape, generator=generator), inputs)
        order = torch.where(chosen, score - answers, 2.0).reshape(-1)
        places = order.argsort()[:count]
        return inputs, places, (order[places] < 2).float()

    generator = torch.Generator()

    def loss(ids, answers, positions) -> torch.Tensor:
        # Every draw is a function of the batch, so that a resumed run is the same run.
        generator.manual_seed(int(ids.sum()) + options.seed)
        inputs, places, weights = mask(ids, answers, generator, predicted)
        return compiled(inputs, positions, ids, places, weights)

    def evaluate() -> float:
        generator.manual_seed(1)
        total = 0.0
        parts = rows.split(options.batch)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            for part in parts:
                inputs, places, weights = mask(part, torch.zeros_like(part), generator, predicted)
                total += masked_loss(inputs, torch.arange(LENGTH), part, places, weights).item()
        return total / len(parts)

    train(model, loss, evaluate, options, tasks="tasks-mlm", hidden_rate=2e-3, other_rate=7e-4)
    save(model, options, "tokenizer-mlm")


if __name__ == "__main__":
    main()
