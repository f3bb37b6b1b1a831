"""The peer of checkpoint.ts: a checkpoint in ONNX's own checker and reference evaluator.

Reads one JSON object from standard input: the file, an input with its shape, and the logits that
lowlayer's float64 reference computes. Fails when the file is not valid or the logits differ.
"""

import json
import sys

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

LIMIT = 1e-5

order = json.load(sys.stdin)
model = onnx.load(order["file"])
onnx.checker.check_model(model, full_check=True)
x = np.array(order["x"], dtype=order["dtype"]).reshape(order["shape"])
(logits,) = ReferenceEvaluator(model).run(None, {"x": x})
expected = np.array(order["logits"]).reshape(logits.shape)
error = np.abs(logits - expected).max() / np.abs(expected).max()
print(
    f"{order['file'].split('/')[-1]}: valid, opset {model.opset_import[0].version}, "
    f"{len(model.graph.initializer)} initialisers, logits differ by {error:.1e}",
    flush=True,
)
if not error < LIMIT:
    sys.exit(f"{order['file']}: that is more than {LIMIT}")
