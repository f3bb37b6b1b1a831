/**
 * Reruns every published condition of a reference study in a reduced form and compares the scores with those that are kept:
 * `npm run study:check -- STUDY [OPTIONS OF lowlayer run]`, in a minute or two. `--write` keeps them instead.
 *
 * The reduced form has four networks, trained briefly on a few samples: it shows that the study still runs and that its
 * numbers come out, not what it found. A study with a `train.py` trains them in PyTorch (the interpreter that the environment
 * variable PYTHON names, `python3` without it, with torch, onnx and numpy). One machine gives the same bits; another may round otherwise, and its
 * scores must then rank the samples alike.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { loadConfig } from '../../src/config/load.js'
import { spearman } from '../../src/metrics/descriptive.js'
import { fromCsv } from '../../src/tables/read.js'
import { samplesTable } from '../../src/tables/tables.js'
import { conditionsOf, experiments } from './conditions.js'
import { exportData, runStudy, words } from './lowlayer.js'

const reducedData = ['data.train=300', 'data.test=200']
const reducedTraining = [
  'networks.grid.low=[0, 1]',
  'networks.grid.high=[0, 1]',
  'networks.grid.repeats=1',
  'training.epochs=8',
  'training.checkpoints={logSpaced: 3}',
]
const reducedAnalysis = [
  'analysis.samples.count=30',
  'analysis.samples.testCount=5',
  'analysis.players.count=5',
  'comparison.bootstrap=50',
]

/** Rank correlation of a network's scores, kept and found, from which they count as the same on a machine that rounds otherwise. */
const ALIKE = 0.8

interface Score {
  readonly condition: string
  readonly network: string
  readonly sample: number
  readonly score: number
}

const { names, options } = words(process.argv.slice(2).filter((word) => word !== '--write'))
const [study] = names
const keptFile = join(experiments, study, 'check.csv')
const results = mkdtempSync(join(tmpdir(), 'lowlayer-check-'))
try {
  const found: Score[] = []
  for (const { name, config, folder } of conditionsOf(study)) {
    if (existsSync(folder)) found.push(...(await scoresOf(name, config)))
  }
  if (process.argv.includes('--write')) {
    writeFileSync(keptFile, stringify(found, { header: true }))
    console.log(`${keptFile}: ${found.length} scores`)
  } else if (!compare(found, readKept())) process.exitCode = 1
} finally {
  rmSync(results, { recursive: true })
}

/** Scores of all analysed networks of a condition in its reduced form. */
async function scoresOf(condition: string, config: string): Promise<Score[]> {
  const set = settings(await reducedForm(config))
  const { folder } = runStudy(config, [...set, '--results', results, ...options]).paths
  const csv = readFileSync(join(folder, 'samples.csv'), 'utf8')
  return fromCsv(samplesTable, csv).flatMap(({ name, sample, score }) => {
    return name === undefined || sample === undefined || score === undefined
      ? []
      : { condition, network: name, sample, score }
  })
}

/** Settings that make a condition small. Tables of values come as they are, on the samples that they were given for. */
async function reducedForm(config: string): Promise<string[]> {
  const { networks } = (await loadConfig(config)).config
  if (networks.grid !== undefined) return [...reducedData, ...reducedTraining, ...reducedAnalysis]
  const script = join(experiments, study, 'train.py')
  if (!existsSync(script)) return []
  const dataDir = options.indexOf('--data-dir')
  const data = dataDir < 0 ? [] : options.slice(dataDir, dataDir + 2)
  exportData(config, join(results, 'samples.npz'), [...settings(reducedData), ...data])
  const python = process.env.PYTHON ?? 'python3'
  execFileSync(python, [resolve(script), '--reduced'], { cwd: results, stdio: 'inherit' })
  return [...reducedData, ...reducedAnalysis, `networks.table=${join(results, 'nets.csv')}`]
}

function settings(changes: readonly string[]): string[] {
  return changes.flatMap((change) => ['--set', change])
}

function readKept(): Score[] {
  const rows: Record<keyof Score, string>[] = parse(readFileSync(keptFile), { columns: true })
  return rows.map(({ condition, network, sample, score }) => {
    return { condition, network, sample: Number(sample), score: Number(score) }
  })
}

/** Says for every network whether its scores are those that were kept, and returns whether all are. */
function compare(found: readonly Score[], kept: readonly Score[]): boolean {
  const keyOf = ({ condition, network }: Score) => `${condition}, ${network}`
  const keys = [...new Set([...kept, ...found].map(keyOf))]
  const agreements = keys.map((key) => {
    const [before, now] = [kept, found].map((scores) => scores.filter((one) => keyOf(one) === key))
    const [says, agrees] = comparison(before, now)
    console.log(`${key}: ${says}`)
    return agrees
  })
  return agreements.every(Boolean)
}

/** How the scores of one network compare with those that were kept, in words, and whether they count as the same. */
function comparison(before: readonly Score[], now: readonly Score[]): [string, boolean] {
  const samples = (scores: readonly Score[]) => scores.map(({ sample }) => sample).join()
  if (samples(before) !== samples(now)) {
    return ['other samples, or other networks, than those that were kept', false]
  }
  const [kept, found] = [before, now].map((scores) => scores.map(({ score }) => score))
  if (kept.every((score, index) => score === found[index])) return ['the same numbers', true]
  const alike = spearman(kept, found) ?? 0
  return [`other numbers; rank correlation with those kept ${alike.toFixed(3)}`, alike >= ALIKE]
}
