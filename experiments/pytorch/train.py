"""Trains the base study's networks in PyTorch: the same digits with the same wrong labels, the same LeNet, optimiser and design.

    npx lowlayer data export experiments/base/base.yaml experiments/pytorch/samples.npz
    cd experiments/pytorch && python train.py      # torch, onnx and numpy; some ten minutes on one core

Reads samples.npz and writes nets/ and nets.csv: sixteen crossed networks, four more in another order of the data, three
references. With --reduced, four crossed networks, trained briefly, and the references: `npm run study:check -- pytorch`.
"""
import csv
import os
import sys
from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

torch.set_num_threads(1)
REDUCED = "--reduced" in sys.argv
SEEDS, ORDERS = (2, 1) if REDUCED else (4, 2)
KEPT = [0, 3, 8] if REDUCED else [0, 1, 2, 4, 8, 15, 30, 60]  # epochs
data = np.load("samples.npz")


def network(low, high):
    torch.manual_seed(low)
    conv1, conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
    torch.manual_seed(1000 + high)
    fc1, fc2, fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
    return nn.Sequential(OrderedDict(
        conv1=conv1, relu1=nn.ReLU(), pool1=nn.MaxPool2d(2), conv2=conv2, relu2=nn.ReLU(), pool2=nn.MaxPool2d(2),
        flatten=nn.Flatten(), fc1=fc1, relu3=nn.ReLU(), fc2=fc2, relu4=nn.ReLU(), fc3=fc3))


def train(net, order, split, folder):
    x = torch.from_numpy(data[f"x_{split}"])
    y = torch.from_numpy(data[f"y_{split}"].astype("int64"))
    optimizer = torch.optim.SGD(net.parameters(), 0.03, momentum=0.9)
    shuffle = torch.Generator().manual_seed(order)
    os.makedirs(folder, exist_ok=True)
    for epoch in range(KEPT[-1] + 1):
        if epoch in KEPT:
            torch.onnx.export(net.eval(), (x[:2],), f"{folder}/{epoch}.onnx", dynamo=False, do_constant_folding=False,
                              input_names=["x"], dynamic_axes={"x": {0: "batch"}})
        if epoch == KEPT[-1]:
            break
        for batch in torch.randperm(len(x), generator=shuffle).split(128):
            optimizer.zero_grad()
            cross_entropy(net.train()(x[batch]), y[batch]).backward()
            optimizer.step()


crossed = [(low, high, 0) for low in range(SEEDS) for high in range(SEEDS)]
repeated = [(seed, seed, order) for order in range(1, ORDERS) for seed in range(SEEDS)]
with open("nets.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["name", "path", "low", "high", "order", "architecture", "lowLayers", "reference"])
    for low, high, order in crossed + repeated:
        name = f"low{low}-high{high}-order{order}"
        train(network(low, high), order, "train", f"nets/{name}")
        table.writerow([name, f"nets/{name}/{{epoch}}.onnx", low, high, order, "lenet", "conv1+conv2", ""])
    for seed in range(3):  # on the test samples alone
        train(network(100 + seed, 100 + seed), 100 + seed, "test", f"nets/reference-{seed}")
        table.writerow([f"reference-{seed}", f"nets/reference-{seed}/{{epoch}}.onnx", "", "", "", "lenet", "", "true"])
