/** A small study with everything: its tables and report, and both made again from damaged or older files. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { experimentSchema } from '../../config/schema.js'
import { loadDataset } from '../../data/load.js'
import { planStudy } from '../../plan/plan.js'
import type { Plan } from '../../plan/types.js'
import type { ReportProblem } from '../../report/types.js'
import { readRecord } from '../../store/record.js'
import { fromCsv } from '../../tables/read.js'
import { effectsTable, multiverseTable } from '../../tables/tables.js'
import { soleLease } from '../../testing/soleLease.js'
import { describeDataset } from '../dataset.js'
import { runTask } from '../runTask.js'
import { announceStudy } from '../state/announceStudy.js'
import { isTaskDone } from '../state/isDone.js'
import { studyStatus } from '../state/studyStatus.js'
import { rebuildReport } from './rebuildReport.js'

/** The smallest study that has everything: four networks on tic-tac-toe, four players. */
const config = experimentSchema.parse({
  study: 'tiny',
  data: { source: 'tic-tac-toe', labelNoise: 0.1 },
  model: { architecture: 'mlp-5', low: 2 },
  training: { epochs: '4ep', batchSize: 128, checkpoints: { logSpaced: 2 } },
  networks: { grid: { low: [0, 1], high: [0, 1], order: [0], repeats: 1 } },
  analysis: { samples: { count: 12, testCount: 6 }, players: { count: 4 }, gap: 0.01 },
  confusing: { reliability: { players: true, baseline: true } },
  comparison: { bootstrap: 200 },
})

