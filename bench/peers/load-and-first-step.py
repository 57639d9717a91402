"""from_pretrained and the first prompt-tuning step. One step a process: start it anew for every sample.

Adds to the answer: load_ms, the resident memory in MB after the imports (base_rss_mb) and after loading (rss_mb), and
first_step_ms."""

import time

import psutil
import torch
from peer import kl, parse_arguments, random_tokens, serve
from peft import PromptTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, GPT2LMHeadModel  # noqa: F401  the class is imported lazily: not part of loading

options = parse_arguments(__doc__)


def resident_mb() -> float:
    return round(psutil.Process().memory_info().rss / 1e6, 1)


def step() -> dict[str, float]:
    base_rss = resident_mb()
    start = time.perf_counter()
    base = AutoModelForCausalLM.from_pretrained(options.model)
    loaded = time.perf_counter()
    rss = resident_mb()
    model = get_peft_model(base, PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=options.prompt)).eval()
    ids = random_tokens(options, base.config.vocab_size)
    logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[:, -1]
    kl(torch.randn_like(logits), logits).backward()
    done = time.perf_counter()
    times = {"load_ms": round((loaded - start) * 1000, 2), "first_step_ms": round((done - loaded) * 1000, 2)}
    return {**times, "base_rss_mb": base_rss, "rss_mb": rss}


serve(step)
