"""
What a reference model can do: python report.py MODEL --data ../shared/data [--sets sst2 trec arisetv] [--steps 200]
Held-out bits per byte (causal) or accuracy at masks (masked); accuracy without a prompt, with a tuned soft prompt of 20 virtual tokens, and of a bag of words.
"""

import argparse
import json
import math
import random
from collections import Counter, defaultdict
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer

from corpus import words
from sources import lines, rows

LENGTH = 256
TEXT_TOKENS = 64
VIRTUAL_TOKENS = 20
BATCH = 32
RATES = (0.01, 0.03)
SMOOTHING = (1.0, 0.3, 0.1, 0.03)
# Rows of evaluation splits that the models in the repository were trained on, by data set.
SEEN: dict[str, list[str]] = json.loads((Path(__file__).parent / "seen-rows.json").read_text("utf8"))


class Model:
    """`scores(ids, mask, prompt)`: logits of the vocabulary where the label word belongs [batch, V]."""

    def __init__(self, folder: Path) -> None:
        self.is_causal = AutoConfig.from_pretrained(folder).model_type != "roberta"
        kind = AutoModelForCausalLM if self.is_causal else AutoModelForMaskedLM
        self.net = kind.from_pretrained(folder, dtype=torch.float32).eval().requires_grad_(False)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.table = self.net.get_input_embeddings().weight

    def encode(self, template: str, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Ids [n, L] padded on the right, lengths, and the place of the label word of each."""
        before, after = template.split("{text}")
        if not self.is_causal:
            after = after.rstrip() + " {mask}."
        head = self._ids(before)
        tail = [self.tokenizer.mask_token_id if part is None else part for part in self._tail(after)]
        edges = ([], []) if self.is_causal else ([0], [0])
        made = [[*edges[0], *head, *self._ids(text)[:TEXT_TOKENS], *tail, *edges[1]] for text in texts]
        length = max(len(ids) for ids in made)
        ids = torch.full((len(made), length), self.tokenizer.pad_token_id)
        for row, found in zip(ids, made):
            row[: len(found)] = torch.tensor(found)
        lengths = torch.tensor([len(found) for found in made])
        places = lengths - 1 if self.is_causal else (ids == self.tokenizer.mask_token_id).float().argmax(1)
        return ids, lengths, places

    def _ids(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False).input_ids

    def _tail(self, after: str) -> list[int | None]:
        if self.is_causal:
            return self._ids(after)
        before_mask, behind = after.split(" {mask}")
        return [*self._ids(before_mask), None, *self._ids(behind)]

    # Tuning multiplies in bfloat16, as the training did; what is reported does not turn on the last digits.
    @torch.autocast("cpu", torch.bfloat16)
    def scores(self, ids: torch.Tensor, lengths: torch.Tensor, places: torch.Tensor, prompt: torch.Tensor | None) -> torch.Tensor:
        words = self.table[ids]
        count = 0 if prompt is None else prompt.shape[0]
        if prompt is not None:
            words = torch.cat([prompt[None].expand(len(ids), -1, -1), words], 1)
        mask = torch.arange(words.shape[1])[None] < (lengths + count)[:, None]
        positions = torch.arange(words.shape[1])[None] + (0 if self.is_causal else self.tokenizer.pad_token_id + 1)
        body = self.net.transformer if self.is_causal else self.net.roberta
        hidden = body(inputs_embeds=words, attention_mask=mask.long(), position_ids=positions)[0]
        return self.net.lm_head(hidden[torch.arange(len(ids)), places + count]).float()


def bits_per_byte(model: Model, text: str) -> float:
    ids = torch.tensor(model.tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids)
    parts = ids[: len(ids) // LENGTH * LENGTH].reshape(-1, LENGTH)
    with torch.no_grad():
        total = sum(F.cross_entropy(model.net(part).logits[:, :-1].flatten(0, 1), part[:, 1:].flatten(), reduction="sum").item() for part in parts.split(16))
    share = len(text.encode()) / len(ids)
    return total / (parts.shape[0] * (LENGTH - 1)) / 0.6931 / share


def mask_accuracy(model: Model, text: str) -> float:
    """15 % of the tokens masked, all of them replaced by the mask token."""
    ids = torch.tensor(model.tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids)
    parts = ids[: len(ids) // LENGTH * LENGTH].reshape(-1, LENGTH)
    chosen = torch.rand(parts.shape, generator=torch.Generator().manual_seed(0)) < 0.15
    inputs = torch.where(chosen, model.tokenizer.mask_token_id, parts)
    with torch.no_grad():
        right = sum((model.net(x).logits.argmax(-1) == y)[z].sum().item() for x, y, z in zip(inputs.split(16), parts.split(16), chosen.split(16)))
    return right / chosen.sum().item()


def readiness(model: Model, folder: Path, steps: int) -> dict:
    about = json.loads((folder / "dataset.json").read_text())
    firsts = [[model._ids(" " + word)[0] for word in words] for words in about["verbalizers"]]

    def label_scores(logits: torch.Tensor) -> torch.Tensor:
        return torch.stack([logits[:, ids].mean(1) for ids in firsts], 1)

    def part(name: str, most: int) -> list[dict]:
        found = [row for row in rows(folder / f"{name}.jsonl") if name == "train" or row["text"] not in SEEN.get(folder.name, [])]
        random.Random(0).shuffle(found)
        return found[:most]

    def accuracy(found: list[dict], prompt: torch.Tensor | None) -> float:
        right = 0
        with torch.no_grad():
            for at in range(0, len(found), 64):
                batch = found[at : at + 64]
                scores = label_scores(model.scores(*model.encode(about["template"], [row["text"] for row in batch]), prompt))
                right += (scores.argmax(1) == torch.tensor([row["label"] for row in batch])).sum().item()
        return round(100 * right / len(found), 1)

    train, validation, test = part("train", 10**9), part("validation", 400), part("test", 1000)
    best = (-1.0, None)
    for rate in RATES:
        draw = random.Random(1)
        start = model.table[torch.randint(3, 2000, (VIRTUAL_TOKENS,), generator=torch.Generator().manual_seed(0))]
        prompt = start.clone().requires_grad_()
        adam = torch.optim.Adam([prompt], rate)
        for step in range(steps):
            adam.param_groups[0]["lr"] = rate * (1 - step / steps)
            batch = draw.sample(train, BATCH)
            scores = label_scores(model.scores(*model.encode(about["template"], [row["text"] for row in batch]), prompt))
            F.cross_entropy(scores, torch.tensor([row["label"] for row in batch])).backward()
            adam.step()
            adam.zero_grad()
        best = max(best, (accuracy(validation, prompt), prompt.detach()), key=lambda pair: pair[0])
    largest = Counter(row["label"] for row in test).most_common(1)[0][1]
    found = {"largestClass": round(100 * largest / len(test), 1), "bagOfWords": bag_of_words(train, validation, test)}
    return {**found, "zeroShot": accuracy(test, None), "tuned": accuracy(test, best[1])}


def bag_of_words(train: list[dict], validation: list[dict], test: list[dict]) -> float:
    """Multinomial naive Bayes over words and pairs of neighbours; the smoothing that is best on validation records."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for row in train:
        counts[row["label"]].update(features(row["text"]))
    known = {feature for found in counts.values() for feature in found}
    sizes = Counter(row["label"] for row in train)

    def accuracy(found: list[dict], smoothing: float) -> float:
        totals = {label: counts[label].total() + smoothing * len(known) for label in sizes}

        def score(label: int, text: str) -> float:
            return math.log(sizes[label]) + sum(math.log((counts[label][one] + smoothing) / totals[label]) for one in features(text) if one in known)

        return sum(max(sizes, key=lambda label: score(label, row["text"])) == row["label"] for row in found) / len(found)

    best = max(SMOOTHING, key=lambda smoothing: accuracy(validation, smoothing))
    return round(100 * accuracy(test, best), 1)


def features(text: str) -> list[str]:
    found = words(text)
    return found + [f"{one} {two}" for one, two in zip(found, found[1:])]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="*", default=["sst2", "trec", "arisetv"])
    parser.add_argument("--steps", type=int, default=200)
    args = parser.parse_args()
    torch.manual_seed(0)
    model = Model(args.model)
    books = "\n".join(lines(args.data / "corpus/books-valid.txt"))
    wiki = "\n".join(lines(args.data / "corpus/wikitext2-valid-test.txt"))[:600_000]
    measure = bits_per_byte if model.is_causal else mask_accuracy
    result: dict = {"model": str(args.model), measure.__name__: {"books-valid": round(measure(model, books), 3), "wikitext2": round(measure(model, wiki), 3)}}
    print(json.dumps(result), flush=True)
    for name in args.sets:
        print(json.dumps({name: readiness(model, args.data / name, args.steps)}), flush=True)


if __name__ == "__main__":
    main()
