"""What the PyTorch peers share: their arguments, their random inputs, and the protocol they speak with the harness.

A peer is a long-lived process. It writes {"ready": true} when its model is loaded; each line {"cmd": "step"} on stdin makes
it do one step and answer {"ms", "cpu_ms"}: wall-clock and process CPU time, measured around the step alone. It ends with
its stdin. Dropout is off (eval mode) and tokens are random without padding: both favour the peer.
"""

import argparse
import json
import os
import sys
import time
from typing import Any, Callable

os.environ["HF_HUB_OFFLINE"] = "1"

import torch  # noqa: E402
import transformers  # noqa: E402

transformers.utils.logging.disable_progress_bar()

TEMPERATURE = 2.0


def parse_arguments(description: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder written by scripts/make-bench-model.py")
    parser.add_argument("--student", help="folder of the student, where the step has one")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=48, help="tokens a text")
    parser.add_argument("--prompt", type=int, default=100, help="virtual tokens")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    return options


def random_tokens(options: argparse.Namespace, vocab_size: int) -> torch.Tensor:
    return torch.randint(vocab_size, (options.batch, options.length))


def kl(target: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """T^2 KL(softmax(target / T) || softmax(logits / T)), mean over the rows [N, V]."""
    log_q = torch.log_softmax(logits / TEMPERATURE, dim=-1)
    p = torch.softmax(target / TEMPERATURE, dim=-1)
    return TEMPERATURE**2 * torch.nn.functional.kl_div(log_q, p, reduction="batchmean")


def serve(step: Callable[[], dict[str, Any] | None]) -> None:
    """Whatever the step returns is added to its answer."""
    answer({"ready": True})
    for line in sys.stdin:
        if json.loads(line)["cmd"] != "step":
            raise SystemExit(f"peer: unknown command {line.strip()}")
        wall, cpu = time.perf_counter(), time.process_time()
        extra = step() or {}
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        answer({"ms": round(wall * 1000, 2), "cpu_ms": round(cpu * 1000, 2), **extra})


def answer(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)
