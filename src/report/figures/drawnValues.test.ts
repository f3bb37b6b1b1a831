/** What figures show, read off the drawing itself: marks against axes, colours against the legend. */
import { expect, it } from 'vitest'
import { mean } from '../../metrics/descriptive.js'
import type { OrderRow } from '../../tables/tables.js'
import { exampleStudy } from '../testing/exampleStudy.js'
import { type DrawnMark, readDrawing } from '../testing/readDrawing.js'
import type { ReportStudy } from '../types.js'
import { drawFigure, type FigureName } from './figures.js'

/** The marks of a figure, of one kind. */
async function drawn(
  name: FigureName,
  kind: DrawnMark['kind'],
  study: ReportStudy = exampleStudy(),
): Promise<DrawnMark[]> {
  const figure = drawFigure(name, study)
  if ('missing' in figure) throw new Error(figure.missing)
  return (await readDrawing(figure.spec)).filter((mark) => mark.kind === kind)
}

/** The heights of marks, each to be as near as a pixel is to what is expected there. */
function expectHeights(marks: readonly DrawnMark[], expected: readonly (number | undefined)[]) {
  expect(marks).toHaveLength(expected.length)
  for (const [at, value] of expected.entries()) expect(marks[at].y).toBeCloseTo(value as number, 2)
}

const length = ({ yEnds }: DrawnMark) => (yEnds === undefined ? Number.NaN : yEnds[1] - yEnds[0])
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const steps = [0, 10, 100, 1000]
const epochs = ['0', '1', '10', '100']

it.each([
  ['train', (step: number) => 1 / (1 + step)],
  ['test', (step: number) => 1 / (1 + step) + step / 2000],
])('losses: that of %s samples at every epoch', async (series, lossAt) => {
  const marks = (await drawn('losses', 'symbol')).filter(
    (mark) => mark.series === series && mark.yTitle === 'loss (nats)',
  )
  expect(marks.map(({ x }) => x)).toEqual(epochs)
  expectHeights(marks, steps.map(lossAt))
})

it('loss gap: one line a network', async () => {
  const lines = await drawn('gap', 'line')
  expect(lines.map(({ x }) => x)).toEqual([...epochs, ...epochs, ...epochs, ...epochs])
  expectHeights(
    lines.slice(4, 8),
    steps.map((step) => step / 2000),
  )
})

it('loss gap: t* of every network, with an interval as long as the table has it', async () => {
  const study = exampleStudy()
  const networks = study.tables.networks.map((row) => ({
    ...row,
    phase_boundary_step: 100,
    phase_boundary_low: 0,
    phase_boundary_high: 1000,
  }))
  const found = await Promise.all(
    (['symbol', 'rule', 'rect'] as const).map((kind) =>
      drawn('gap', kind, { ...study, tables: { ...study.tables, networks } }),
    ),
  )
  const names = networks.map(({ name }) => name)
  const [points, intervals] = found.map((marks) => marks.filter(({ y }) => names.includes(`${y}`)))
  expect(points.map(({ x, y }) => [y, x])).toEqual(names.map((name) => [name, '10']))
  expect(intervals.map(({ y }) => y)).toEqual(names)
  // Whatever their length, no interval covers the curves.
  expect(found[2]).toEqual([])
})

it.each([
  ['epoch 10 (t*: 9)', 100],
  ['epoch 100 (end)', 1000],
])('orders at %s: bars as long as the mean over networks', async (panel, step) => {
  const bars = (await drawn('orders', 'rect')).filter((mark) => mark.panel === panel)
  const { orders } = exampleStudy().tables
  const meanOf = (sign: 'positive' | 'negative', kind: string, order: number) =>
    mean(
      orders.flatMap((row) =>
        row.sample_group === 'all' &&
        row.step === step &&
        row.kind === kind &&
        row.interaction_order === order
          ? [Math.abs(row[sign] as number)]
          : [],
      ),
    ) as number
  for (const order of [1, 2, 3, 4]) {
    for (const [series, sign, kind] of [
      ['AND +', 'positive', 'and'],
      ['AND −', 'negative', 'and'],
      ['OR +', 'positive', 'or'],
      ['OR −', 'negative', 'or'],
    ] as const) {
      const [bar, ...others] = bars.filter(
        (mark) => mark.series === series && Math.round(mark.x as number) === order,
      )
      expect(others).toEqual([])
      expect(length(bar)).toBeCloseTo(meanOf(sign, kind, order), 2)
      expect(Math.sign(bar.y as number)).toBe(sign === 'positive' ? 1 : -1)
    }
  }
})

