/**
 * Masked evaluation against PyTorch on the same network, sample and players, one thread each, in
 * alternating runs: `npm run bench:values -- [networks] [players] [rounds] [device]`, such as
 * `npm run bench:values -- lenet,resnet20 10 5`. PyTorch is looked for with the Python named by
 * LOWLAYER_BENCH_PYTHON (default python3) and left out when it is not there. Seconds are CPU seconds,
 * which other work on the machine disturbs least, and wall seconds on a GPU (`webgpu` or `cuda`; PyTorch
 * then runs on CUDA, without TF32). The host's share is what a pass takes outside its calls of ONNX
 * Runtime.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { InferenceSession } from 'onnxruntime-node'
import { stream } from '../src/core/random.js'
import { sizeOf } from '../src/core/tensor.js'
import { createOnnxEngine } from '../src/engine/onnx/engine.js'
import { encodeInference } from '../src/engine/onnx/model.js'
import { loadOrt } from '../src/engine/onnx/session.js'
import type { DeviceName } from '../src/engine/types.js'
import { encodeNpy, readNpy } from '../src/formats/npy.js'
import { constantsBaseline } from '../src/masking/baseline/baselines.js'
import { createMaskedEvaluator } from '../src/masking/evaluation/evaluate.js'
import { parseOutput, scalarOutput } from '../src/masking/evaluation/output.js'
import { gridPlayers } from '../src/masking/players/players.js'
import { buildModel } from '../src/models/build.js'
import { initialize } from '../src/models/initialize.js'
import { isStarted, median, python } from './runs.js'

/** The clock that counts, CPU seconds on the CPU. */
let clock: 'cpu' | 'wall' = 'cpu'
const peerBatches = [64, 256, 1024]
/** Seconds that one measurement takes at least: short passes are repeated. */
const LEAST_SECONDS = 0.2

interface Side {
  readonly evaluate: () => Promise<Float64Array>
  /** Passes a measurement. */
  readonly passes: number
  /** Seconds a pass, by round. */
  readonly seconds: number[]
  /** Share of the time of a round outside ONNX Runtime. */
  readonly host: number[]
}

type Peers = Map<number, number[]>

/** Runs one network and prints its lines; how much faster than PyTorch the faster of both ways is, where that is there. */
export async function compareValues(
  architecture: string,
  n: number,
  repeats: number,
  device: DeviceName,
): Promise<number | undefined> {
  clock = device === 'cpu' ? 'cpu' : 'wall'
  const shape = architecture.startsWith('lenet') ? [1, 28, 28] : [3, 32, 32]
  const model = buildModel({ architecture }, { kind: 'image', shape, classes: 10 })
  const parameters = initialize(model, () => 1)
  const draws = stream(1, 'bench').at()
  const random = () => Float32Array.from({ length: sizeOf(shape) }, () => draws.normal())
  const sample = { id: 0, input: random(), label: 3 }
  const baseline = random()
  const grid = gridPlayers(shape, { rows: 4, columns: 4 }, n, { by: 'centre' })
  const output = parseOutput('log-odds', 1, 0)
  const engine = await createOnnxEngine(device)
  const plan = {
    at: 'x',
    players: () => grid,
    baseline: constantsBaseline(shape, baseline, 'bench'),
    output,
  }
  const shared = await createMaskedEvaluator({ engine, graph: model.graph, parameters }, n, {
    ...plan,
    sharing: true,
  })
  const plain = await createMaskedEvaluator({ engine, graph: model.graph, parameters }, n, {
    ...plan,
    sharing: false,
  })

  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-bench-'))
  writeFileSync(join(folder, 'model.onnx'), encodeInference(model.graph, parameters))
  writeFileSync(join(folder, 'sample.npy'), encodeNpy(sample.input, shape))
  writeFileSync(join(folder, 'baseline.npy'), encodeNpy(baseline, shape))
  writeFileSync(join(folder, 'players.npy'), encodeNpy(grid.map, shape))
  const peer = startPeer(folder, device)

  const sides = {
    shared: await prepare(async () => (await shared.evaluate(sample)).values),
    plain: await prepare(async () => (await plain.evaluate(sample)).values),
  }
  const times: Peers = new Map()
  for (let round = 0; round < repeats; round++) {
    await measure(sides.shared)
    await measure(sides.plain)
    for (const batch of peer === undefined ? [] : peerBatches) {
      const seconds = await peer!.run(batch)
      times.set(batch, [...(times.get(batch) ?? []), seconds])
    }
  }
  const ratio = report(architecture, n, sides, times)
  const values = await sides.shared.evaluate()
  const own = await sides.plain.evaluate()
  reportDifference('the plain path', values, (coalition) => own[coalition])
  if (peer !== undefined) {
    const {
      data,
      shape: [, width],
    } = readNpy(join(folder, 'peer.npy'))
    reportDifference('PyTorch', values, (coalition) =>
      scalarOutput(data, coalition * width, width, sample.label, output),
    )
  }
  peer?.process.kill()
  await shared.dispose()
  await plain.dispose()
  rmSync(folder, { recursive: true })
  return ratio
}

