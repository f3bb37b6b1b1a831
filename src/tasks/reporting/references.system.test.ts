/** Studies with reference networks, run for real. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCurve } from '../../artifacts/networkState.js'
import { networkPaths } from '../../store/layout.js'
import { fromCsv } from '../../tables/read.js'
import type { Row, Table } from '../../tables/table.js'
import {
  agreementTable,
  multiverseTable,
  networksTable,
  ordersTable,
  overlapsTable,
  referencesTable,
  samplesTable,
} from '../../tables/tables.js'
import { fileOf, planOfDocument, type RanStudy, runDocument } from '../../testing/studyRun.js'
import { runTask } from '../runTask.js'
import { isTaskDone } from '../state/isDone.js'
import { verifyResults } from '../state/verifyResults.js'
import { makeTables } from './compare.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-references-'))
afterAll(() => rmSync(folder, { recursive: true }))

const document = (confusing: object, more: object = {}) => ({
  data: { source: 'tic-tac-toe', labelNoise: 0.2 },
  model: { architecture: 'mlp-5', width: 12, low: 2 },
  training: {
    epochs: '6ep',
    optimizer: { name: 'sgd', lr: 0.1 },
    checkpoints: { logSpaced: 2 },
    evaluate: { steps: [1, 30] },
  },
  networks: { grid: { low: [0], high: [0, 1], repeats: 1 } },
  analysis: { samples: { count: 12, testCount: 4 }, players: { count: 4 }, checkpoints: 'all' },
  confusing: { score: 'nongeneralizable', ...confusing },
  ...more,
})
const places = (name: string) => ({ baseDir: folder, results: join(folder, name) })
const rows = <T extends Table>(study: RanStudy, table: T): Row<T>[] =>
  fromCsv(table, readFileSync(fileOf(study, `${table.name}.csv`), 'utf8'))

/** The tables of a study whose networks are done or made now, without its report. */
async function tablesOf(written: object, where: string) {
  const plan = await planOfDocument(written, places(where))
  const { results, baseDir } = places(where)
  const rest = { dataDirs: [], report: () => undefined, signal: new AbortController().signal }
  const context = { plan, results, baseDir, ...rest }
  for (const task of plan.tasks) {
    if (task.kind === 'compare' || (await isTaskDone(task, context, 'content'))) continue
    await runTask(task, context)
  }
  const { files } = await makeTables({ plan, results, progress: async () => undefined })
  return {
    plan,
    rows: <T extends Table>(table: T): Row<T>[] => fromCsv(table, `${files[`${table.name}.csv`]}`),
  }
}

const results = 'results'
let study: RanStudy

beforeAll(async () => {
  study = await runDocument(document({ references: { networks: 2 } }), places(results))
})

