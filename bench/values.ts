/**
 * Masked evaluation against PyTorch on the same network, sample and players, one thread each, in
 * alternating runs: `npm run bench:values -- [networks] [players] [rounds]`, such as
 * `npm run bench:values -- lenet,resnet20 10 5`. PyTorch is looked for with the Python named by
 * LOWLAYER_BENCH_PYTHON (default python3) and left out when it is not there. Seconds are CPU seconds,
 * which other work on the machine disturbs least.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stream } from '../src/core/random.js'
import { sizeOf } from '../src/core/tensor.js'
import { createOnnxEngine } from '../src/engine/onnx/engine.js'
import { encodeInference } from '../src/engine/onnx/model.js'
import { encodeNpy, readNpy } from '../src/formats/npy.js'
import { constantsBaseline } from '../src/masking/baselines.js'
import { createMaskedEvaluator } from '../src/masking/evaluate.js'
import { parseOutput, scalarOutput } from '../src/masking/output.js'
import { gridPlayers } from '../src/masking/players.js'
import { buildModel } from '../src/models/build.js'
import { initialize } from '../src/models/initialize.js'

const [networks = 'lenet,resnet20,vgg11', players = '10', rounds = '3'] = process.argv.slice(2)
const python = process.env.LOWLAYER_BENCH_PYTHON ?? 'python3'
const peerBatches = [64, 256, 1024]

interface Times {
  readonly shared: number[]
  readonly plain: number[]
  readonly peer: Map<number, number[]>
}

/** Runs one network and prints its line. */
async function benchmark(architecture: string, n: number, repeats: number): Promise<void> {
  const shape = architecture.startsWith('lenet') ? [1, 28, 28] : [3, 32, 32]
  const model = buildModel({ architecture }, { kind: 'image', shape, classes: 10 })
  const parameters = initialize(model, () => 1)
  const draws = stream(1, 'bench').at()
  const random = () => Float32Array.from({ length: sizeOf(shape) }, () => draws.normal())
  const sample = { id: 0, input: random(), label: 3 }
  const baseline = random()
  const grid = gridPlayers(shape, { rows: 4, columns: 4 }, n, { by: 'centre' })
  const output = parseOutput('log-odds')
  const engine = await createOnnxEngine('cpu')
  const plan = {
    at: 'x',
    players: () => grid,
    baseline: constantsBaseline(shape, baseline, 'bench'),
    output,
  }
  const shared = await createMaskedEvaluator(engine, model.graph, parameters, n, plan)
  const plain = await createMaskedEvaluator(engine, model.graph, parameters, n, {
    ...plan,
    sharing: false,
  })

  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-bench-'))
  writeFileSync(join(folder, 'model.onnx'), encodeInference(model.graph, parameters))
  writeFileSync(join(folder, 'sample.npy'), encodeNpy(sample.input, shape))
  writeFileSync(join(folder, 'baseline.npy'), encodeNpy(baseline, shape))
  writeFileSync(join(folder, 'players.npy'), encodeNpy(grid.map, shape))
  const peer = startPeer(folder)

  const times: Times = { shared: [], plain: [], peer: new Map() }
  let values = (await shared.evaluate(sample)).values
  await plain.evaluate(sample)
  for (let round = 0; round < repeats; round++) {
    times.shared.push(
      await cpuSeconds(async () => {
        values = (await shared.evaluate(sample)).values
      }),
    )
    times.plain.push(await cpuSeconds(() => plain.evaluate(sample)))
    for (const batch of peer === undefined ? [] : peerBatches) {
      const seconds = await peer!.run(batch)
      times.peer.set(batch, [...(times.peer.get(batch) ?? []), seconds])
    }
  }
  report(architecture, n, times)
  if (peer !== undefined) {
    const {
      data,
      shape: [, width],
    } = readNpy(join(folder, 'peer.npy'))
    const differences = values.map((value, coalition) =>
      Math.abs(value - scalarOutput(data, coalition * width, width, sample.label, output)),
    )
    console.log(
      `  largest difference of v from PyTorch's: ${Math.max(...differences).toExponential(1)}`,
    )
  }
  peer?.process.kill()
  await shared.dispose()
  await plain.dispose()
  rmSync(folder, { recursive: true })
}

function report(architecture: string, n: number, times: Times): void {
  const rate = (seconds: number[]) => 2 ** n / median(seconds)
  const shared = rate(times.shared)
  const plain = rate(times.plain)
  const line = [
    `${architecture} n=${n}:`,
    `shared ${shared.toFixed(0)}/s, plain ${plain.toFixed(0)}/s`,
  ]
  const peers = [...times.peer].map(([batch, seconds]) => ({ batch, rate: rate(seconds) }))
  const best = peers.sort((a, b) => b.rate - a.rate)[0]
  if (best !== undefined) {
    line.push(`PyTorch ${best.rate.toFixed(0)}/s (batch ${best.batch});`)
    line.push(
      `${(shared / best.rate).toFixed(2)} × PyTorch shared, ${(plain / best.rate).toFixed(2)} × plain`,
    )
  }
  console.log(line.join(' '))
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

interface Peer {
  readonly process: ChildProcess
  run(batch: number): Promise<number>
}

/** PyTorch in a child process, or undefined where the Python has none. */
function startPeer(folder: string): Peer | undefined {
  const probe = spawnSync(python, ['-c', 'import torch, onnx'])
  if (probe.status !== 0) {
    console.log(`  (no torch and onnx in ${python}: PyTorch is left out)`)
    return undefined
  }
  const script = join(import.meta.dirname, '..', '..', 'bench', 'values_peer.py')
  const child = spawn(python, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return {
    process: child,
    async run(batch) {
      child.stdin!.write(`${batch}\n`)
      const { value } = await lines.next()
      return (JSON.parse(value as string) as { cpu: number }).cpu
    },
  }
}

for (const architecture of networks.split(',')) {
  await benchmark(architecture, Number(players), Number(rounds))
}
