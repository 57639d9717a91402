"""A step of prompt transfer as a PEFT user writes it: PromptTuning, full-sequence logits, KL at the last position, Adam."""

import torch
from peer import kl, parse_arguments, random_tokens, serve
from peft import PromptTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM

options = parse_arguments(__doc__)
base = AutoModelForCausalLM.from_pretrained(options.model)
model = get_peft_model(base, PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=options.prompt)).eval()
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)
ids = random_tokens(options, base.config.vocab_size)
mask = torch.ones_like(ids)
reference = torch.randn(options.batch, base.config.vocab_size)


def step() -> None:
    optimizer.zero_grad()
    logits = model(input_ids=ids, attention_mask=mask).logits[:, -1]
    kl(reference, logits).backward()
    optimizer.step()


serve(step)
