"""The lab's optimiser as it is published: dense matrices, PyTorch autograd, float32, SGD.

Reads one JSON request a line, {"values": [...], "delta": ..., "lr": ..., "steps": ...}, and answers
{"l1": ..., "cpu": seconds}. Source: sjtu-xai-lab/interaction-concept, `_train_p_q`.
"""
import json
import sys
import time

import numpy as np
import torch

torch.set_num_threads(1)


def dense_matrices(n):
    masks = np.arange(2**n)
    contains = (masks[:, None] & masks[None, :]) == masks[None, :]
    order = np.array([bin(mask).count("1") for mask in masks])
    mobius = np.where(contains, (-1.0) ** (order[:, None] - order[None, :]), 0.0)
    dual = -mobius[:, ::-1].copy()
    dual[0] = 0
    dual[0, 0] = 1
    return (torch.tensor(m, dtype=torch.float32) for m in (mobius, dual))


def merged_norm(i_and, i_or):
    """The sum of |I| after orders 0 and 1, where AND and OR are the same, are added up."""
    low = torch.tensor([bin(mask).count("1") <= 1 for mask in range(len(i_and))])
    merged = torch.where(low, i_and + i_or, i_and)
    return (merged.abs().sum() + i_or[~low].abs().sum()).item()


def optimise(values, delta, lr, steps):
    v = torch.tensor(values, dtype=torch.float32)
    to_and, to_or = dense_matrices(int(np.log2(len(values))))
    p = torch.zeros_like(v, requires_grad=True)
    q = torch.zeros_like(v, requires_grad=True)
    optimiser = torch.optim.SGD([p, q], lr=0.0, momentum=0.9)
    rates = np.logspace(np.log10(lr), np.log10(lr / 10), steps)
    for step in range(steps):
        with torch.no_grad():
            q.clamp_(-delta, delta)
        half = 0.5 * (v + q)
        i_and, i_or = to_and @ (half + p), to_or @ (half - p)
        if step == steps - 1:
            return merged_norm(i_and.detach(), i_or.detach())
        loss = i_and.abs().sum() + i_or.abs().sum()
        optimiser.param_groups[0]["lr"] = rates[step]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


for line in sys.stdin:
    request = json.loads(line)
    start = time.process_time()
    l1 = optimise(request["values"], request["delta"], request["lr"], request["steps"])
    print(json.dumps({"l1": l1, "cpu": time.process_time() - start}), flush=True)
