"""Muon (Jordan et al., 2024: momentum, made orthogonal) for the matrices of the layers, Adam for embeddings, biases and norms."""

from collections import defaultdict

import torch

# What learns at 1/32 of the rates. Where a norm follows what a layer adds (RoBERTa), that stays small beside the residual of deviation 1, which in GPT-2 grows
# to 30; so do changes of the gains that the residual itself goes through. An update of Adam is as large for a parameter of little gradient: at the full
# rate positions would be noise before they are of use.
SLOW = ("output.dense", "LayerNorm", "lm_head.dense", "position", "token_type")
MOMENTUM = 0.95
BETAS = (0.9, 0.95)


class Muon:
    def __init__(self, model: torch.nn.Module, hidden_rate: float, other_rate: float) -> None:
        groups: dict[tuple[float, ...], list[torch.nn.Parameter]] = defaultdict(list)
        others: dict[float, list[torch.nn.Parameter]] = defaultdict(list)
        for name, parameter in model.named_parameters():
            share = 1 / 32 if any(part in name for part in SLOW) else 1.0
            if parameter.ndim == 2 and "embed" not in name and "wte" not in name and "wpe" not in name:
                groups[(share, *parameter.shape)].append(parameter)
            else:
                others[share].append(parameter)
        self._hidden_rate = hidden_rate
        self._other_rate = other_rate
        # Matrices of one shape are made orthogonal together: small products are slow one by one.
        self._groups = [(share, parameters, torch.zeros(len(parameters), *shape)) for (share, *shape), parameters in groups.items()]
        rates = [{"params": parameters, "share": share} for share, parameters in others.items()]
        self._adam = torch.optim.AdamW(rates, lr=other_rate, betas=BETAS, weight_decay=0.0, foreach=True)

    def step(self, factor: float) -> None:
        """One step at `factor` times the rates; the gradients are gone afterwards."""
        for group in self._adam.param_groups:
            group["lr"] = self._other_rate * factor * group["share"]
        self._adam.step()
        self._adam.zero_grad(set_to_none=True)
        for share, parameters, momentum in self._groups:
            rate = self._hidden_rate * factor * share
            gradient = torch.stack([parameter.grad for parameter in parameters])
            momentum.lerp_(gradient, 1 - MOMENTUM)
            update = orthogonal(gradient.lerp(momentum, MOMENTUM)).float()
            # Root mean square 0.2, about that of Adam's updates, whatever the shape (Liu et al., 2025).
            scale = 0.2 * max(update.shape[-2:]) ** 0.5
            with torch.no_grad():
                for parameter, change in zip(parameters, update):
                    parameter.mul_(1 - rate * 0.05).add_(change, alpha=-rate * scale)
                    parameter.grad = None

    def state_dict(self) -> dict:
        return {"adam": self._adam.state_dict(), "momentum": [momentum for _, _, momentum in self._groups]}

    def load_state_dict(self, state: dict) -> None:
        self._adam.load_state_dict(state["adam"])
        for (_, _, momentum), saved in zip(self._groups, state["momentum"]):
            momentum.copy_(saved)


@torch.no_grad()
def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """Newton–Schulz iteration in bfloat16 on [n, rows, columns]: the same singular vectors, singular values near 1."""
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = matrices.shape[-1] >= matrices.shape[-2]
    x = matrices.bfloat16() if wide else matrices.bfloat16().mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x if wide else x.mT