const { InferenceSession: Session } = await loadOrt()
const sessions = (Session as unknown as { readonly prototype: InferenceSession }).prototype

/** Wall time in calls of ONNX Runtime so far, in milliseconds. */
let running = 0
const run = sessions.run as (...call: unknown[]) => Promise<unknown>
sessions.run = async function (this: unknown, ...call: unknown[]) {
  const began = performance.now()
  const result = await run.apply(this, call)
  running += performance.now() - began
  return result
} as typeof sessions.run

/** A side after a first pass, which measures batches. */
async function prepare(evaluate: () => Promise<Float64Array>): Promise<Side> {
  await evaluate()
  const passes = Math.ceil(LEAST_SECONDS / (await secondsOf(evaluate)))
  return { evaluate, passes, seconds: [], host: [] }
}

async function measure({ evaluate, passes, seconds, host }: Side): Promise<void> {
  const [before, began] = [running, performance.now()]
  const taken = await secondsOf(async () => {
    for (let pass = 0; pass < passes; pass++) await evaluate()
  })
  seconds.push(taken / passes)
  host.push(1 - (running - before) / (performance.now() - began))
}

function report(
  architecture: string,
  n: number,
  { shared, plain }: { readonly shared: Side; readonly plain: Side },
  times: Peers,
): number | undefined {
  const rate = (seconds: number[]) => 2 ** n / median(seconds)
  const host = (side: Side) => `${(100 * median(side.host)).toFixed(1)}%`
  const [ours, whole] = [rate(shared.seconds), rate(plain.seconds)]
  console.log(`${architecture} n=${n}: shared ${ours.toFixed(0)}/s, plain ${whole.toFixed(0)}/s`)
  console.log(`  host share of a pass: shared ${host(shared)}, plain ${host(plain)}`)
  const peers = [...times].map(([batch, seconds]) => ({ batch, rate: rate(seconds) }))
  const best = peers.sort((a, b) => b.rate - a.rate)[0]
  if (best === undefined) return undefined
  console.log(
    `  PyTorch ${best.rate.toFixed(0)}/s (batch ${best.batch}); ` +
      `${(ours / best.rate).toFixed(2)} × PyTorch shared, ${(whole / best.rate).toFixed(2)} × plain`,
  )
  return Math.max(ours, whole) / best.rate
}

function reportDifference(
  from: string,
  values: Float64Array,
  other: (coalition: number) => number,
): void {
  const differences = values.map((value, coalition) => Math.abs(value - other(coalition)))
  const scale = Math.max(...values.map(Math.abs))
  const largest = Math.max(...differences)
  console.log(
    `  largest difference of v from ${from}: ${largest.toExponential(1)}, ` +
      `${(largest / scale).toExponential(1)} of the largest v`,
  )
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return clock === 'cpu' ? (user + system) / 1e6 : (performance.now() - began) / 1e3
}

interface Peer {
  readonly process: ChildProcess
  run(batch: number): Promise<number>
}

/** PyTorch in a child process, or undefined where the Python has none. */
function startPeer(folder: string, device: DeviceName): Peer | undefined {
  const probe = spawnSync(python, ['-c', 'import torch, onnx'])
  if (probe.status !== 0) {
    console.log(`  (no torch and onnx in ${python}: PyTorch is left out)`)
    return undefined
  }
  const script = join(import.meta.dirname, '..', '..', 'bench', 'values_peer.py')
  const peerDevice = device === 'cpu' ? 'cpu' : 'cuda'
  const child = spawn(python, [script, folder, peerDevice], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return {
    process: child,
    async run(batch) {
      child.stdin!.write(`${batch}\n`)
      const { value } = await lines.next()
      return (JSON.parse(value as string) as Record<typeof clock, number>)[clock]
    },
  }
}

async function main(
  networks = 'lenet,resnet20,vgg11',
  players = '10',
  rounds = '3',
  device = 'cpu',
): Promise<void> {
  for (const architecture of networks.split(',')) {
    await compareValues(architecture, Number(players), Number(rounds), device as DeviceName)
  }
}

if (isStarted(import.meta.url)) await main(...process.argv.slice(2))
