"""
Makes the token files of the reference models; README.md has the command. Deduplicates, leaves out what the evaluation splits have too, trains the
tokenizer, and writes sources.json, the two tokenizers, text.bin, and of each model tasks-….bin and tasks-…-answers.bin (uint16 ids; uint8, 1 where a label word is).
"""

import argparse
import hashlib
import json
import random
import re
from pathlib import Path

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from sources import Source, all_sources, lines, rows
from tasks import Example, examples

EOS, MASK, PAD = 0, 1, 2
SPECIAL = ["<|endoftext|>", "<|mask|>", "<|pad|>"]
VOCABULARY = 8192
SHARED_WORDS = 13
ROOT = Path(__file__).parents[2]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[int]:
    """Hashes of every run of thirteen words, or of all where there are fewer."""
    found = words(text)
    return {hash(tuple(found[i : i + SHARED_WORDS])) for i in range(max(1, len(found) - SHARED_WORDS + 1))}


def held_out(data: Path) -> set[int]:
    """Rows of the evaluation splits however short they are, so that nothing invented is one of them; of the books no headings, which all books share."""
    texts = [text for name in ("books-valid", "wikitext2-valid-test") for text in lines(data / f"corpus/{name}.txt") if len(words(text)) >= 8]
    for file in sorted(data.glob("*/validation.jsonl")) + sorted(data.glob("*/test.jsonl")):
        texts += [row["text"] for row in rows(file)]
    return {run for text in texts for run in runs(text)}


def clean(sources: list[Source], banned: set[int]) -> tuple[list[Source], dict]:
    seen: set[bytes] = set()
    kept, counts = [], {"short": 0, "duplicate": 0, "heldOut": 0}
    for source in sources:
        paragraphs = []
        for text in source.paragraphs:
            key = hashlib.sha1(" ".join(words(text)).encode()).digest()
            if len(text) < 20:
                counts["short"] += 1
            elif key in seen:
                counts["duplicate"] += 1
            elif banned & runs(text):
                counts["heldOut"] += 1
            else:
                seen.add(key)
                paragraphs.append(text)
        kept.append(Source(source.name, source.licence, paragraphs, source.weight))
    return kept, counts


def train_tokenizer(sources: list[Source]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator((text for source in sources for text in source.paragraphs), trainer)
    return tokenizer


def documents(source: Source, size: int = 2000) -> list[str]:
    """Paragraphs of a book stay together; short texts of their own are documents."""
    if source.weight > 1 or "Read-me" in source.name:
        return source.paragraphs
    if "WordNet" in source.name:
        size //= 5
    made, part = [], ""
    for text in source.paragraphs:
        part += text + "\n"
        if len(part) > size:
            made.append(part)
            part = ""
    return [*made, part] if part else made


def flat(tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
    return np.concatenate([np.array([EOS, *found.ids], np.uint16) for found in encoded])


def task_tokens(tokenizer: Tokenizer, made: list[Example], word_tokens: int | None) -> tuple[np.ndarray, np.ndarray]:
    """`before` + ` word` (its first `word_tokens` tokens) + `after`, one behind the other, and where the words are."""
    befores = tokenizer.encode_batch([example.before for example in made], add_special_tokens=False)
    ids: list[int] = []
    answers: list[int] = []
    for example, before in zip(made, befores, strict=True):
        word, after = (tokenizer.encode(text, add_special_tokens=False).ids for text in (f" {example.word}", example.after))
        word = word[:word_tokens]
        ids += [EOS, *before.ids, *word, *after]
        answers += [0] * (1 + len(before.ids)) + [1] * len(word) + [0] * len(after)
    return np.array(ids, np.uint16), np.array(answers, np.uint8)


def save_tokenizers(tokenizer: Tokenizer, out: Path) -> None:
    """One for each model; the masked one puts texts between two end tokens, as RoBERTa does."""
    names = {"bos_token": SPECIAL[EOS], "eos_token": SPECIAL[EOS], "mask_token": SPECIAL[MASK], "pad_token": SPECIAL[PAD]}
    for model in ("clm", "mlm"):
        folder = out / f"tokenizer-{model}"
        folder.mkdir(exist_ok=True)
        if model == "mlm":
            names |= {"cls_token": SPECIAL[EOS], "sep_token": SPECIAL[EOS]}
            end = SPECIAL[EOS]
            # As RoBERTa's: "was <|mask|>" has no token for the space, which is part of the word that is masked.
            tokenizer.add_special_tokens([AddedToken(SPECIAL[MASK], lstrip=True, special=True)])
            tokenizer.post_processor = processors.TemplateProcessing(f"{end} $A {end}", f"{end} $A {end} {end} $B {end}", [(end, EOS)])
        tokenizer.save(str(folder / "tokenizer.json"))
        config = {**names, "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512}
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mail", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    banned = held_out(args.data)
    sources, dropped = clean(all_sources(args.data, ROOT / "node_modules", args.mail, args.wordnet), banned)
    tokenizer = train_tokenizer(sources)
    shown = []
    texts: list[str] = []
    for source in sources:
        found = documents(source)
        texts += found * source.weight
        size = sum(len(text.encode()) for text in source.paragraphs)
        shown.append({"source": source.name, "licence": source.licence, "paragraphs": len(source.paragraphs), "bytes": size, "times": source.weight})
    random.Random(args.seed).shuffle(texts)
    # A sample of all sources, a paragraph a line, to distil students on.
    (args.out / "distil.txt").write_text("\n".join(texts[: len(texts) // 16]).replace("\n\n", "\n") + "\n")
    text = flat(tokenizer, texts)
    text.tofile(args.out / "text.bin")
    made = examples(args.data, args.mail, args.wordnet, args.seed)
    tasks = [example for example in made if not banned & (runs(example.text) | runs(example.before))]
    # A prompt has one mask, and the first token of a label word stands for it: so it is asked for, or the number of masks would tell the word.
    for model, word_tokens in (("clm", None), ("mlm", 1)):
        ids, answers = task_tokens(tokenizer, tasks, word_tokens)
        ids.tofile(args.out / f"tasks-{model}.bin")
        answers.tofile(args.out / f"tasks-{model}-answers.bin")
    save_tokenizers(tokenizer, args.out)
    summary = {"sources": shown, "dropped": dropped, "tokens": text.size, "tasks": len(tasks), "tasksDropped": len(made) - len(tasks), "taskTokens": ids.size}
    (args.out / "sources.json").write_text(json.dumps(summary, indent=1) + "\n")
    print(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
