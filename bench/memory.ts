/**
 * Memory of a training process against what a step must hold: weights, optimiser state and the
 * activations that the backward pass reads. `npm run bench:memory -- [networks] [batch]`. Each network
 * is measured in a process of its own: the most resident memory during some seconds of steps, less what the process
 * took before the network was built (Node and ONNX Runtime themselves).
 */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sizeOf } from '../src/core/tensor.js'
import { createEngine } from '../src/engine/registry.js'
import { inferTypes } from '../src/graph/infer.js'
import { BATCH, type Graph } from '../src/graph/types.js'
import { startTraining } from './training.js'

const [networks = 'mlp-5,lenet,resnet20,vgg11', batchText = '128'] = process.argv.slice(2)
/** Long enough for garbage to gather: steps that take this many seconds, and ten at least. */
const SECONDS = 5
const LEAST_STEPS = 10

/** Bytes of every value that the network computes for a batch, its input included. */
function activationBytes(graph: Graph, batch: number): number {
  const batched = inferTypes(graph)
  let floats = 0
  for (const [name, { shape }] of inferTypes(graph, batch)) {
    if (batched.get(name)?.shape.includes(BATCH)) floats += sizeOf(shape)
  }
  return 4 * floats
}

/** The most resident memory of this process so far, in bytes (Linux). */
function peakBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

async function measure(network: string, batch: number): Promise<string> {
  const engine = await createEngine('onnx', 'cpu')
  const mlp = await startTraining(engine, 'mlp-5', 1)
  await mlp.timed(1)
  await mlp.trainer.dispose()
  const before = process.memoryUsage.rss()
  const { model, timed } = await startTraining(engine, network, batch)
  for (let seconds = 0, steps = 0; seconds < SECONDS || steps < LEAST_STEPS; steps++) {
    seconds += (await timed(1)).wall
  }
  const used = peakBytes() - before
  // The momentum of SGD is as large as the weights.
  const weights = 4 * model.parameterCount
  const needed = 2 * weights + activationBytes(model.graph, batch)
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
  return [
    `${network}  batch ${batch}`,
    `weights ${mebibytes(weights)}, momentum ${mebibytes(weights)}, activations ${mebibytes(needed - 2 * weights)}`,
    `process ${mebibytes(used)} above its start of ${mebibytes(before)}`,
    `ratio ${(used / needed).toFixed(2)}`,
  ].join('  ')
}

if (process.send === undefined) {
  for (const network of networks.split(',')) {
    const child = fork(fileURLToPath(import.meta.url), [network, batchText])
    await new Promise((resolve) => child.once('exit', resolve))
  }
} else {
  console.log(await measure(networks, Number(batchText)))
  process.exit(0)
}
