/** Difficulties of samples that a study stores against masked evaluation of the same samples without a mask. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { networkPaths } from '../../store/layout.js'
import { fromCsv } from '../../tables/read.js'
import {
  difficultyTable,
  measuresTable,
  pairClassesTable,
  samplesTable,
} from '../../tables/tables.js'
import { fileOf, type RanStudy, runDocument } from '../../testing/studyRun.js'
import { verifyResults } from '../state/verifyResults.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-difficulty-'))
afterAll(() => rmSync(folder, { recursive: true }))

const document = {
  data: { source: 'tic-tac-toe', labelNoise: 0.1 },
  model: { architecture: 'mlp-5', width: 12, low: 2 },
  training: {
    epochs: '6ep',
    batchSize: 134,
    optimizer: { name: 'sgd', lr: 0.1, momentum: 0.9 },
    checkpoints: { every: '1ep' },
    evaluate: { every: '1ep' },
  },
  networks: { grid: { low: [0, 1], high: [0, 1], repeats: 1 } },
  analysis: { samples: { count: 20, testCount: 6 }, players: { count: 4 }, checkpoints: 'final' },
}
const places = { baseDir: folder, results: join(folder, 'results') }
let study: RanStudy
beforeAll(async () => {
  study = await runDocument(document, places)
})

const rows = () => fromCsv(difficultyTable, readFileSync(fileOf(study, 'difficulty.csv'), 'utf8'))
const paths = () => networkPaths(study.results, study.plan.networks[0].id)

it('has every analysed sample at every kept checkpoint, analysed or not', () => {
  const { plan } = study
  const { checkpointSteps } = plan.networks[0].spec
  expect(checkpointSteps).toHaveLength(7)
  expect(rows()).toHaveLength(4 * 7 * 20)
  expect(new Set(rows().map(({ step }) => step))).toEqual(new Set(checkpointSteps))
})

it('agrees with what masked evaluation says of the unmasked samples', () => {
  const samples = fromCsv(samplesTable, readFileSync(fileOf(study, 'samples.csv'), 'utf8'))
  const found = new Map(
    rows().map((row) => [`${row.network} ${row.step} ${row.sample}`, row] as const),
  )
  expect(samples).toHaveLength(4 * 20)
  for (const { network, step, sample, loss, correct, v_full } of samples) {
    const row = found.get(`${network} ${step} ${sample}`)!
    expect(row.loss).toBeCloseTo(loss!, 4)
    expect(row.correct).toBe(correct)
    // Of two classes the margin is the log-odds; p and the loss follow from it.
    expect(row.probability).toBeCloseTo(1 / (1 + Math.exp(-row.margin!)), 9)
    expect(row.loss).toBeCloseTo(-Math.log(row.probability!), 9)
    expect(row.el2n).toBeCloseTo(Math.SQRT2 * (1 - row.probability!), 9)
    expect(row.grand).toBeGreaterThan(row.el2n!)
    expect(Number.isFinite(v_full)).toBe(true)
  }
})

it('of two classes loss, margin and EL2N order samples alike, and have the same statistics', () => {
  const measures = fromCsv(measuresTable, readFileSync(fileOf(study, 'measures.csv'), 'utf8'))
  const of = (measure: string) =>
    measures.filter((row) => row.measure === measure).map((row) => ({ ...row, measure: '' }))
  expect(of('loss').length).toBeGreaterThan(5)
  for (const suffix of ['', '_early']) {
    expect(of(`margin${suffix}`)).toEqual(of(`loss${suffix}`))
    expect(of(`el2n${suffix}`)).toEqual(of(`loss${suffix}`))
  }
  const names = new Set(measures.map(({ measure }) => measure))
  for (const name of ['score', 'grand', 'forgetting', 'variability', 'score_after_difficulty']) {
    expect(names, name).toContain(name)
  }
})

it('has every pair in its class, of similar accuracy or not', () => {
  const classes = fromCsv(
    pairClassesTable,
    readFileSync(fileOf(study, 'pair_classes.csv'), 'utf8'),
  ).filter(({ statistic, accuracy }) => statistic === 'iou' && accuracy === 'all')
  expect(classes.map(({ relation, pairs }) => [relation, pairs]).sort()).toEqual([
    ['both-diff', 2],
    ['diff-low/same-high', 2],
    ['same-low/diff-high', 2],
  ])
})

it('is made of what was lost, and nothing else is made anew', async () => {
  const file = paths().difficulty(study.plan.valuesId)
  const values = paths().values(study.plan.networks[0].spec.totalSteps, study.plan.valuesId)
  const [before, evaluated] = [readFileSync(file), statSync(values).mtimeMs]
  rmSync(file)
  expect((await verifyResults(study.results)).findings.map((one) => one.file)).toEqual([
    join('networks', study.plan.networks[0].id, 'values', `difficulty-${study.plan.valuesId}.npz`),
  ])
  await runDocument(document, places)
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(statSync(values).mtimeMs).toBe(evaluated)
  expect((await verifyResults(study.results)).findings).toEqual([])
})
