#!/usr/bin/env bash
# Builds @tensorflow/tfjs-node in FOLDER against the C library inside PyPI's tensorflow-cpu, for machines
# that cannot reach the server from which its own installer fetches libtensorflow:
#
#   scripts/buildTfjsNode.sh FOLDER
#   NODE_PATH=FOLDER/node_modules npx lowlayer run configs/quickstart.yaml --engine tfjs
#
# Needs npm, a Python with pip (PYTHON, python3 by default), g++, and the headers that come with Node.
set -euo pipefail

folder=$(realpath -m "${1:?usage: scripts/buildTfjsNode.sh FOLDER}")
python=${PYTHON:-python3}
# The last release whose C interface tfjs-node 4.22 was written for, as wheels for Python 3.9 to 3.11;
# nothing in it is run by Python.
tensorflow=2.15.1
headers=$(realpath "$(dirname "$(node -p process.execPath)")/../include/node")
[ -f "$headers/node_api.h" ] || { echo "no headers of Node in $headers" >&2; exit 1; }

mkdir -p "$folder"
cd "$folder"
[ -f package.json ] || npm init --yes >/dev/null
npm install --ignore-scripts --no-audit --no-fund @tensorflow/tfjs-node@4.22.0
"$python" -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 \
  --dest wheel "tensorflow-cpu==$tensorflow"

package="$folder/node_modules/@tensorflow/tfjs-node"
rm -rf "$package/deps" "$package/lib"
mkdir -p "$package/deps/lib" "$package/lib/napi-v8"
"$python" - "$package/deps" wheel/*.whl <<'PYTHON'
import sys, zipfile
from pathlib import Path

target, wheel = Path(sys.argv[1]), zipfile.ZipFile(sys.argv[2])
libraries = {"libtensorflow_cc.so.2", "libtensorflow_framework.so.2"}
for name in wheel.namelist():
    path = Path(name)
    if name.startswith("tensorflow/include/") and not name.endswith("/"):
        place = target / path.relative_to("tensorflow")
    elif path.name in libraries:
        place = target / "lib" / path.name
    else:
        continue
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(wheel.read(name))
PYTHON

g++ -std=c++17 -O2 -shared -fPIC -DNAPI_VERSION=8 -I"$headers" -I"$package/deps/include" -I"$package" \
  "$package"/binding/tfjs_backend.cc "$package"/binding/tfjs_binding.cc \
  -o "$package/lib/napi-v8/tfjs_binding.node" \
  -L"$package/deps/lib" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 \
  -Wl,-rpath,'$ORIGIN/../../deps/lib'

NODE_PATH="$folder/node_modules" node -e '
  const util = require("node:util")
  util.isNullOrUndefined ??= (value) => value === null || value === undefined
  util.isArray ??= Array.isArray
  const tf = require("@tensorflow/tfjs-node")
  console.log(`tfjs ${tf.version_core} on TensorFlow ${tf.backend().binding.TF_Version}: 2 × 3 =`,
    tf.mul(2, 3).dataSync()[0])
'
