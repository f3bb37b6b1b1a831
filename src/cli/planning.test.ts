/** Planning and asking: `power`, `pool`, the warnings of `plan` and `run`, and the multiverse that `run` prints. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromCsv } from '../tables/read.js'
import { effectsTable, type MultiverseRow, multiverseTable } from '../tables/tables.js'
import { readFinishedStudy } from '../tasks/reporting/finishedStudy.js'
import { checkSameQuestion } from './pool/sameQuestion.js'
import { lowlayerHere } from './testing/here.js'

let folder: string
let folders: string[]
let told: string
/** What the run of two low seeds said. */
let narrow: string
const config = {
  data: { source: 'tic-tac-toe', select: 'first', train: 60, test: 40 },
  model: { architecture: 'mlp-5', width: 4 },
  training: { epochs: 2, checkpoints: { logSpaced: 2 } },
  networks: { grid: { low: [0, 1, 2], high: [0, 1, 2], repeats: 1 } },
  analysis: { samples: { count: 20, testCount: 4 }, players: { count: 3 }, checkpoints: 'final' },
  comparison: { bootstrap: 50 },
  runtime: { device: 'cpu' },
}
const here = (...args: string[]) => lowlayerHere(args, { cwd: folder })
const run = async (...changes: string[]) => {
  const set = changes.flatMap((change) => ['--set', change])
  const done = await here('run', 'study.yaml', ...set)
  expect(done).toMatchObject({ code: 0 })
  return { ...done, study: /^results {3}(.*)\/$/m.exec(done.stderr)![1] }
}
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-planning-'))
  writeFileSync(join(folder, 'study.yaml'), JSON.stringify(config))
  const first = await run()
  told = first.stderr
  const second = await run('networks.grid.low=[3, 4]', 'study=second')
  narrow = second.stderr
  folders = [first.study, second.study]
})
afterAll(() => rmSync(folder, { recursive: true }))

const read = (name: string, study = folders[0]) => readFileSync(join(folder, study, name), 'utf8')

it('plan --samples lists the analysed samples before any network is there', async () => {
  const files = [{ name: 'a', values: 'later.npy', low: 0, high: 0 }]
  const given = { ...config, model: undefined, training: undefined, networks: { files } }
  writeFileSync(join(folder, 'values.yaml'), JSON.stringify(given))
  expect(await here('plan', 'values.yaml')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/later\.npy/),
  })
  const { stdout, code } = await here('plan', 'values.yaml', '--samples')
  expect(code).toBe(0)
  const [header, ...rows] = stdout.trimEnd().split('\n')
  expect(header).toBe('sample,panel,split')
  const { samples } = JSON.parse((await here('plan', 'study.yaml', '--json', '--no-time')).stdout)
  const [own, other] = samples as { samples: number[] }[]
  expect(rows).toEqual([
    ...own.samples.map((sample) => `${sample},0,train`),
    ...other.samples.map((sample) => `${sample},1,test`),
  ])
  const set = ['--set', 'analysis.samples.filter=correct']
  expect(await here('plan', 'study.yaml', '--samples', ...set)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/depends on what networks predict/),
  })
})

it('run says how many combinations of choices come to which verdict', () => {
  const rows = fromCsv(multiverseTable, read('multiverse.csv'))
  const [, count, counts] = /^choices {3}of (\d+) combinations of .* τ: (.*); low share/m.exec(
    told,
  )!
  // The set rule moves T_low alone: combinations that differ in nothing else have one verdict, and count once.
  const [own, other] = [true, false].map((asked) =>
    rows.filter(({ set_rule }) => (set_rule === rows[0].set_rule) === asked),
  )
  const judged = ({ score, tau_factor, low_share, ci_high, p_value, verdict }: MultiverseRow) => [
    ...[score, tau_factor, low_share, ci_high, p_value, verdict],
  ]
  expect(other.map(judged)).toEqual(own.map(judged))
  expect(Number(count)).toBe(own.length)
  for (const part of counts.split(', ')) {
    const [number, verdict] = part.split(' ')
    expect(own.filter((row) => row.verdict === verdict)).toHaveLength(Number(number))
  }
})

