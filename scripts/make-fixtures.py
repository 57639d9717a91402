"""Write the committed reference numbers that softpost is tested against (test/fixtures).

Usage:  pip install torch transformers peft safetensors numpy
        python scripts/make-fixtures.py            everything
        python scripts/make-fixtures.py models     one section: models, losses, ops, peft or real

The models are small and randomly initialised, so nothing is downloaded. Weights, inputs and prompts come from
seeded NumPy generators: another run gives the same files up to the rounding of the PyTorch in use, whose version
stands in each folder's meta.json. "losses" and "peft" read the folders that "models" writes, "real" those of trained models.
"""

import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

from transformers.utils import logging  # noqa: E402

from fixtures import adapter, losses, models, ops, real  # noqa: E402

logging.disable_progress_bar()

SECTIONS = {"models": models.write, "losses": losses.write, "ops": ops.write, "peft": adapter.write, "real": real.write}


def main() -> None:
    wanted = sys.argv[1:] or list(SECTIONS)
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        sys.exit(f"make-fixtures: unknown section {unknown[0]!r}; choose from {', '.join(SECTIONS)}")
    root = Path(__file__).resolve().parent.parent / "test" / "fixtures"
    for name in wanted:
        SECTIONS[name](root)
        print(f"{name}: written")


if __name__ == "__main__":
    main()
