"""A distillation step: 5 T^2 KL + 2 next-token loss + 1 (1 - cosine of hidden states), all parameters, fused AdamW. Give it
the student; the teacher's logits and hidden states are given tensors, as they cost both sides the same."""

import torch
from peer import kl, parse_arguments, random_tokens, serve
from torch.nn.functional import cosine_similarity, cross_entropy
from transformers import AutoModelForCausalLM

options = parse_arguments(__doc__)
model = AutoModelForCausalLM.from_pretrained(options.model).eval()
optimizer = torch.optim.AdamW(model.parameters(), lr=2.5e-4, fused=True)
ids = random_tokens(options, model.config.vocab_size)
teacher_logits = torch.randn(options.batch, options.length, model.config.vocab_size)
teacher_hidden = torch.randn(options.batch, options.length, model.config.n_embd)


def step() -> None:
    optimizer.zero_grad()
    output = model(input_ids=ids, output_hidden_states=True, use_cache=False)
    distilled = kl(teacher_logits.flatten(0, 1), output.logits.flatten(0, 1))
    next_token = cross_entropy(output.logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
    cosine = (1 - cosine_similarity(teacher_hidden, output.hidden_states[-1], dim=-1)).mean()
    (5 * distilled + 2 * next_token + cosine).backward()
    optimizer.step()


serve(step)
