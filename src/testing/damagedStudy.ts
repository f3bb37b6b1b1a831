/** A finished study with every kind of file that is stored, for tests that damage them. */
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { experimentSchema } from '../config/schema.js'
import type { Generator } from '../core/random.js'
import { loadDataset } from '../data/load.js'
import { planStudy } from '../plan/plan.js'
import type { Plan } from '../plan/types.js'
import { writeTensorboard } from '../report/tensorboard/write.js'
import { jsonText } from '../store/atomic.js'
import { lockOf, studyFolder } from '../store/layout.js'
import { withLock } from '../store/lock.js'
import { studyTables } from '../tables/tables.js'
import { describeDataset } from '../tasks/dataset.js'
import { runTask } from '../tasks/runTask.js'
import { announceStudy } from '../tasks/state/announceStudy.js'
import { isTaskDone } from '../tasks/state/isDone.js'
import { storedFaults } from '../tasks/state/storedFaults.js'
import { mutations, sameBytes } from './mutations.js'

/** The smallest study that has everything: low layers lent by donors, panels, other players. */
const config = experimentSchema.parse({
  study: 'tiny',
  data: { source: 'tic-tac-toe', labelNoise: 0.1 },
  model: { architecture: 'mlp-5', low: 2, width: 8 },
  training: {
    epochs: '3ep',
    batchSize: 128,
    optimizer: { name: 'sgd', lr: 0.1, momentum: 0.9 },
    checkpoints: { logSpaced: 2 },
  },
  networks: {
    grid: { low: [0], high: [0, 1], order: [0], repeats: 1, regimes: ['trained-frozen'] },
  },
  analysis: {
    samples: { count: 8, testCount: 4, filter: 'correct' },
    players: { count: 4 },
    gap: 0.01,
  },
  confusing: { reliability: { players: true } },
  comparison: { bootstrap: 20 },
})

const places = { baseDir: '.', dataDirs: [] }

export async function plannedStudy(): Promise<Plan> {
  return planStudy(config, describeDataset(await loadDataset(config.data, places)))
}

/**
 * Runs what is not done of a study, as `lowlayer run` does, with the figures of its report, most of the time, or
 * without; returns the damage that it names.
 */
export async function runStudy(
  plan: Plan,
  results: string,
  drawsFigures = true,
): Promise<string[]> {
  const place = { plan, results }
  await announceStudy(plan, results)
  const named: string[] = []
  const context = {
    ...place,
    ...places,
    drawsFigures,
    report: () => undefined,
    signal: new AbortController().signal,
  }
  for (const task of plan.tasks) {
    if (await isTaskDone(task, place, 'content')) continue
    named.push(...(await storedFaults([task], place, 'content')).map(({ file }) => file))
    await runTask(task, context)
  }
  return named
}

/** A finished study, with the figures of its report or without; its copies for other tools and the choice of its device too. */
export async function finishedStudy(results: string, drawsFigures = true): Promise<Plan> {
  const plan = await plannedStudy()
  const folder = studyFolder(results, plan.study, plan.id)
  const settled = jsonText({ device: 'cpu', reason: '' })
  await withLock(lockOf(folder), ({ write }) => write(join(folder, 'device.json'), settled))
  await runStudy(plan, results, drawsFigures)
  await writeTensorboard(folder)
  return plan
}

/** Kinds of stored file, each by what its files are named below the results. */
export const kinds: Readonly<Record<string, RegExp>> = {
  specification: /^networks\/[^/]+\/spec\.json$/,
  state: /^networks\/[^/]+\/state\.json$/,
  curve: /^networks\/[^/]+\/curve\.csv$/,
  'resume point': /^networks\/[^/]+\/resume\.npz$/,
  checkpoint: /\/checkpoints\/\d+\.onnx$/,
  'optimiser state': /\/checkpoints\/\d+\.optimizer\.npz$/,
  'value tables': /\/values\/\d+-[^/]+\.npz$/,
  difficulty: /\/values\/difficulty-[^/]+\.npz$/,
  interactions: /\/interactions\/\d+-[0-9a-f]+\.npz$/,
  'interactions at the other end': /\/interactions\/[^/]+-other\.npz$/,
  'interactions for readers': /\/interactions\/[^/]+\.parquet$/,
  panel: /\/panels\/[^/]+\.json$/,
  ...Object.fromEntries(
    studyTables.map(({ name }) => [`${name}.csv`, new RegExp(`^tiny-[^/]+/${name}\\.csv$`)]),
  ),
  'verdict.json': /^tiny-[^/]+\/verdict\.json$/,
  'manifest.json': /^tiny-[^/]+\/manifest\.json$/,
  'config.yaml': /^tiny-[^/]+\/config\.yaml$/,
  'SCHEMA.md': /^tiny-[^/]+\/SCHEMA\.md$/,
  'device.json': /^tiny-[^/]+\/device\.json$/,
  page: /\/report\/index\.html$/,
  drawings: /\/report\/drawings\.json$/,
  'figure as SVG': /\/figures\/[^/]+\.svg$/,
  'figure as PDF': /\/figures\/[^/]+\.pdf$/,
  'figure as PNG': /\/figures\/[^/]+\.png$/,
  'specification of a figure': /\/figures\/[^/]+\.vl\.json$/,
  'TensorBoard events': /\/tensorboard\/.*\/events\.[^/]+$/,
  'record of a network': /^networks\/[^/]+\/SHA256SUMS$/,
  'record of values': /\/values\/SHA256SUMS$/,
  'record of interactions': /\/interactions\/SHA256SUMS$/,
  'record of panels': /\/panels\/SHA256SUMS$/,
  'record of a study': /^tiny-[^/]+\/SHA256SUMS$/,
}

export const damages = [...Object.keys(mutations), 'deleted', 'linked'] as const

/** Beside the results: the file that is linked in the place of their own, and its content. */
export const OF_OTHERS = 'of-others'

/** Files below a folder, by their path from it. */
export function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

/** Damages one file of a kind; returns which. */
export function damage(results: string, kind: string, how: string, draws: Generator): string {
  const files = filesBelow(results).filter((name) => kinds[kind].test(name))
  const name = files[Math.floor(draws.uniform() * files.length)]
  if (name === undefined) throw new RangeError(`the study has no ${kind}`)
  const path = join(results, name)
  if (how === 'deleted') {
    rmSync(path)
    return name
  }
  if (how === 'linked') {
    const other = join(dirname(results), OF_OTHERS)
    writeFileSync(other, OF_OTHERS)
    rmSync(path)
    symlinkSync(other, path)
    return name
  }
  const whole = readFileSync(path)
  for (;;) {
    const changed = mutations[how](whole, draws)
    if (sameBytes(changed, whole)) continue
    writeFileSync(path, changed)
    return name
  }
}

/** A copy of results in which something can be broken. */
export function copyOf(results: string, to: string): string {
  rmSync(to, { recursive: true, force: true })
  cpSync(results, to, { recursive: true })
  return to
}

/** What must be the same bytes after a study was mended; times and copies on request differ. */
export function comparable(results: string): Map<string, string> {
  const differs = /(manifest\.json|device\.json|SHA256SUMS|\/tensorboard\/.*|index\.html)$/
  return new Map(
    filesBelow(results)
      .filter((name) => !differs.test(name))
      .map((name) => [name, readFileSync(join(results, name), 'base64')]),
  )
}