it('orders of a sample: the interactions that made it', async () => {
  const bars = (await drawn('sampleOrders', 'rect')).slice(0, 16)
  const found = [1, 2, 3, 4].map((order) => {
    const own = bars.filter(({ x }) => Math.round(x as number) === order)
    return sum(own.map((bar) => Math.sign(bar.y as number) * length(bar)))
  })
  // v = 2ab + c − 1.5abcd
  for (const [at, value] of [1, 2, 0, -1.5].entries()) expect(found[at]).toBeCloseTo(value, 2)
})

it('scores: every sample is in a bar, at its score', async () => {
  const study = exampleStudy()
  const samples = study.tables.samples.map((row) =>
    row.network === 'net11' && row.step === 1000 && row.sample === 7 ? { ...row, score: 5 } : row,
  )
  const bars = await drawn('scores', 'rect', { ...study, tables: { ...study.tables, samples } })
  const countOf = (series: string) => sum(bars.filter((mark) => mark.series === series).map(length))
  expect(countOf('label kept')).toBeCloseTo(4 * 27, 6)
  expect(countOf('label changed by noise')).toBeCloseTo(4 * 3, 6)
  const [last, ...others] = bars.filter(({ x }) => (x as number) > 1.5)
  expect(others).toEqual([])
  expect(last.xEnds?.[1]).toBeCloseTo(5, 1)
  expect(length(last)).toBeCloseTo(1, 6)
})

it('heat map: the overlap of row and column, and its shade', async () => {
  const texts = await drawn('heatMap', 'text')
  const cells = await drawn('heatMap', 'rect')
  expect(cells.length).toBeGreaterThanOrEqual(12)
  const overlap = (a: unknown, b: unknown) =>
    String(a).slice(0, 4) === String(b).slice(0, 4) ? '1.00' : '.20'
  const jaccards = texts.slice(0, 12)
  expect(new Set(jaccards.map(({ x, y }) => `${x} ${y}`)).size).toBe(12)
  for (const { x, y, text } of jaccards) expect(text).toBe(overlap(x, y))
  const shades = cells.slice(0, 12).map(({ x, y, fill }) => `${overlap(x, y)} ${fill}`)
  expect(new Set(shades).size).toBe(2)
})

it('memberships: every sample of every set, the colour that of the low seed', async () => {
  const squares = await drawn('memberships', 'rect')
  const found = squares.map(({ x, y, series }) => `${y} ${x} ${series}`)
  const expected = [0, 1].flatMap((low) =>
    [0, 1].flatMap((high) =>
      [low * 14, low * 14 + 7, low * 14 + 14].map(
        (sample) => `low${low}-high${high}-order0 #${sample} ${low}`,
      ),
    ),
  )
  expect(found.sort()).toEqual(expected.sort())
})

it('memberships: a set that is empty under the rule of the study has no squares of another rule', async () => {
  const study = exampleStudy()
  const { tables, manifest } = study
  const config = { confusing: { set: { rule: 'absolute', threshold: 9 } } }
  const [first] = tables.networks
  const confusing = tables.confusing.map((row) => {
    return { ...row, rule: row.network === first.network ? 'mad' : 'absolute' }
  })
  const squares = await drawn('memberships', 'rect', {
    ...study,
    tables: { ...tables, confusing },
    manifest: { ...manifest!, config },
  })
  const named = new Set(squares.map(({ y }) => y))
  expect(named.size).toBeGreaterThan(1)
  expect(named).not.toContain(first.name)
})

it('memberships: networks of unknown seeds have one colour', async () => {
  const study = exampleStudy()
  const networks = study.tables.networks.map((row) => ({ ...row, seed_low: undefined }))
  const squares = await drawn('memberships', 'rect', {
    ...study,
    tables: { ...study.tables, networks },
  })
  expect(new Set(squares.map(({ fill }) => fill)).size).toBe(1)
  expect(squares.every(({ series }) => series === undefined)).toBe(true)
})

it.each([
  ['Jaccard', 1, 0.2],
  ['κ_J', 1, 0.15 / 0.95],
  ['Spearman ρ of scores', 1, 0.2],
])('pair classes: %s of every pair', async (title, ofSameLow, ofOthers) => {
  const dots = (await drawn('pairClasses', 'symbol')).filter(({ xTitle }) => xTitle === title)
  expect(dots.map(({ y }) => y).sort()).toEqual(
    ['same-low/diff-high', 'diff-low/same-high', 'both-diff']
      .flatMap((name) => [name, name])
      .sort(),
  )
  for (const { x, y } of dots)
    expect(x).toBeCloseTo(y === 'same-low/diff-high' ? ofSameLow : ofOthers, 2)
})