describe('a study with references', () => {
  it('trains them on the test samples, with seeds that no network has', () => {
    const references = study.plan.networks.filter(({ role }) => role === 'reference')
    expect(references.map(({ name }) => name)).toEqual(['reference-1', 'reference-2'])
    const seeds = references.map(({ seeds: { low } }) => low ?? 0)
    expect(new Set(seeds).size).toBe(2)
    expect(Math.min(...seeds)).toBeGreaterThanOrEqual(2 ** 32)
    // 958 endgames: 670 training and 288 test samples, in batches of 128.
    const [spec] = references.map((reference) => reference.spec)
    expect(spec.stepsPerEpoch).toBe(288 / 128)
    expect(spec.totalSteps).toBe(Math.round((6 * 288) / 128))
    expect(spec.checkpointSteps).toEqual([spec.totalSteps])
  })

  it('keeps them out of what is compared', () => {
    const ids = new Set(
      study.plan.networks.filter(({ role }) => role === 'reference').map(({ id }) => id),
    )
    expect(rows(study, networksTable)).toHaveLength(2)
    expect(rows(study, overlapsTable)).toHaveLength(1)
    const named = rows(study, samplesTable).map(({ network }) => network ?? '')
    expect(named.filter((network) => ids.has(network))).toEqual([])
    const verdict = JSON.parse(readFileSync(fileOf(study, 'verdict.json'), 'utf8'))
    expect(verdict.warnings.join()).not.toContain('reference')
  })

  it('says what follows from training on fewer samples', () => {
    expect(study.plan.data.assumptions).toContain(
      'references train for 6 epochs of the 288 test samples, 14 steps where the networks of the study have 31 (confusing.references)',
    )
  })

  it('says how right they are, and on which samples', async () => {
    const [row] = rows(study, referencesTable)
    const reference = study.plan.networks.find(({ name }) => name === row.name)!
    expect(row).toMatchObject({ trained_on: 'test', status: 'done', architecture: 'mlp-5' })
    const curve = await readCurve(networkPaths(study.results, reference.id))
    // What it was trained on is the test samples of the study.
    expect(row.accuracy_on_test_samples).toBe(curve.at(-1)?.trainAccuracy)
    expect(row.accuracy_on_training_samples).toBe(curve.at(-1)?.testAccuracy)
    // Whole samples among 288 and 670.
    const whole = (share: number | undefined, count: number) =>
      Math.abs(count * (share ?? 0.1) - Math.round(count * (share ?? 0.1)))
    expect(whole(row.accuracy_on_test_samples, 288)).toBeLessThan(1e-9)
    expect(whole(row.accuracy_on_training_samples, 670)).toBeLessThan(1e-9)
  })

  it('has the same share of strength in its scores, orders and agreement', () => {
    const orders = rows(study, ordersTable).filter((row) => row.sample_group === 'all')
    for (const row of orders) {
      const both = (row.generalizable ?? 0) + (row.nongeneralizable ?? 0)
      expect(both).toBeCloseTo((row.positive ?? 0) - (row.negative ?? 0), 10)
    }
    for (const { network, step, share_any } of rows(study, agreementTable).filter(
      (row) => row.references_asked === 2,
    )) {
      const scores = rows(study, samplesTable).filter(
        (row) => row.network === network && row.step === step && row.salient !== 0,
      )
      const mean = scores.reduce((sum, { score }) => sum + (score ?? 0), 0) / scores.length
      expect(share_any).toBeCloseTo(1 - mean, 10)
    }
  })

  it('has a chance beside every share, nested like the rules', () => {
    for (const row of rows(study, agreementTable)) {
      const [any, majority, all] = [row.expected_any, row.expected_majority, row.expected_all]
      expect(any).toBeLessThanOrEqual(1)
      expect(any).toBeGreaterThanOrEqual(majority as number)
      expect(majority).toBeGreaterThanOrEqual(all as number)
      expect(all).toBeGreaterThanOrEqual(0)
    }
  })

  it('has normalised strengths with a mean of 1 over orders', () => {
    const orders = rows(study, ordersTable).filter((row) => row.sample_group === 'all')
    const columns = [
      'normalized',
      'normalized_generalizable',
      'normalized_nongeneralizable',
    ] as const
    for (const column of columns) {
      const sums = new Map<string, number>()
      for (const row of orders) {
        const key = `${row.network} ${row.step}`
        if (row[column] !== undefined) sums.set(key, (sums.get(key) ?? 0) + row[column])
      }
      expect(sums.size).toBeGreaterThan(0)
      for (const sum of sums.values()) expect(sum).toBeCloseTo(4, 10)
    }
  })

  it('shows what other rules for references would have given', () => {
    const found = rows(study, multiverseTable).filter(
      (row) => row.tau_factor === 1 && row.set_rule === 'top',
    )
    const spearmanOf = (name: string) => found.find(({ score }) => score === name)?.spearman
    expect(spearmanOf('nongeneralizable')).toBe(1)
    for (const agree of ['majority', 'all']) {
      expect(spearmanOf(`nongeneralizable (agree: ${agree})`)).toBeLessThanOrEqual(1)
    }
    // More than half of two is both.
    expect(spearmanOf('nongeneralizable (agree: majority)')).toBe(
      spearmanOf('nongeneralizable (agree: all)'),
    )
    expect(spearmanOf('nongeneralizable (sign: same)')).toBeGreaterThan(0)
    expect(spearmanOf('nongeneralizable (form: strength)')).toBeGreaterThan(0)
  })

  it('is found done and whole, and trains nothing again for another rule or fewer references', async () => {
    for (const task of study.plan.tasks) expect(await isTaskDone(task, study, 'content')).toBe(true)
    expect((await verifyResults(study.folder)).findings).toEqual([])
    const before = JSON.stringify(study.plan.networks.map(({ id }) => id))
    const references = { networks: 1, agree: 'all', sign: 'same', form: 'strength' }
    const other = await tablesOf(document({ references }), results)
    for (const { id } of other.plan.networks) expect(before).toContain(id)
    expect(other.plan.id).not.toBe(study.plan.id)
    // As an absolute strength the mean score is what stands in orders.csv.
    const [{ network, step }] = other.rows(samplesTable)
    const isFirst = (row: { network?: string; step?: number }) =>
      row.network === network && row.step === step
    const scores = other.rows(samplesTable).filter(isFirst)
    const orders = other
      .rows(ordersTable)
      .filter((row) => isFirst(row) && row.sample_group === 'all')
    const sum = (values: (number | undefined)[]) =>
      values.reduce((total: number, value) => total + (value ?? Number.NaN), 0)
    expect(sum(scores.map(({ score }) => score)) / 12).toBeCloseTo(
      sum(orders.map(({ nongeneralizable }) => nongeneralizable)),
      10,
    )
  })

  it('is made again where a reference was lost, and ends the same', async () => {
    const copy = { ...study, results: join(folder, 'copy') }
    cpSync(study.results, copy.results, { recursive: true })
    const reference = study.plan.networks.find(({ name }) => name === 'reference-2')!
    rmSync(networkPaths(copy.results, reference.id).folder, { recursive: true })
    const done = await Promise.all(study.plan.tasks.map((task) => isTaskDone(task, copy)))
    const missing = study.plan.tasks.filter((_, index) => !done[index]).map(({ kind }) => kind)
    expect(missing).toEqual(['train', 'values', 'interactions', 'compare'])
    const tables = async () => makeTables({ ...copy, progress: async () => undefined })
    await expect(tables()).rejects.toThrow(
      /its reference reference-2 is missing: train did not finish/,
    )
    const again = await tablesOf(document({ references: { networks: 2 } }), 'copy')
    for (const table of [samplesTable, ordersTable, agreementTable, referencesTable]) {
      expect(again.rows(table)).toEqual(rows(study, table))
    }
  })
})