describe('the report of a study', () => {
  const root = mkdtempSync(join(tmpdir(), 'lowlayer-report-test-'))
  let folder = ''
  let plan: Plan

  beforeAll(async () => {
    const places = { baseDir: '.', dataDirs: [] }
    plan = planStudy(config, describeDataset(await loadDataset(config.data, places)))
    const results = join(root, 'results')
    await announceStudy(plan, results)
    const [before] = await studyStatus(results)
    expect(before).toMatchObject({ study: 'tiny', complete: false })
    expect(before.tasks[0]).toEqual({ kind: 'train', done: 0, total: 4 })
    const context = {
      plan,
      results,
      ...places,
      report: () => undefined,
      signal: new AbortController().signal,
    }
    for (const task of plan.tasks) await runTask(task, context)
    folder = join(results, readdirSync(results).find((name) => name.startsWith('tiny-')) as string)
  })

  afterAll(() => rmSync(root, { recursive: true, force: true }))

  /** A copy of the results in which something can be broken. */
  function copied(name: string): string {
    cpSync(join(root, 'results'), join(root, name), { recursive: true })
    return join(root, name, folder.split('/').at(-1) as string)
  }

  /** What is wrong with a study, says the rebuilding of its report, here without figures. */
  const rebuilt = (study: string) =>
    rebuildReport({ folder: study, out: study, dataDirs: [], drawsFigures: false })

  /** On a page without figures: the one that could be drawn. */
  const HAS_LOSSES = 'Losses and accuracies: no figures were asked for'

  /** Stores a changed manifest, as another version would have. */
  async function storeManifest(study: string, change: object): Promise<void> {
    const file = join(study, 'manifest.json')
    const manifest = { ...JSON.parse(readFileSync(file, 'utf8')), ...change }
    const from = (await readRecord(study)).files.get('manifest.json')?.from
    await soleLease(study).write(file, JSON.stringify(manifest), from)
  }

  it('is there after the run, with figures in every format', async () => {
    const page = readFileSync(join(folder, 'report', 'index.html'), 'utf8')
    expect(page).toContain('What confuses')
    expect(page).toContain('class="cells board"')
    expect(page).not.toContain('Not everything could be read')
    const figures = readdirSync(join(folder, 'figures'))
    for (const extension of ['svg', 'pdf', 'png', 'vl.json'])
      expect(figures).toContain(`overlap-heat-map.${extension}`)
    const [status] = await studyStatus(folder)
    expect(status.complete).toBe(true)
    expect(status.tasks.every(({ done, total }) => done === total)).toBe(true)
  })

  it('judges anew under other players and another baseline, and every score', () => {
    const rows = fromCsv(multiverseTable, readFileSync(join(folder, 'multiverse.csv'), 'utf8'))
    const verdict = JSON.parse(readFileSync(join(folder, 'verdict.json'), 'utf8'))
    const effects = fromCsv(effectsTable, readFileSync(join(folder, 'effects.csv'), 'utf8'))
    const own = rows.filter((row) => row.own)
    expect(own).toHaveLength(1)
    expect(own[0]).toMatchObject({
      verdict: verdict.verdict,
      spearman: 1,
      jaccard: 1,
      tau_factor: 1,
    })
    const effect = (name: string) => effects.find((row) => row.effect === name)!
    const [low, contrast] = [effect('low'), effect('T_low')]
    expect(own[0]).toMatchObject({
      low_share: low.estimate,
      ci_low: low.ci_low,
      ci_high: low.ci_high,
      p_value: low.p_value,
      t_low: contrast.estimate,
      t_low_p: contrast.p_value,
    })
    for (const changed of [{ players: 'other' }, { baseline: 'zero' }] as const) {
      const [[key, value]] = Object.entries(changed)
      const found = rows.filter((row) => row[key as 'players'] === value)
      // As many as the main analysis has: every score, three thresholds, two rules.
      expect(found).toHaveLength(rows.length / 3)
      // Other players give other scores; equal ones would mean that the wrong file was read.
      expect(found.some(({ spearman }) => (spearman ?? 1) < 0.999)).toBe(true)
    }
    const combinations = rows.map(({ players, baseline, tau_factor, score, set_rule }) =>
      [players, baseline, tau_factor, score, set_rule].join(),
    )
    expect(new Set(combinations).size).toBe(rows.length)
    const figure = readFileSync(join(folder, 'figures', 'multiverse.svg'), 'utf8')
    expect(figure).toContain('other players')
    expect(figure).toContain('baseline zero')
  })

  it('is rebuilt elsewhere, the same to the byte, without the data set', async () => {
    const out = join(root, 'elsewhere')
    expect(await rebuildReport({ folder, out, dataDirs: [] })).toEqual([])
    const figures = ['svg', 'png', 'pdf', 'vl.json'].map((form) => `figures/orders.${form}`)
    const tables = ['networks.csv', 'samples.csv', 'multiverse.csv']
    for (const file of [...tables, ...figures, 'report/index.html']) {
      expect(readFileSync(join(out, file)).equals(readFileSync(join(folder, file))), file).toBe(
        true,
      )
    }
  })

  it('keeps what the manifest says of the run when it is rebuilt', async () => {
    const elsewhere = copied('other-machine')
    const file = join(elsewhere, 'manifest.json')
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    const { engines } = stored.versions as { engines: unknown }
    const ofTheRun = {
      lowlayer: '0.0.1',
      versions: { node: 'v1.2.3', engines },
      host: { name: 'cluster', cores: 96 },
      compareSeconds: 1234,
      finishedAt: '2001-02-03T04:05:06.000Z',
    }
    await storeManifest(elsewhere, { ...ofTheRun, failed: { gone: 'damaged' }, complete: false })
    for (const out of [elsewhere, join(root, 'other-place')]) {
      expect(
        await rebuildReport({ folder: elsewhere, out, dataDirs: [], drawsFigures: false }),
      ).toEqual([])
      const rebuilt = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
      expect(rebuilt).toEqual({ ...stored, ...ofTheRun })
    }
  })

  it('names a damaged table, does not use it, and shows the rest', async () => {
    const damaged = copied('damaged-table')
    rmSync(join(damaged, '..', 'networks'), { recursive: true })
    const csv = readFileSync(join(damaged, 'overlaps.csv'), 'utf8')
    const changed = csv.replace(/0\.\d/, '0.9')
    writeFileSync(join(damaged, 'overlaps.csv'), changed)
    const problems = await rebuilt(damaged)
    const files = problems.map(({ file }) => file)
    expect(files).toContain('overlaps.csv')
    expect(files).toContain('../networks')
    const page = readFileSync(join(damaged, 'report', 'index.html'), 'utf8')
    expect(page).toContain('overlaps.csv')
    expect(page).toContain(HAS_LOSSES)
    expect(readFileSync(join(damaged, 'overlaps.csv'), 'utf8')).toBe(changed)
    const [status] = await studyStatus(damaged)
    expect(status.problems.join()).toMatch(/overlaps\.csv is not what was written/)
    const out = join(root, 'copied-table')
    await rebuildReport({ folder: damaged, out, dataDirs: [], drawsFigures: false })
    expect(existsSync(join(out, 'effects.csv'))).toBe(true)
    expect(existsSync(join(out, 'overlaps.csv'))).toBe(false)
  })

  it('makes a damaged table anew, and says so, where all networks are there', async () => {
    const damaged = copied('mended-table')
    const whole = readFileSync(join(damaged, 'samples.csv'))
    truncateSync(join(damaged, 'samples.csv'), 1000)
    rmSync(join(damaged, 'verdict.json'))
    const mended: string[] = []
    const onMended = ({ file }: ReportProblem) => void mended.push(file)
    expect(
      await rebuildReport({
        folder: damaged,
        out: damaged,
        dataDirs: [],
        drawsFigures: false,
        onMended,
      }),
    ).toEqual([])
    expect(mended).toEqual(['samples.csv', 'verdict.json'])
    expect(readFileSync(join(damaged, 'samples.csv')).equals(whole)).toBe(true)
  })

  it('keeps every table, multiverse.csv included, beside a damaged value file', async () => {
    const damaged = copied('damaged-values')
    const networks = join(damaged, '..', 'networks')
    const values = join(networks, readdirSync(networks)[0], 'values')
    // Under other players: of the main tables nothing would be lost.
    const main = plan.valuesId
    const name = readdirSync(values).find((file) => file.endsWith('.npz') && !file.includes(main))
    const bytes = readFileSync(join(values, name as string))
    bytes[bytes.length >> 1] ^= 1
    writeFileSync(join(values, name as string), bytes)
    const tables = () =>
      readdirSync(damaged)
        .filter((file) => /\.(csv|json)$/.test(file))
        .map((file) => [file, readFileSync(join(damaged, file), 'utf8')])
    const before = tables()
    const problems = await rebuilt(damaged)
    expect(problems.map(({ message }) => message).join()).toMatch(/is not what was written/)
    expect(problems.map(({ message }) => message).join()).toMatch(/the stored tables stay/)
    expect(tables()).toEqual(before)
    const page = readFileSync(join(damaged, 'report', 'index.html'), 'utf8')
    expect(page).toContain('the stored tables stay as they are')
  })

  it('keeps the stored tables when a network’s interactions are damaged', async () => {
    const damaged = copied('damaged-network')
    const networks = join(damaged, '..', 'networks')
    const interactions = join(networks, readdirSync(networks)[0], 'interactions')
    for (const name of readdirSync(interactions).filter((file) => file.endsWith('.npz'))) {
      writeFileSync(join(interactions, name), 'no zip')
    }
    const before = readFileSync(join(damaged, 'overlaps.csv'), 'utf8')
    const problems = await rebuilt(damaged)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.map(({ message }) => message).join()).toMatch(/\.npz/)
    expect(readFileSync(join(damaged, 'overlaps.csv'), 'utf8')).toBe(before)
  })

  it('tells files of another size than was written without reading them', async () => {
    const damaged = copied('cut-files')
    const networks = join(damaged, '..', 'networks')
    const [first, second, third] = readdirSync(networks)
    const found = (network: string, part: string, end: string) => {
      const name = readdirSync(join(networks, network, part)).find((name) => name.endsWith(end))
      return {
        name: join('networks', network, part, name as string),
        path: join(networks, network, part, name as string),
      }
    }
    const empty = found(first, 'values', '.npz')
    writeFileSync(empty.path, '')
    const cut = found(second, 'interactions', '.npz')
    truncateSync(cut.path, statSync(cut.path).size - 9)
    const parquet = found(third, 'interactions', '.parquet')
    rmSync(parquet.path)
    const spec = join(networks, third, 'spec.json')
    writeFileSync(spec, JSON.stringify({ ...JSON.parse(readFileSync(spec, 'utf8')), dream: 1 }))
    const [status] = await studyStatus(damaged)
    expect(status.problems).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`${empty.name} is damaged \\(it has 0 bytes`),
        expect.stringMatching(`${cut.name} is damaged`),
        `${parquet.name} is missing`,
        expect.stringMatching(`${join('networks', third, 'spec.json')} is damaged`),
      ]),
    )
    expect(status.problems).toHaveLength(4)
    const before = readFileSync(join(damaged, 'samples.csv'), 'utf8')
    const problems = await rebuilt(damaged)
    for (const { name } of [empty, cut, parquet])
      expect(problems.map(({ file }) => file)).toContain(name)
    expect(readFileSync(join(damaged, 'samples.csv'), 'utf8')).toBe(before)
  })

  it('does not take a curve that is cut between two lines for a shorter training', async () => {
    const damaged = copied('cut-curve')
    const networks = join(damaged, '..', 'networks')
    const curve = join(networks, readdirSync(networks)[0], 'curve.csv')
    const lines = readFileSync(curve, 'utf8').split('\n')
    writeFileSync(curve, `${lines.slice(0, -2).join('\n')}\n`)
    const before = readFileSync(join(damaged, 'networks.csv'), 'utf8')
    const problems = await rebuilt(damaged)
    expect(problems.map(({ message }) => message).join()).toMatch(/curve\.csv is not what was/)
    expect(readFileSync(join(damaged, 'networks.csv'), 'utf8')).toBe(before)
  })

  it.each([
    ['a configuration', { config: { ...config, dream: 1 } }, 'Unrecognized key'],
    ['an id', { id: 'f00d' }, 'plans another one'],
  ])('with %s of another version says so and shows the tables', async (_what, change, why) => {
    const other = copied(`other-${why.slice(0, 5)}`)
    await storeManifest(other, change)
    const problems = await rebuilt(other)
    expect(problems).toContainEqual({
      file: 'manifest.json',
      message: expect.stringContaining(why),
    })
    const page = readFileSync(join(other, 'report', 'index.html'), 'utf8')
    expect(page).toContain(HAS_LOSSES)
    const [status] = await studyStatus(other)
    expect(status.problems.join()).toContain(why)
  })

  it.each(['comparisonVersion', 'schemaVersion'])(
    'is made again where its manifest is of another %s, or of none',
    async (key) => {
      const results = join(copied(`other-${key}`), '..')
      const compare = plan.tasks.find(({ kind }) => kind === 'compare')!
      expect(await isTaskDone(compare, { plan, results })).toBe(true)
      const study = join(results, folder.split('/').at(-1)!)
      const manifest = JSON.parse(readFileSync(join(study, 'manifest.json'), 'utf8'))
      await storeManifest(study, {})
      expect(await isTaskDone(compare, { plan, results })).toBe(true)
      for (const version of [manifest[key] - 1, undefined]) {
        await storeManifest(study, { [key]: version })
        expect(await isTaskDone(compare, { plan, results })).toBe(false)
      }
    },
  )

  it('is not complete once interactions were deleted', async () => {
    const deleted = copied('deleted-interactions')
    const networks = join(deleted, '..', 'networks')
    rmSync(join(networks, readdirSync(networks)[0], 'interactions'), { recursive: true })
    const [status] = await studyStatus(deleted)
    expect(status.complete).toBe(false)
    const { done, total } = status.tasks.find(({ kind }) => kind === 'interactions') ?? {}
    expect(done).toBeLessThan(total as number)
  })

  it('of another schema version says so and shows what it can', async () => {
    const other = copied('other-version')
    await storeManifest(other, { schemaVersion: 99 })
    const problems = await rebuilt(other)
    expect(problems).toContainEqual({
      file: 'manifest.json',
      message: expect.stringContaining('schema version 99'),
    })
    expect(readFileSync(join(other, 'report', 'index.html'), 'utf8')).toContain(HAS_LOSSES)
  })

  it('with a damaged manifest or verdict still shows the tables', async () => {
    const damaged = copied('damaged-manifest')
    writeFileSync(join(damaged, 'manifest.json'), '{"id":')
    writeFileSync(join(damaged, 'verdict.json'), '{}')
    const problems = await rebuilt(damaged)
    expect(problems.map(({ file }) => file)).toEqual(
      expect.arrayContaining(['manifest.json', 'verdict.json']),
    )
    expect(readFileSync(join(damaged, 'report', 'index.html'), 'utf8')).toContain(HAS_LOSSES)
    const [status] = await studyStatus(damaged)
    expect(status.problems[0]).toContain('manifest.json')
  })

  it('refuses a folder without a study, and one that is not there', async () => {
    await expect(
      rebuildReport({ folder: root, out: root, dataDirs: [], drawsFigures: false }),
    ).rejects.toThrow('holds no study')
    await expect(
      rebuildReport({ folder: join(root, 'none'), out: root, dataDirs: [] }),
    ).rejects.toThrow('there is no folder')
    await expect(studyStatus(join(root, 'none'))).rejects.toThrow('there is no folder')
  })
})
