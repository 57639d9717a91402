"""Print the logits that Hugging Face PEFT gives for a model with one of our prompt folders.

Usage:  python scripts/check-peft.py MODEL_FOLDER PROMPT_FOLDER TOKEN_IDS [--position N]
        TOKEN_IDS     comma-separated, e.g. 12,7,55
        --position N  the scored position in the text, without the prompt; the last token if not given

Output: one JSON object {"inputIds", "position", "logits"}, float32, the whole vocabulary. A masked language model needs
"task_type": "FEATURE_EXTRACTION" in adapter_config.json: without a task type PEFT ignores the prompt.
"""

import argparse
import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"

import torch  # noqa: E402
import transformers  # noqa: E402
from peft import PeftModel  # noqa: E402

transformers.utils.logging.disable_progress_bar()


def prompted_logits(model_folder: str, prompt_folder: str, ids: list[int]) -> torch.Tensor:
    """[L, V], the prompt's own positions left out."""
    architecture = transformers.AutoConfig.from_pretrained(model_folder).architectures[0]
    base = getattr(transformers, architecture).from_pretrained(model_folder, dtype=torch.float32)
    model = PeftModel.from_pretrained(base, prompt_folder).eval()
    inputs = torch.tensor([ids])
    with torch.no_grad():
        logits = model(input_ids=inputs, attention_mask=torch.ones_like(inputs)).logits[0]
    virtual_tokens = model.active_peft_config.num_virtual_tokens
    if logits.shape[0] != virtual_tokens + len(ids):
        raise SystemExit(f"check-peft: PEFT did not place the prompt of {prompt_folder}: set its task_type")
    return logits[virtual_tokens:]


def main() -> None:
    parser = argparse.ArgumentParser(description="Logits of a model with a prompt folder, by Hugging Face PEFT.")
    parser.add_argument("model")
    parser.add_argument("prompt")
    parser.add_argument("ids", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--position", type=int)
    options = parser.parse_args()
    position = len(options.ids) - 1 if options.position is None else options.position
    logits = prompted_logits(options.model, options.prompt, options.ids)
    print(json.dumps({"inputIds": options.ids, "position": position, "logits": logits[position].tolist()}))


if __name__ == "__main__":
    main()