it('takes the growth of the score, other players, and every end of the tie-break', async () => {
  const reliability = { players: true, baseline: true }
  const grown = await tablesOf(
    document({ phase: 'delta', references: { networks: 1 }, reliability }),
    results,
  )
  const last = grown.rows(samplesTable).filter(({ score_high }) => score_high !== undefined)
  expect(last).toHaveLength(2 * 12)
  const known = grown.rows(networksTable).map(({ reliability }) => Number.isFinite(reliability))
  expect(known).toEqual([true, true])
})

describe('networks from elsewhere', () => {
  /** The trained networks as files. */
  const fileEntries = () =>
    study.plan.networks.slice(0, 3).map((network, index) => ({
      name: `given-${index}`,
      path: networkPaths(study.results, network.id).checkpoint(network.spec.totalSteps),
      architecture: 'theirs',
    }))

  it('can be references, and one that is its own has nothing that is not generalizable', async () => {
    const [first, second] = fileEntries()
    const given = await tablesOf(
      {
        data: document({}).data,
        analysis: document({}).analysis,
        networks: { files: [first, second, { ...first, name: 'again', reference: true }] },
        confusing: { score: 'nongeneralizable' },
      },
      'given',
    )
    expect(given.rows(referencesTable)).toMatchObject([{ name: 'again', status: 'done' }])
    expect(given.rows(referencesTable)[0].trained_on).toBeUndefined()
    const scoresOf = (name: string) => {
      const { id } = given.plan.networks.find((network) => network.name === name)!
      return given
        .rows(samplesTable)
        .filter(({ network }) => network === id)
        .map(({ score }) => score ?? -1)
    }
    expect(scoresOf('given-0')).toEqual(new Array(12).fill(0))
    expect(Math.max(...scoresOf('given-1'))).toBeGreaterThan(0)
  })

  it('are references in a table too', async () => {
    const [first, second] = fileEntries()
    const line = ({ name, path }: typeof first, reference: string) =>
      `${name},${path},theirs,${reference}\n`
    const table = `name,path,architecture,reference\n${line(first, '')}${line(second, 'true')}`
    writeFileSync(join(folder, 'nets.csv'), table)
    const asked = { networks: { table: 'nets.csv' }, confusing: { score: 'nongeneralizable' } }
    const plan = await planOfDocument({ data: document({}).data, ...asked }, places('x'))
    expect(plan.networks.map(({ name, role }) => [name, role])).toEqual([
      ['given-0', 'analysed'],
      ['given-1', 'reference'],
    ])
    writeFileSync(join(folder, 'nets.csv'), table.replace('true', 'yes'))
    await expect(
      planOfDocument({ data: document({}).data, ...asked }, places('x')),
    ).rejects.toThrow(/nets\.csv:3: reference: /)
  })

  it('need references of their architecture', async () => {
    const [first, second] = fileEntries()
    const run = (files: object[], confusing: object = { score: 'nongeneralizable' }) =>
      runDocument(
        { ...document({}), model: undefined, networks: { files }, confusing },
        places('x'),
      )
    await expect(run([first])).rejects.toThrow(/"given-0" has no reference of its architecture/)
    const other = { ...second, architecture: 'other', reference: true }
    await expect(run([first, other])).rejects.toThrow(/no reference of its architecture, theirs/)
    await expect(run([first, { ...second, reference: true }], {})).rejects.toThrow(
      /networks\.files\[1\]\.reference/,
    )
  })
})
