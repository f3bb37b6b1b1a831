/**
 * Checkpoints in other tools: writes one of every architecture and has ONNX's own checker and its
 * reference evaluator (NumPy, no ONNX Runtime) read it: `npm run bench:checkpoint -- [networks]`. The
 * Python named by LOWLAYER_BENCH_PYTHON (default python3) must have `onnx`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportOnnx } from '../src/engine/onnx/checkpoint.js'
import { createReferenceEngine } from '../src/engine/reference/engine.js'
import { drawBatch } from '../src/engine/testing/training.js'
import { initialize } from '../src/models/initialize.js'
import { architectureNames } from '../src/models/registry.js'
import { exampleModel } from '../src/models/testing/examples.js'

const BATCH_SIZE = 3
const [networks = architectureNames.join(',')] = process.argv.slice(2)
const python = process.env.LOWLAYER_BENCH_PYTHON ?? 'python3'
const folder = mkdtempSync(join(tmpdir(), 'lowlayer-checkpoint-'))

for (const architecture of networks.split(',')) {
  const model = exampleModel(architecture)
  const parameters = initialize(model, () => 3)
  const { inputs } = drawBatch(model, BATCH_SIZE, 0)
  const [{ shape, dtype }] = model.graph.inputs
  const fed = [BATCH_SIZE, ...shape.slice(1)]
  const predictor = await createReferenceEngine().createPredictor(model.graph, parameters)
  const data = dtype === 'int32' ? Int32Array.from(inputs) : inputs
  const logits = await predictor.run({ x: { shape: fed, data } })
  const file = join(folder, `${architecture}.onnx`)
  writeFileSync(file, exportOnnx(model.graph, parameters))
  const input = JSON.stringify({ file, dtype, shape: fed, x: [...inputs], logits: [...logits] })
  const peer = spawnSync(python, ['bench/checkpoint_peer.py'], { input, stdio: ['pipe', 1, 2] })
  if (peer.status !== 0) process.exitCode = 1
}
rmSync(folder, { recursive: true })
