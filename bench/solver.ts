/**
 * The split's solvers side by side on real value tables, one core:
 * `npm run bench:solver -- [--values FILE.npz]… [--mnist FOLDER] [--players 8,10,12] [--noise 0.04,0]
 * [--samples 10] [--peers 2] [--highs 8]`.
 *
 * Without --values a LeNet is trained first (MNIST in --mnist, default ../shared/data/mnist). The
 * reference optimiser runs on the first --peers tables, with fast transforms here and, where the
 * Python named by LOWLAYER_BENCH_PYTHON (default python3) has torch, as published with dense matrices;
 * HiGHS on the first --peers tables of up to --highs players. Milliseconds are CPU time, which other
 * work on the machine disturbs least; medians.
 */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { readValueTables } from '../src/formats/valueTable.js'
import { type DecomposeOptions, decompose } from '../src/interactions/decompose.js'
import { linearOptimum } from './linearProgramme.js'
import { type TableMaker, trainedLenet } from './solverTables.js'

const { values: options } = parseArgs({
  options: {
    values: { type: 'string', multiple: true, default: [] },
    mnist: { type: 'string', default: '../shared/data/mnist' },
    players: { type: 'string', default: '8,10,12' },
    noise: { type: 'string', default: '0.04,0' },
    samples: { type: 'string', default: '10' },
    peers: { type: 'string', default: '2' },
    highs: { type: 'string', default: '8' },
  },
})
const python = process.env.LOWLAYER_BENCH_PYTHON ?? 'python3'
const peerCount = Number(options.peers)
const reference = { lr: 1e-4, iterations: 10_000 }

interface Timed<T> {
  readonly result: T
  readonly milliseconds: number
}

/** CPU time of the main thread's work. */
function timed<T>(work: () => T): Timed<T> {
  const start = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(start)
  return { result, milliseconds: (user + system) / 1000 }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

const show = (milliseconds: number): string =>
  milliseconds < 1000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(2)} s`

interface Line {
  readonly name: string
  readonly times: readonly number[]
  /** Σ|I| as a share above our certified lower bound at the finest gap known. */
  readonly excess: readonly number[]
  readonly note?: string
}

function print({ name, times, excess, note = '' }: Line): void {
  const above = `${(100 * median(excess)).toFixed(3)}%`
  const columns = [name.padEnd(34), show(median(times)).padStart(10), above.padStart(10), note]
  console.log(`  ${columns.join('  ')}`)
}

async function benchmark(tables: readonly Float64Array[], noise: number): Promise<void> {
  const n = Math.log2(tables[0].length)
  console.log(`\nn = ${n}, noise ${noise}, ${tables.length} tables: CPU time, L1 above the bound`)
  const certified = measure(tables, { noise })
  const bounds = certified.map(({ result }) => result.lowerBound)
  const excess = (l1s: readonly number[]) => l1s.map((l1, index) => l1 / bounds[index] - 1)
  print({
    name: 'certified, gap 1e-3',
    times: certified.map(({ milliseconds }) => milliseconds),
    excess: excess(certified.map(({ result }) => result.l1)),
    note: `${median(certified.map(({ result }) => result.iterations))} iterations, slowest ${show(
      Math.max(...certified.map(({ milliseconds }) => milliseconds)),
    )}, all converged: ${certified.every(({ result }) => result.converged)}`,
  })
  const some = tables.slice(0, peerCount)
  if (some.length === 0) return
  const fast = measure(some, { noise, solver: 'sgd-reference', reference })
  print({
    name: 'reference SGD, fast transforms',
    times: fast.map(({ milliseconds }) => milliseconds),
    excess: excess(fast.map(({ result }) => result.l1)),
  })
  await benchmarkDense(some, noise, n, excess)
  if (n > Number(options.highs)) return
  const highs = some.map((values) => {
    const delta = noise * Math.abs(values[values.length - 1] - values[0])
    return timed(() => linearOptimum(values, delta))
  })
  print({
    name: 'HiGHS (WebAssembly), exact',
    times: highs.map(({ milliseconds }) => milliseconds),
    excess: excess(highs.map(({ result }) => result)),
  })
}

function measure(tables: readonly Float64Array[], settings: DecomposeOptions) {
  return tables.map((values) => timed(() => decompose(values, settings)))
}

/** The published optimiser in PyTorch, where there is one. */
async function benchmarkDense(
  tables: readonly Float64Array[],
  noise: number,
  n: number,
  excess: (l1s: readonly number[]) => number[],
): Promise<void> {
  if (n > 10 || spawnSync(python, ['-c', 'import torch']).status !== 0) return
  const script = join(import.meta.dirname, '..', '..', 'bench', 'solver_peer.py')
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const results: { l1: number; cpu: number }[] = []
  for (const values of tables) {
    const delta = noise * Math.abs(values[values.length - 1] - values[0])
    const request = { values: [...values], delta, lr: reference.lr, steps: reference.iterations }
    child.stdin.write(`${JSON.stringify(request)}\n`)
    results.push(JSON.parse((await answers.next()).value as string))
  }
  child.stdin.end()
  print({
    name: 'reference SGD, dense (PyTorch)',
    times: results.map(({ cpu }) => cpu * 1000),
    excess: excess(results.map(({ l1 }) => l1)),
  })
}

// The kernel is compiled and the functions optimised before anything is measured.
for (let round = 0; round < 20; round++) {
  decompose(Float64Array.from({ length: 256 }, (_, mask) => Math.sin(mask * (round + 1))))
}
const noises = options.noise.split(',').map(Number)
const groups: (readonly Float64Array[])[] = options.values.map((file) => {
  return readValueTables(file, 'lsb').tables.slice(0, Number(options.samples))
})
if (groups.length === 0) {
  const maker: TableMaker = await trainedLenet(options.mnist)
  for (const n of options.players.split(',').map(Number)) {
    groups.push(await maker.tables(n, Number(options.samples)))
  }
}
for (const tables of groups) {
  for (const noise of noises) await benchmark(tables, noise)
}
