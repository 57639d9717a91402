"""Per-example prompt gradients by torch.func.vmap(grad), logits at the last position only. It reads the two-layer student.
vmap needs eager attention."""

import torch
from peer import parse_arguments, random_tokens, serve
from torch.nn.functional import cross_entropy
from transformers import AutoModelForCausalLM

options = parse_arguments(__doc__)
model = AutoModelForCausalLM.from_pretrained(options.student, attn_implementation="eager").eval().requires_grad_(False)
prompt = torch.randn(options.prompt, model.config.n_embd) * 0.02
texts = model.transformer.wte(random_tokens(options, model.config.vocab_size))
targets = torch.randint(model.config.vocab_size, (options.batch,))


def loss(prompt: torch.Tensor, text: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    embeddings = torch.cat((prompt, text))[None]
    hidden = model.transformer(inputs_embeds=embeddings, use_cache=False).last_hidden_state[0, -1]
    return cross_entropy(model.lm_head(hidden), target)


per_example_gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))


def step() -> None:
    per_example_gradients(prompt, texts, targets)


serve(step)