it('variance shares: estimates and their intervals', async () => {
  const { effects } = exampleStudy().tables
  const dots = await drawn('effects', 'symbol')
  expect(dots.map(({ y }) => y)).toEqual(effects.map(({ effect }) => effect))
  for (const [at, { estimate }] of effects.entries())
    expect(dots[at].x).toBeCloseTo(estimate as number, 2)
  const bars = await drawn('effects', 'rule')
  for (const { effect, ci_low, ci_high } of effects) {
    const ends = bars.filter(({ y }) => y === effect).map(({ xEnds }) => xEnds)
    // Contrasts of sets have a test and no interval.
    if (ci_low === undefined || ci_high === undefined)
      expect(ends.filter((one) => one?.[0] !== one?.[1])).toEqual([])
    else expect(ends).toContainEqual([expect.closeTo(ci_low, 2), expect.closeTo(ci_high, 2)])
  }
})

it.each([
  ['generalizable', 'generalizable'],
  ['not generalizable', 'nongeneralizable'],
] as const)(
  '%s strength by order: the mean over networks, plain and over its mean',
  async (series, column) => {
    const dots = (await drawn('generalizableOrders', 'symbol')).filter(
      (mark) => mark.series === series && mark.panel === 'epoch 100 (end)',
    )
    const { orders } = exampleStudy().tables
    const meanAt = (order: number, of: typeof column | `normalized_${typeof column}`) => {
      const rows = orders.filter(
        (row) => row.step === 1000 && row.sample_group === 'all' && row.interaction_order === order,
      )
      // Four networks, with a row each kind.
      return sum(rows.map((row) => row[of] as number)) / 4
    }
    expectHeights(dots, [
      ...[1, 2, 3, 4].map((order) => meanAt(order, column)),
      ...[1, 2, 3, 4].map((order) => meanAt(order, `normalized_${column}`)),
    ])
  },
)

it('agreement: the share by each rule, against the references asked', async () => {
  const dots = await drawn('agreement', 'symbol')
  for (const [series, change] of [
    ['in any', 0.1],
    ['in most', 0],
    ['in all', -0.1],
  ] as const) {
    const own = dots.filter((mark) => mark.series === series)
    expectHeights(
      own,
      [1, 2, 3].map((references) => 0.615 + change * references),
    )
  }
})

it.each([
  ['train vs test', 0.8],
  ['floor: shuffled within order', 0.1],
  ['half of train vs test', 0.6],
  ['ceiling: half of train vs other half', 0.7],
])('generalisation: %s, by order, in both panels', async (series, first) => {
  const dots = (await drawn('generalization', 'symbol')).filter((mark) => mark.series === series)
  for (const panel of ['epoch 10 (t*: 9)', 'epoch 100 (end)']) {
    const own = dots.filter((mark) => mark.panel === panel)
    expect(own.map(({ x }) => Math.round(x as number))).toEqual([1, 2, 3, 4])
    expectHeights(own, [first, first / 2, first / 3, first / 4])
  }
})

it('generalisation: no ceiling without what it is the ceiling of', async () => {
  const study = exampleStudy()
  const generalization = study.tables.generalization.map((row) => ({ ...row, matched: undefined }))
  const dots = await drawn('generalization', 'symbol', {
    ...study,
    tables: { ...study.tables, generalization },
  })
  expect([...new Set(dots.map(({ series }) => series))].sort()).toEqual([
    'floor: shuffled within order',
    'train vs test',
  ])
})

it.each(['hard', 'easy', 'confusing', 'other'])(
  'orders of %s samples: the mean over networks',
  async (group) => {
    const dots = (await drawn('difficulty', 'symbol')).filter((mark) => mark.series === group)
    const { orders } = exampleStudy().tables
    const totals = (order: number, sign: 'positive' | 'negative') =>
      sum(
        orders
          .filter(
            (row: OrderRow) =>
              row.sample_group === group && row.step === 1000 && row.interaction_order === order,
          )
          .map((row) => row[sign] as number),
      ) / 4
    for (const sign of ['positive', 'negative'] as const) {
      const own = dots
        .filter(({ y }) => Math.sign(y as number) === (sign === 'positive' ? 1 : -1))
        .sort((a, b) => (a.x as number) - (b.x as number))
      expectHeights(
        own,
        [1, 2, 3, 4].map((order) => totals(order, sign)),
      )
    }
  },
)

