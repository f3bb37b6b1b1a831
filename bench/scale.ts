/**
 * What a study of many networks costs: `npm run bench:scale -- [networks a side] [FOLDER] [solved]` trains side³ tiny networks (low × high ×
 * order seeds) in one process, keeps them in FOLDER, and then plans, compares, reports and runs again, each in processes of their own.
 * Stopped, it goes on with what FOLDER has. Beyond the first `solved` networks interactions, which take longest, are copies of those of one
 * of these.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { loadConfig } from '../src/config/load.js'
import type { InteractionsTask } from '../src/plan/types.js'
import { studyFolder } from '../src/store/layout.js'
import { planLoaded } from '../src/tasks/planLoaded.js'
import { runTask } from '../src/tasks/runTask.js'
import { announceStudy } from '../src/tasks/state/announceStudy.js'
import { isTaskDone } from '../src/tasks/state/isDone.js'
import { outputsOf } from '../src/tasks/state/outputs.js'
import { withTaskLock } from '../src/tasks/state/taskLock.js'

const [sideText = '10', given, solvedText = '50000'] = process.argv.slice(2)
const folder = given ?? mkdtempSync(join(tmpdir(), 'lowlayer-scale-'))
const configFile = join(folder, 'scale.yaml')
const results = join(folder, 'results')
const lowlayer = fileURLToPath(new URL('../bin/lowlayer.js', import.meta.url))

/** side³ networks of 5 layers of 8 neurons, two checkpoints, 2⁴ maskings of 60 samples. */
function study(side: number): object {
  const seeds = Array.from({ length: side }, (_, seed) => seed)
  return {
    study: 'scale',
    data: { source: 'tic-tac-toe', labelNoise: 0.1, train: 200, test: 100 },
    model: { architecture: 'mlp-5', low: 2, width: 8 },
    training: {
      epochs: 10,
      batchSize: 50,
      optimizer: { name: 'sgd', lr: 0.05, momentum: 0.9, weightDecay: 0 },
      schedule: { name: 'constant' },
      checkpoints: { steps: [20] },
      evaluate: { logSpaced: 6 },
    },
    networks: { grid: { low: seeds, high: seeds, order: seeds, repeats: 1 } },
    analysis: { samples: { count: 50, testCount: 10 }, players: { count: 4 } },
    runtime: { device: 'cpu' },
  }
}

/** Trains and analyses what is not there yet, in this process: a process a task would take most of the time. */
async function makeNetworks(): Promise<string> {
  const loaded = await loadConfig(configFile, [])
  const plan = await planLoaded(loaded, [])
  const report = () => undefined
  const { signal } = new AbortController()
  const context = { plan, results, baseDir: folder, dataDirs: [], report, signal }
  await announceStudy(plan, results)
  const solved = new Map<number, InteractionsTask[]>()
  let left = Number(solvedText)
  for (const task of plan.tasks) {
    if (task.kind === 'compare') continue
    const donors = task.kind === 'interactions' ? await likeIt(task) : []
    if (task.kind === 'interactions' && left-- > 0) donors.push(task)
    if (await isTaskDone(task, context)) continue
    if (task.kind === 'interactions' && left < 0) await copyInteractions(task, donors)
    else await runTask(task, context)
  }

  /** Networks whose interactions are solved, of as many files as this one's. */
  async function likeIt(task: InteractionsTask): Promise<InteractionsTask[]> {
    const files = (await outputsOf(task, context))!.length
    if (!solved.has(files)) solved.set(files, [])
    return solved.get(files)!
  }

  async function copyInteractions(task: InteractionsTask, donors: readonly InteractionsTask[]) {
    const donor = (await outputsOf(donors[-left % donors.length], context))!
    await withTaskLock(task, context, async (lease) => {
      for (const [index, { path, from }] of (await outputsOf(task, context))!.entries())
        await lease.write(path, readFileSync(donor[index].path), from)
    })
  }
  return studyFolder(results, plan.study, plan.id)
}

interface Cost {
  readonly wall: number
  readonly cpu: number
  /** Most resident memory of any of the command's processes, MiB. */
  readonly memory: number
  /** The same of the first, the parent. */
  readonly parent: number
}

/** Says at its end what a process took, a line of JSON into a file that all processes of a command share. */
const gauge = `import { appendFileSync } from 'node:fs'
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  appendFileSync(process.env.LOWLAYER_GAUGE, JSON.stringify({ pid: process.pid, cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 }) + '\\n')
})
`

function measure(args: readonly string[]): Cost {
  const gaugeFile = join(folder, 'gauge.mjs')
  const costs = join(folder, 'gauge.jsonl')
  writeFileSync(gaugeFile, gauge)
  rmSync(costs, { force: true })
  const began = performance.now()
  const run = spawnSync(process.execPath, ['--import', gaugeFile, lowlayer, ...args], {
    env: { ...process.env, LOWLAYER_GAUGE: costs },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const wall = (performance.now() - began) / 1000
  const found = readFileSync(costs, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { pid: number; cpu: number; memory: number })
  const parent = found.find(({ pid }) => pid === run.pid)
  return {
    wall,
    cpu: found.reduce((sum, { cpu }) => sum + cpu, 0),
    memory: Math.max(...found.map(({ memory }) => memory)),
    parent: parent?.memory ?? Number.NaN,
  }
}

function say(what: string, { wall, cpu, memory, parent }: Cost): void {
  console.log(
    `${what}: ${wall.toFixed(1)} s (${cpu.toFixed(1)} s of CPU), ${memory.toFixed(0)} MiB, the parent ${parent.toFixed(0)} MiB`,
  )
}

writeFileSync(configFile, stringify(study(Number(sideText))))
const began = performance.now()
const studyPlace = await makeNetworks()
console.log(
  `${Number(sideText) ** 3} networks made in ${((performance.now() - began) / 1000).toFixed(0)} s`,
)
const of = [configFile, '--results', results]
say('plan', measure(['plan', ...of]))
say('compare and report', measure(['run', ...of]))
say('run, nothing to do', measure(['run', ...of]))
say('status', measure(['status', studyPlace]))
say('report alone', measure(['report', studyPlace]))
const files = [
  'report/index.html',
  ...readdirSync(studyPlace).filter((name) => name.endsWith('.csv')),
]
for (const name of files) {
  const { size } = statSync(join(studyPlace, name))
  if (size > 1e5) console.log(`${name}: ${(size / 1e6).toFixed(1)} MB`)
}
if (given === undefined) rmSync(folder, { recursive: true })
