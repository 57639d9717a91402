"""The machine's speed in matrix products through PyTorch: one step is [N, N] times [N, N], answered in GFLOP/s."""

import time

import torch
from peer import parse_arguments, serve

N = 2048

options = parse_arguments(__doc__)
matrix = torch.full((N, N), 0.5)


def step() -> dict[str, float]:
    start = time.perf_counter()
    torch.matmul(matrix, matrix)
    return {"gflops": 2 * N**3 / 1e9 / (time.perf_counter() - start)}


serve(step)
