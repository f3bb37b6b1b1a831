"""The peer of values.ts: masking and forward passes of the same network in PyTorch, one thread.

Started as `values_peer.py FOLDER DEVICE` (`cpu` or `cuda`, there without TF32) with model.onnx, sample.npy, baseline.npy, players.npy (player of
each cell, -1 for background) in it. Answers every line `BATCH` on standard input by one line of JSON
with the CPU and wall seconds of all 2^n masked passes, and leaves their outputs in peer.npy.
"""

import json
import sys
import time

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional as F


def attributes(node):
    return {item.name: onnx.helper.get_attribute_value(item) for item in node.attribute}


def gemm(a, x, weight, bias=None):
    return F.linear(x, weight if a.get("transB") else weight.T, bias)


def pool(operation, a, x):
    return operation(x, a["kernel_shape"][0], a.get("strides", [1])[0])


def cut(a, x, starts, ends, axes, steps):
    parts = [slice(None)] * x.dim()
    for start, end, axis, step in zip(*(t.tolist() for t in (starts, ends, axes, steps))):
        parts[axis] = slice(start, end, step)
    return x[tuple(parts)]


def pad(a, x, pads):
    before, after = pads.tolist()[: x.dim()], pads.tolist()[x.dim() :]
    return F.pad(x, [p for axis in reversed(range(x.dim())) for p in (before[axis], after[axis])])


operators = {
    "Slice": cut,
    "Pad": pad,
    "Conv": lambda a, x, w, b=None: F.conv2d(
        x, w, b, stride=a["strides"][0], padding=a["pads"][0]
    ),
    "Relu": lambda a, x: F.relu(x),
    "MaxPool": lambda a, x: pool(F.max_pool2d, a, x),
    "AveragePool": lambda a, x: pool(F.avg_pool2d, a, x),
    "Gemm": gemm,
    "Add": lambda a, x, y: x + y,
    "Identity": lambda a, x: x,
    "ReduceMean": lambda a, x: x.mean(tuple(a["axes"]), keepdim=bool(a["keepdims"])),
    "Reshape": lambda a, x, shape: x.reshape([x.shape[0], *shape.tolist()[1:]]),
    "BatchNormalization": lambda a, x, s, b, m, v: F.batch_norm(x, m, v, s, b, eps=a["epsilon"]),
}


def tensor(constant, device):
    values = torch.from_numpy(numpy_helper.to_array(constant).copy())
    return values if values.dtype == torch.int64 else values.to(device)


def network(path, device):
    graph = onnx.load(path).graph
    constants = {t.name: tensor(t, device) for t in graph.initializer}
    steps = [(operators[n.op_type], attributes(n), list(n.input), n.output[0]) for n in graph.node]
    source, target = graph.input[0].name, graph.output[0].name

    def run(x):
        values = {**constants, source: x}
        for operator, settings, inputs, output in steps:
            values[output] = operator(settings, *[values[name] for name in inputs])
        return values[target]

    return run


def main(folder, device):
    torch.set_num_threads(1)
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    forward = network(f"{folder}/model.onnx", device)
    x = torch.from_numpy(np.load(f"{folder}/sample.npy")).to(device)
    baseline = torch.from_numpy(np.load(f"{folder}/baseline.npy")).to(device)
    players = np.load(f"{folder}/players.npy").reshape(x.shape)
    n = int(players.max()) + 1
    coalitions = np.arange(2**n).reshape(-1, 1, 1, 1)
    plane = players[:1]
    kept = torch.from_numpy((plane < 0) | ((coalitions >> np.maximum(plane, 0)) & 1).astype(bool)).to(device)
    with torch.inference_mode():
        for line in sys.stdin:
            batch = int(line)
            wall, cpu = time.perf_counter(), time.process_time()
            parts = [
                forward(torch.where(kept[start : start + batch], x, baseline))
                for start in range(0, 2**n, batch)
            ]
            outputs = torch.cat(parts).cpu()
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            np.save(f"{folder}/peer.npy", outputs.numpy())
            print(json.dumps({"cpu": cpu, "wall": wall, "torch": torch.__version__}), flush=True)


main(sys.argv[1], sys.argv[2])