it('plan measures time on texts that have words enough, wherever these stand', async () => {
  const texts = [
    'so good',
    'bad',
    ...Array.from({ length: 30 }, () => 'clever film without weak scenes'),
  ]
  const rows = texts.map((text, row) => `${text}\t${row % 2}`)
  writeFileSync(join(folder, 'texts.tsv'), ['sentence\tlabel', ...rows].join('\n'))
  const data = {
    source: 'text',
    path: 'texts.tsv',
    select: 'first',
    train: 20,
    test: 12,
    length: 8,
  }
  const text = {
    ...config,
    data,
    model: { architecture: 'transformer', width: 16, depth: 1 },
    analysis: { ...config.analysis, samples: { count: 8, testCount: 4 } },
  }
  writeFileSync(join(folder, 'texts.yaml'), JSON.stringify(text))
  const { code, stdout } = await here('plan', 'texts.yaml')
  expect(code).toBe(0)
  expect(stdout).toContain('2 of 20 texts of the train split are too short for 3 players')
  expect(stdout).toMatch(/at least .* for what is left/)
})

describe('lowlayer power', () => {
  const quick = ['--studies', '6', '--no-time']

  it('shows odds and cost of designs, and how to ask for the cheapest that will do', async () => {
    const args = ['power', 'study.yaml', ...quick, '--grids', '3x3,6x4', '--low', '0.6,0']
    const asked = [...args, '--shares', '0,0.2,0', '--samples', '40']
    const { code, stdout } = await here(...asked)
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /A: a low share of 60%; right is "decides"\n.*B: .* 0%; right is "absent"/,
    )
    expect(stdout).toMatch(/^3×3 .* 9 +40 /m)
    expect(stdout).toMatch(/^6×4 .* 24 +40 /m)
    const json = JSON.parse((await here(...asked, '--json')).stdout)
    for (const { odds, networks, design, forwardPasses } of json.designs) {
      expect(networks).toBe(design.lows * design.highs)
      // (40 + 4 samples) × 2^3 masks × networks, at one checkpoint.
      expect(forwardPasses).toBe(44 * 8 * networks)
      for (const one of odds) {
        const sum = Object.values(one as Record<string, number>).reduce((a, b) => a + b)
        expect(sum).toBeCloseTo(1, 9)
      }
    }
    const [small, large] = json.designs.map(({ right }: { right: number[] }) => right[0])
    expect(large).toBeGreaterThanOrEqual(small)
  })

  it('names the settings of the cheapest design that will do, which keep the regime, the cut and what else the grid has', async () => {
    const grid = { ...config.networks.grid, regimes: ['trained-frozen'], cuts: [1], repeats: 2 }
    writeFileSync(join(folder, 'frozen.yaml'), JSON.stringify({ ...config, networks: { grid } }))
    const asked = [...quick, '--grids', '6x4', '--low', '0.2', '--odds', '0', '--samples', '30']
    const { stdout } = await here('power', 'frozen.yaml', ...asked)
    const { cheapest } = JSON.parse((await here('power', 'frozen.yaml', ...asked, '--json')).stdout)
    const settings = [...stdout.matchAll(/--set '([^']+)'/g)].map(([, setting]) => setting)
    expect(settings).toEqual([
      'networks.grid.low=[0,1,2,3,4,5]',
      'networks.grid.high=[0,1,2,3]',
      'analysis.samples.count=30',
    ])
    const set = settings.flatMap((setting) => ['--set', setting])
    const planned = await here('plan', 'frozen.yaml', '--json', '--no-time', ...set)
    const { estimate } = JSON.parse(planned.stdout)
    expect(estimate.trainingSteps).toBe(cheapest.trainingSteps)
    expect(estimate.forwardPasses).toBe(cheapest.forwardPasses)
  })

  it('counts the low layers of every donor, and what donors cost', async () => {
    const asked = ['power', 'study.yaml', ...quick, '--grids', '3x3', '--low', '0.3', '--json']
    const donors = (count: number) => [
      ...['--set', 'networks.grid.regimes=[trained-frozen]'],
      ...['--set', `networks.grid.donors=${count}`],
    ]
    const reported = async (...args: string[]) => JSON.parse((await here(...asked, ...args)).stdout)
    const one = await reported(...donors(1))
    const two = await reported(...donors(2))
    // 3 × 3 heirs and 3 donors; 2 × 3 × 3 heirs and 2 × 3 donors.
    expect([one, two].map(({ designs }) => designs[0].networks)).toEqual([12, 24])
    expect(two.designs[0].right[0]).toBeGreaterThan(one.designs[0].right[0])
    const { stdout } = await here(...asked.slice(0, -1), ...donors(2))
    expect(stdout).toMatch(/^3\(2\)×3 .* 24 /m)
    expect(stdout).toMatch(/^Each low seed has 2 donors/m)
    // Where initial weights are judged first, donors change their cost alone.
    const both = [...donors(2).slice(2), '--set', 'networks.grid.regimes=[init, trained-frozen]']
    const [first] = (await reported(...both)).designs
    expect(first).toMatchObject({ design: { donors: 1 }, networks: 9 + 24 })
  })

  it('takes the shares of a pilot, and says where they come from', async () => {
    const { stdout } = await here('power', folders[0], ...quick, '--grids', '3x3', '--json')
    const { truths, source } = JSON.parse(stdout)
    const shares = new Map(
      fromCsv(effectsTable, read('effects.csv')).map(({ effect, estimate }) => [effect, estimate]),
    )
    const clipped = ['low', 'high', 'sample'].map((name) => Math.max(0, shares.get(name) ?? 0))
    const sum = Math.max(1, clipped[0] + clipped[1] + clipped[2])
    expect([truths[0].low, truths[0].high, truths[0].sample]).toEqual(
      clipped.map((one) => one / sum),
    )
    expect(source).toContain(`are those of ${folders[0]} (its low share lies between`)
    expect(source).toContain('without an order share')
    // What it says to try is possible beside the other shares, however wide the interval.
    const [, low] = /try --low ([\d.]+,[\d.]+)/.exec(source)!
    expect(await here('power', folders[0], ...quick, '--grids', '3x3', '--low', low)).toMatchObject(
      {
        code: 0,
      },
    )
  })

  it.each([
    [['--grids', '3by3'], /"3by3" is no grid/],
    [['--grids', '40x4'], /up to 20/],
    [['--low', '1.2'], /--low 1.2: "1.2" is no number from 0 to 1/],
    [['--low', '0.5', '--shares', '0.3,0.3,0'], /add up to more than 1: low 0.5/],
    [['--shares', '0.3,0.3'], /give three numbers/],
    [['--studies', 'x'], /--studies x: "x" is no whole number/],
    [['--samples', '5000'], /5000 samples asked for/],
  ])('refuses %j', async (options, message) => {
    const { code, stderr } = await here('power', 'study.yaml', ...quick, ...options)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  it('refuses what is no finished study', async () => {
    const { code, stderr } = await here('power', 'results/networks', ...quick)
    expect(code).toBe(2)
    expect(stderr).toMatch(/results\/networks has no .*; give the folder of a finished study/)
  })
})

describe('lowlayer pool', () => {
  it('takes studies together, each with its weight, and gives one verdict', async () => {
    const { code, stdout } = await here('pool', ...folders)
    expect(code).toBe(0)
    const lines = stdout.split('\n')
    expect(lines[1]).toMatch(/^study-\w{8} +3 × 3 +20 /)
    expect(lines[2]).toMatch(/^second-\w{8} +2 × 3 +20 /)
    expect(lines[3]).toMatch(/^pooled /)
    expect(stdout).toMatch(
      /^verdict {2}(decides|real but small|absent|inconclusive): .*initial low-layer weights/m,
    )
    const json = JSON.parse((await here('pool', ...folders, '--json')).stdout)
    const weights = json.studies.map(({ weight }: { weight: number }) => weight)
    expect(weights[0] + weights[1]).toBeCloseTo(1, 9)
    const low = json.studies.map((study: { low: { estimate: number } }) => study.low.estimate)
    expect(json.low.estimate).toBeCloseTo(weights[0] * low[0] + weights[1] * low[1], 9)
    expect(json.low.groups).toBe(2)
  })

  it('of one study is that study', async () => {
    const json = JSON.parse((await here('pool', folders[0], '--json')).stdout)
    const row = fromCsv(effectsTable, read('effects.csv')).find(({ effect }) => effect === 'low')!
    expect(json.low.estimate).toBeCloseTo(row.estimate!, 12)
    expect(json.low.low).toBeCloseTo(row.ci_low!, 12)
    expect(json.p).toBeCloseTo(row.p_value!, 12)
  })

  it('counts studies of the same networks once', async () => {
    cpSync(join(folder, folders[0]), join(folder, 'results', 'copy'), { recursive: true })
    const json = JSON.parse((await here('pool', folders[0], 'results/copy', '--json')).stdout)
    expect(json.low.groups).toBe(1)
    expect(json.warnings).toEqual([expect.stringMatching(/count as one measurement/)])
  })

  it('refuses studies of other questions, naming what differs, and says what else does', async () => {
    const study = await readFinishedStudy(join(folder, folders[0]))
    const { config } = study
    const confusing = { ...config.confusing, score: 'cancellation' as const }
    expect(() =>
      checkSameQuestion([study, { ...study, config: { ...config, confusing } }]),
    ).toThrow(/asked different things: confusing.score \(offset-complexity, cancellation\)/)
    const grid = { ...study.verdict.grid!, regime: 'trained-frozen', cut: 3 }
    expect(() =>
      checkSameQuestion([study, { ...study, verdict: { ...study.verdict, grid } }]),
    ).toThrow(/regime \(init, trained-frozen\), cut \(2, 3\)/)
    const players = { ...config.analysis.players, count: 4 }
    const samples = { ...config.analysis.samples, seed: 7 }
    const other = { ...config, analysis: { ...config.analysis, players, samples } }
    expect(checkSameQuestion([study, { ...study, config: other }])).toMatch(
      /differ in more than their data: analysis.players.count$/,
    )
    expect(checkSameQuestion([study, study])).toBeUndefined()
  })

  it('refuses the same folder twice, and folders without a study', async () => {
    const twice = await here('pool', folders[0], folders[0])
    expect(twice.stderr).toMatch(/is given twice/)
    const none = await here('pool', 'results/none')
    expect(none.code).toBe(2)
    expect(none.stderr).toMatch(/has no .*give the folder of a finished study/)
  })
})

describe('a design that cannot decide', () => {
  it.each([
    [['networks.grid.low=[0]'], /a grid of 1 × 3 seeds cannot decide .* p below 1, .* 3 × 3 can/],
    [['networks.grid.high=[0, 1]'], /3 × 2 seeds .* below 0.17, .*; 3 × 3 can/],
    [
      ['networks.grid={low: [0, 1], high: [0, 1], repeats: 1}'],
      /2 × 2 seeds .* below 0.5, .*; 2 × 6 or 3 × 3 can/,
    ],
    [['analysis.samples.count=12'], /sets of 1 of 12 samples overlap all or not/],
  ])('is a warning of plan: %j', async (changes, warning) => {
    const set = changes.flatMap((change) => ['--set', change])
    const { stdout } = await here('plan', 'study.yaml', '--no-time', ...set)
    expect(stdout).toMatch(new RegExp(`^warning: .*${warning.source}`, 'm'))
  })

  it('is said by run before anything is trained; others are not', () => {
    expect(told).not.toMatch(/cannot decide/)
    const lines = narrow.split('\n')
    const warned = lines.findIndex((line) => /^warning: a grid of 2 × 3 seeds cannot/.test(line))
    expect(warned).toBeGreaterThanOrEqual(0)
    expect(warned).toBeLessThan(lines.findIndex((line) => /^networks/.test(line)))
  })

  it('has its odds in plan, where a design can', async () => {
    const grid = 'networks.grid={low: [0, 1, 2, 3], high: [0, 1, 2, 3], repeats: 1}'
    const { stdout } = await here('plan', 'study.yaml', '--set', grid)
    expect(stdout).toMatch(
      /^odds of a right verdict, by simulation: \d+% where low layers decide 20% of the scores, \d+% where low layers decide nothing/m,
    )
  })

  it('is a warning of plan and run where these are next to nothing', async () => {
    const warning = /^warning: this design will very likely decide nothing .*lowlayer power/m
    const { stdout } = await here('plan', 'study.yaml')
    expect(stdout).toMatch(warning)
    expect(stdout).not.toMatch(/^odds of/m)
    expect(told).toMatch(warning)
  })
})

it('a study has the multiverse of its grid among its tables', () => {
  expect(readdirSync(join(folder, folders[0]))).toContain('multiverse.csv')
  expect(read('SCHEMA.md')).toContain('multiverse.csv')
})
