"""What the training of both reference models shares: batches, optimiser, schedule, checkpoints, the loss curve, the model folder."""

import argparse
import csv
import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from muon import Muon

LENGTH = 256
# Soft prompts, and texts longer than what was trained on, come after position 256.
POSITIONS = 512
END, MASK, PAD = 0, 1, 2


def begin(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Reads the command line; the seed is set then, and torch keeps to its cores."""
    parser.add_argument("data", type=Path, help="the folder that corpus.py wrote")
    parser.add_argument("out", type=Path, help="folder of the checkpoint, the loss curve and the model; resumed where it exists")
    parser.add_argument("--steps", type=int, required=True, help="may differ when resumed: the schedule is constant until the decay")
    parser.add_argument("--decay", type=float, default=0.25, help="share of the steps in which the rate falls to 0 and tasks are mixed in")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--task-rows", type=int, default=4, help="rows of a batch that are tasks, during the decay")
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--books", type=Path, default=Path("../shared/data/corpus/books-valid.txt"), help="held-out text of the loss curve")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    return options


class Rows:
    """Rows of 256 tokens of a token file, in a new order (a function of seed and pass) each pass."""

    def __init__(self, path: Path, seed: int, answers: Path | None = None) -> None:
        tokens = np.fromfile(path, np.uint16)
        self.count = len(tokens) // LENGTH
        self._tokens = tokens[: self.count * LENGTH].reshape(-1, LENGTH)
        marks = np.fromfile(answers, np.uint8) if answers else np.zeros(len(tokens), np.uint8)
        self._answers = marks[: self.count * LENGTH].reshape(-1, LENGTH)
        self._seed = seed
        self._order = (-1, np.empty(0))

    def take(self, start: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows start … start + count of the endless sequence of passes: tokens and answer marks [count, 256]."""
        picked = [self._row(index) for index in range(start, start + count)]
        return self._tokens[picked], self._answers[picked]

    def _row(self, index: int) -> int:
        number, offset = divmod(index, self.count)
        if self._order[0] != number:
            self._order = (number, np.random.default_rng([self._seed, number]).permutation(self.count))
        return int(self._order[1][offset])


class Batches:
    """Batch of a step: rows of text, and in the decay of text and tasks."""

    def __init__(self, options: argparse.Namespace, tasks: str) -> None:
        self._text = Rows(options.data / "text.bin", options.seed)
        self._tasks = Rows(options.data / f"{tasks}.bin", options.seed, options.data / f"{tasks}-answers.bin")
        self._options = options

    def of(self, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Token ids and answer marks [batch, 256], and position ids [256] that begin anywhere in a quarter of the steps."""
        options = self._options
        first = decay_start(options)
        tasks = options.task_rows if step >= first else 0
        before = step * options.batch - max(0, step - first) * options.task_rows
        parts = [self._text.take(before, options.batch - tasks), self._tasks.take(max(0, step - first) * tasks, tasks)]
        ids, answers = (np.concatenate([part[i] for part in parts]).astype(np.int64) for i in (0, 1))
        random = np.random.default_rng([options.seed, 7, step])
        offset = int(random.integers(POSITIONS - LENGTH + 1)) if random.random() < 0.25 else 0
        return torch.from_numpy(ids), torch.from_numpy(answers), torch.arange(offset, offset + LENGTH)


def decay_start(options: argparse.Namespace) -> int:
    return int(options.steps * (1 - options.decay))


def rate(step: int, options: argparse.Namespace) -> float:
    """Warm-up over 60 steps, constant, and linearly to 0 in the decay."""
    left = (options.steps - step) / max(1, options.steps - decay_start(options))
    return min(1.0, (step + 1) / 60, left)


def train(
    model: torch.nn.Module,
    loss: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor],
    evaluate: Callable[[], float],
    options: argparse.Namespace,
    tasks: str,
    hidden_rate: float,
    other_rate: float,
) -> None:
    """
    Trains to the last step, or to SIGTERM; both leave a checkpoint from which the same command goes on. `loss(ids, answers, positions)`
    is a mean over predicted tokens; `evaluate()` is the held-out loss of the curve (OUT/loss.csv: step, tokens, CPU seconds, both losses).
    """
    options.out.mkdir(parents=True, exist_ok=True)
    batches = Batches(options, tasks)
    optimizer = Muon(model, hidden_rate=hidden_rate, other_rate=other_rate)
    checkpoint = options.out / "checkpoint.pt"
    step, seconds, curve = 0, 0.0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, seconds, curve = state["step"], state["seconds"], state["curve"]
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    recent: list[float] = []
    start = time.process_time() - seconds
    while step < options.steps and not stop:
        with torch.autocast("cpu", torch.bfloat16):
            value = loss(*batches.of(step))
        value.backward()
        optimizer.step(rate(step, options))
        recent.append(value.item())
        step += 1
        if step % 100 == 0 or step == options.steps or stop:
            seconds = time.process_time() - start
            curve.append((step, step * options.batch * LENGTH, round(seconds), round(np.mean(recent), 4), round(evaluate(), 4)))
            print(*curve[-1], flush=True)
            recent = []
            write_curve(options.out / "loss.csv", curve)
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "seconds": seconds, "curve": curve}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)


def write_curve(path: Path, curve: list[tuple]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("step", "tokens", "cpu_seconds", "train_loss", "held_out_loss"), *curve])


def held_out_rows(tokenizer: PreTrainedTokenizerFast, books: Path, count: int = 48) -> torch.Tensor:
    """The first rows of the held-out books [count, 256], for the loss curve."""
    text = books.read_text()[:200_000]
    ids = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids[: count * LENGTH]
    return torch.tensor(ids).reshape(count, LENGTH)


def save(model: torch.nn.Module, options: argparse.Namespace, tokenizer: str) -> None:
    """OUT/model: float16 safetensors in files of at most 16 MB, configuration, tokenizer, loss curve."""
    folder = options.out / "model"
    model.to(torch.float16).save_pretrained(folder, max_shard_size="15MB")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(options.data / tokenizer / file, folder / file)
    shutil.copyfile(options.out / "loss.csv", folder / "loss.csv")
    config = json.loads((folder / "config.json").read_text())
    config["dtype"] = "float16"
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)
