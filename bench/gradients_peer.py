"""The peer of gradients.ts: the gradients of the same loss in PyTorch, in float64.

Started as `gradients_peer.py NETWORK FILE.npz`, a file with inputs `x`, labels `y`, the parameters `0`, `1`, …
and the gradients to compare with, `d0`, `d1`, …. Prints JSON: the largest difference of each, relative to
the largest entry of the gradient.
"""

import json
import sys

import numpy as np
import torch
from peer_networks import networks
from torch.nn import functional as F

make, _, _ = networks[sys.argv[1]]
arrays = np.load(sys.argv[2])
model = make().double()
parameters = list(model.parameters())
with torch.no_grad():
    for index, parameter in enumerate(parameters):
        parameter.copy_(torch.tensor(arrays[str(index)]).reshape(parameter.shape))
F.cross_entropy(model(torch.tensor(arrays["x"]).double()), torch.tensor(arrays["y"]).long()).backward()
errors = []
for index, parameter in enumerate(parameters):
    exact = parameter.grad.numpy()
    found = arrays[f"d{index}"].reshape(exact.shape)
    errors.append(float(np.abs(found - exact).max() / np.abs(exact).max()))
print(json.dumps(errors))
