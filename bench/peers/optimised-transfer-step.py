"""A step of prompt transfer in hand-optimised PyTorch: frozen weights, fused attention, logits at the last position only.
It does not share the prompt's keys and values between the rows."""

import torch
from peer import kl, parse_arguments, random_tokens, serve
from transformers import AutoModelForCausalLM

options = parse_arguments(__doc__)
model = AutoModelForCausalLM.from_pretrained(options.model, attn_implementation="sdpa").eval().requires_grad_(False)
prompt = torch.nn.Parameter(torch.randn(options.prompt, model.config.n_embd) * 0.02)
optimizer = torch.optim.Adam([prompt], lr=1e-3, fused=True)
texts = model.transformer.wte(random_tokens(options, model.config.vocab_size))
reference = torch.randn(options.batch, model.config.vocab_size)


def step() -> None:
    optimizer.zero_grad()
    embeddings = torch.cat((prompt.expand(options.batch, -1, -1), texts), dim=1)
    hidden = model.transformer(inputs_embeds=embeddings, use_cache=False).last_hidden_state[:, -1]
    kl(reference, model.lm_head(hidden)).backward()
    optimizer.step()


serve(step)
