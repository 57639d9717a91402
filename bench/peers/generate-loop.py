"""A plain transformers loop: one text at a time, read behind its soft prompt and written with the KV cache of generate().

Texts have as many tokens as softpost's (--length), prompts as many virtual tokens (--prompt); a step writes --tokens tokens of
--batch texts, or with --tokens 0 reads the logits of their last position, as for classification."""

import sys

import torch
from peer import parse_arguments, random_tokens, serve
from transformers import AutoModelForCausalLM

at = sys.argv.index("--tokens")
tokens = int(sys.argv[at + 1])
del sys.argv[at : at + 2]
options = parse_arguments(__doc__)
model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
prompt = torch.randn(1, options.prompt, model.config.hidden_size) * 0.1


@torch.inference_mode()
def step() -> None:
    for ids in random_tokens(options, model.config.vocab_size):
        embeddings = torch.cat([prompt, model.get_input_embeddings()(ids[None])], dim=1)
        mask = torch.ones(embeddings.shape[:2], dtype=torch.long)
        if tokens == 0:
            model(inputs_embeds=embeddings, attention_mask=mask, logits_to_keep=1)
        else:
            model.generate(
                inputs_embeds=embeddings,
                attention_mask=mask,
                do_sample=False,
                min_new_tokens=tokens,
                max_new_tokens=tokens,
                pad_token_id=0,
            )


serve(step)