it('exactness: the gap and the matching error at every epoch', async () => {
  const study = exampleStudy()
  const samples = study.tables.samples.map((row) => ({
    ...row,
    l1_lower_bound: row.step === 1000 ? 9 : 9.99,
    matching_error: row.step === 0 ? 1e-9 : 1e-12,
  }))
  const dots = await drawn('exactness', 'symbol', {
    ...study,
    tables: { ...study.tables, samples },
  })
  const read = (panel: string) =>
    dots
      .filter((mark) => mark.panel === panel)
      .map(({ x, y }) => [x, Math.log10(y as number).toFixed(1)])
  expect(read('relative duality gap')).toEqual(
    epochs.map((epoch) => [epoch, epoch === '100' ? '-1.0' : '-3.0']),
  )
  expect(read('universal-matching error')).toEqual(
    epochs.map((epoch) => [epoch, epoch === '0' ? '-9.0' : '-12.0']),
  )
})

it('matching: the outputs of the network in their order', async () => {
  const { values } = exampleStudy().details[0].states[1]
  const dots = (await drawn('matching', 'symbol')).slice(0, values.length)
  expectHeights(
    dots,
    [...values].sort((a, b) => a - b),
  )
})

it('multiverse: low shares in their order, the choices of each below', async () => {
  const dots = await drawn('multiverse', 'symbol')
  const shares = [0.1, 0.12, 0.14, 0.3, 0.32, 0.34]
  const curve = dots.filter(({ yTitle }) => yTitle === 'low share')
  // The last ones are those of the legend.
  const read = curve.slice(0, shares.length).map(({ y }) => Number((y as number).toFixed(2)))
  expect(read).toEqual(shares)
  const placesOf = (choice: string) => dots.filter(({ y }) => y === choice).map(({ x }) => x)
  const places = curve.slice(0, shares.length).map(({ x }) => x)
  expect(placesOf('cancellation')).toEqual(places.slice(0, 3))
  expect(placesOf('threshold τ')).toEqual([places[1], places[4]])
})

it.each([
  ['low seed', 'low'],
  ['sample', 'sample'],
  ['AUC, mislabelled', 'mislabelled_auc'],
  ['ρ with the score', 'spearman'],
])('is it just difficulty: %s of every measure', async (title, statistic) => {
  const rows = exampleStudy().tables.measures.filter((row) => row.statistic === statistic)
  const dots = (await drawn('measures', 'symbol')).filter(({ xTitle }) => xTitle === title)
  expect(dots).toHaveLength(rows.length)
  for (const [at, { estimate }] of rows.entries())
    expect(dots[at].x).toBeCloseTo(estimate as number, 2)
})

it('samples through training: the loss of the hardest sample for every network', async () => {
  const lines = (await drawn('courses', 'line')).filter(
    ({ yTitle, panel }) => yTitle === 'loss (nats)' && panel === '#203, hard',
  )
  const { difficulty } = exampleStudy().tables
  const hardest = difficulty.filter(({ sample }) => sample === 203)
  expectHeights(
    [...lines].sort((a, b) => Number(a.y) - Number(b.y)),
    hardest.map(({ loss }) => loss as number).sort((a, b) => a - b),
  )
})

it('samples through training: no row of what is known at one checkpoint alone', async () => {
  const study = exampleStudy()
  const samples = study.tables.samples.filter(({ step }) => step === 1000)
  const one = { ...study, tables: { ...study.tables, samples } }
  const titles = async (of: ReportStudy) =>
    [...new Set((await drawn('courses', 'symbol', of)).map(({ yTitle }) => yTitle))].sort()
  expect(await titles(one)).toEqual(['loss (nats)', 'margin'])
  expect(await titles(study)).toContain('score')
})

it('samples through training: no low seed is told where none is known', () => {
  const study = exampleStudy()
  const networks = study.tables.networks.map((row) => ({ ...row, seed_low: undefined }))
  const told = (tables: ReportStudy['tables']) =>
    JSON.stringify(drawFigure('courses', { ...study, tables })).match(/low seed/g)?.length ?? 0
  expect(told(study.tables)).toBeGreaterThan(1)
  expect(told({ ...study.tables, networks })).toBe(0)
})
