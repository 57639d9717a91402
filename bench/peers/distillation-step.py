"""A distillation step: 5 T^2 KL + 2 next-token loss + 1 (1 - cosine of hidden states), all parameters of the student, fused
AdamW. The teacher's forward pass is part of the step and runs under no_grad."""

import torch
from peer import kl, parse_arguments, random_tokens, serve
from torch.nn.functional import cosine_similarity, cross_entropy
from transformers import AutoModelForCausalLM

options = parse_arguments(__doc__)
teacher = AutoModelForCausalLM.from_pretrained(options.model).eval().requires_grad_(False)
student = AutoModelForCausalLM.from_pretrained(options.student).eval()
optimizer = torch.optim.AdamW(student.parameters(), lr=2.5e-4, fused=True)
ids = random_tokens(options, student.config.vocab_size)


def step() -> None:
    optimizer.zero_grad()
    with torch.no_grad():
        given = teacher(input_ids=ids, output_hidden_states=True, use_cache=False)
    output = student(input_ids=ids, output_hidden_states=True, use_cache=False)
    distilled = kl(given.logits.flatten(0, 1), output.logits.flatten(0, 1))
    next_token = cross_entropy(output.logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
    cosine = (1 - cosine_similarity(given.hidden_states[-1], output.hidden_states[-1], dim=-1)).mean()
    (5 * distilled + 2 * next_token + cosine).backward()
    torch.nn.utils.clip_grad_norm_(student.parameters(), 5.0)
    optimizer.step()


serve(step)
