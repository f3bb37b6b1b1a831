/**
 * Memory of a training process against what a step must hold: weights, optimiser state and the
 * activations that the backward pass reads. `npm run bench:memory -- [networks] [batch]`. Each network
 * is measured in a process of its own, started as a study starts one: the most resident memory during
 * some seconds of steps, less what the process took before the network was built. By then it has
 * trained a network of a few dozen weights for as long: Node, its compiled code and ONNX Runtime.
 */
import { fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createEngine } from '../src/engine/registry.js'
import { workerOptions } from '../src/executors/environment.js'
import { valueBytes } from '../src/graph/infer.js'
import { startTraining, type Timed } from './training.js'

const [networks = 'mlp-5,lenet,resnet20,vgg11', batchText = '128'] = process.argv.slice(2)
/** Long enough for garbage to gather: steps that take this many seconds, and ten at least. */
const SECONDS = 5
const LEAST_STEPS = 10
const CALL_SECONDS = 0.5

/** The most resident memory of this process since `forgetPeak`, in bytes (Linux). */
function peakBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

function forgetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5')
}

/** Trains with as many steps in a call as a study asks for, which is those of half a second. */
async function trainFor(limit: number, timed: Timed): Promise<void> {
  let perCall = 1
  for (let seconds = 0, steps = 0; seconds < limit || steps < LEAST_STEPS; ) {
    const { wall } = await timed(perCall)
    seconds += wall
    steps += perCall
    perCall = Math.max(1, Math.floor((CALL_SECONDS * perCall) / wall))
  }
}

async function measure(network: string, batch: number): Promise<string> {
  const engine = await createEngine('onnx', 'cpu')
  const least = await startTraining(engine, 'mlp-5', 1, 1)
  await trainFor(SECONDS, least.timed)
  await least.trainer.dispose()
  const before = process.memoryUsage.rss()
  forgetPeak()
  const { model, timed } = await startTraining(engine, network, batch)
  await trainFor(SECONDS, timed)
  const used = peakBytes() - before
  // The momentum of SGD is as large as the weights.
  const weights = 4 * model.parameterCount
  const needed = 2 * weights + valueBytes(model.graph, batch)
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toPrecision(3)} MiB`
  return [
    `${network}  batch ${batch}`,
    `weights ${mebibytes(weights)}, momentum ${mebibytes(weights)}, activations ${mebibytes(needed - 2 * weights)}`,
    `process ${mebibytes(used)} above its start of ${mebibytes(before)}`,
    `ratio ${(used / needed).toFixed(2)}`,
  ].join('  ')
}

if (process.send === undefined) {
  for (const network of networks.split(',')) {
    const child = fork(fileURLToPath(import.meta.url), [network, batchText], workerOptions())
    await new Promise((resolve) => child.once('exit', resolve))
  }
} else {
  console.log(await measure(networks, Number(batchText)))
  process.exit(0)
}
