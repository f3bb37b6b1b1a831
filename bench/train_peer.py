"""The peer of train.ts: training steps of the same networks in PyTorch, one thread.

Started as `train_peer.py NETWORK BATCH DEVICE` (`cpu` or `cuda`, there without TF32). Answers every line `STEPS` on standard input by one line of
JSON with the CPU and wall seconds of that many steps of SGD with momentum and weight decay.
"""

import json
import sys
import time

import torch
from peer_networks import networks
from torch.nn import functional as F

torch.set_num_threads(1)
torch.manual_seed(0)
make, shape, classes = networks[sys.argv[1]]
batch, device = int(sys.argv[2]), sys.argv[3]
torch.backends.cudnn.allow_tf32 = False
torch.backends.cuda.matmul.allow_tf32 = False
model = make().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
x = torch.randn(batch, *shape, device=device)
y = torch.randint(classes, (batch,), device=device)
for line in sys.stdin:
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(int(line)):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    if device == "cuda":
        torch.cuda.synchronize()
    times = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    print(json.dumps(times), flush=True)
