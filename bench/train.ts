/**
 * Training steps against PyTorch on the same networks, one thread each, in alternating runs:
 * `npm run bench:train -- [networks] [batch] [rounds]`, such as
 * `npm run bench:train -- lenet,resnet20 128 5`. PyTorch is looked for with the Python named by
 * LOWLAYER_BENCH_PYTHON (default python3) and left out when it is not there. Milliseconds are CPU
 * time, which other work on the machine disturbs least; medians over the rounds.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { stream } from '../src/core/random.js'
import { sizeOf } from '../src/core/tensor.js'
import { createEngine } from '../src/engine/registry.js'
import type { Trainer } from '../src/engine/types.js'
import { buildModel } from '../src/models/build.js'
import { initialize } from '../src/models/initialize.js'
import type { InputDescription } from '../src/models/spec.js'

const [networks = 'mlp-5,lenet,resnet20,vgg11', batchText = '64', rounds = '5'] =
  process.argv.slice(2)
const python = process.env.LOWLAYER_BENCH_PYTHON ?? 'python3'
/** A round takes about this long on each side. */
const ROUND_SECONDS = 1.5

/** Seconds of a number of steps. */
interface Times {
  readonly cpu: number
  readonly wall: number
}

type Timed = (steps: number) => Promise<Times>

function inputOf(architecture: string): InputDescription {
  if (architecture === 'mlp-5') return { kind: 'tabular', shape: [9], classes: 2 }
  const shape = architecture === 'lenet' ? [1, 28, 28] : [3, 32, 32]
  return { kind: 'image', shape, classes: 10 }
}

async function startOurs(architecture: string, batch: number): Promise<[Trainer, Timed]> {
  const input = inputOf(architecture)
  const model = buildModel({ architecture }, input)
  const engine = await createEngine('onnx', 'cpu')
  const trainer = await engine.createTrainer(
    model.graph,
    {
      batchSize: batch,
      optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 5e-4 },
      labelSmoothing: 0,
      frozenBlocks: [],
      dropoutSeed: 0,
    },
    { step: 0, parameters: initialize(model, () => 1), slots: {} },
  )
  const draws = stream(1, 'bench').at()
  const x = Float32Array.from({ length: batch * sizeOf(input.shape) }, () => draws.normal())
  const y = Int32Array.from({ length: batch }, () => draws.below(input.classes))
  const timed: Timed = async (steps) => {
    const cpu = process.cpuUsage()
    const wall = performance.now()
    for (let step = 0; step < steps; step++) await trainer.step(x, y, 0.01)
    const used = process.cpuUsage(cpu)
    return { cpu: (used.user + used.system) / 1e6, wall: (performance.now() - wall) / 1e3 }
  }
  return [trainer, timed]
}

function startPeer(architecture: string, batch: number): [ChildProcess, Timed] {
  const peer = spawn(python, ['bench/train_peer.py', architecture, String(batch)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  })
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]()
  const timed: Timed = async (steps) => {
    peer.stdin.write(`${steps}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`the peer ended while it ran ${architecture}`)
    return JSON.parse(value) as Times
  }
  return [peer, timed]
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

async function benchmark(architecture: string, batch: number, withPeer: boolean): Promise<void> {
  const [trainer, ours] = await startOurs(architecture, batch)
  const [peer, theirs] = withPeer ? startPeer(architecture, batch) : []
  await ours(2)
  const warm = await ours(3)
  await theirs?.(3)
  const steps = Math.max(2, Math.ceil((ROUND_SECONDS * 3) / warm.wall))
  const own: Times[] = []
  const other: Times[] = []
  for (let round = 0; round < Number(rounds); round++) {
    own.push(await ours(steps))
    if (theirs !== undefined) other.push(await theirs(steps))
  }
  await trainer.dispose()
  peer?.stdin?.end()
  const milliseconds = (times: readonly Times[]) =>
    (median(times.map(({ cpu }) => cpu)) / steps) * 1e3
  const rate = (value: number) => ((batch * 1e3) / value).toFixed(0)
  const line = [architecture, `batch ${batch}`, `lowlayer ${milliseconds(own).toFixed(2)} ms`]
  line.push(`${rate(milliseconds(own))} samples/s`)
  if (theirs !== undefined) {
    const ratio = milliseconds(other) / milliseconds(own)
    line.push(`PyTorch ${milliseconds(other).toFixed(2)} ms`, `ratio ${ratio.toFixed(2)}`)
  }
  console.log(line.join('  '))
}

const withPeer = spawnSync(python, ['-c', 'import torch']).status === 0
if (!withPeer) console.log(`no PyTorch in ${python}: lowlayer alone`)
for (const architecture of networks.split(',')) {
  await benchmark(architecture, Number(batchText), withPeer)
}
