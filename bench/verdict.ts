/**
 * How often each verdict is given when the truth is known, and how often each interval covers it: studies are
 * simulated (src/comparison/simulate.ts) and judged by the rule of real ones (`compareScores`; sets decide nothing).
 * Run: npm run bench:verdict -- [--fast | --sizes | --pools] [--only PATTERN] [--studies N] [--sets]
 *
 * One line a cell: rates of the four verdicts, rate of p < 0.05, and for each share the rates of studies whose 95%
 * interval lies above and below the truth. The truth is the mean of the estimates over the studies of the cell,
 * which are unbiased. `!` marks what is above its bound by more than two standard errors: "decides" where the true
 * share is at or below the margin or the high share is as large, "absent" where the true share is at or above it,
 * p < 0.05 without any effect of low seeds, an interval that misses more than 5%. With `--sets` the interval of κ_J too,
 * which takes the time of all pairs of sets. With `--sizes` the rates of wrong firm verdicts where they are largest (verdictSizes.ts);
 * with `--pools` those of pools, and what the intervals of a pool miss (verdictPools.ts).
 */

import type { EffectName } from '../src/comparison/effects.js'
import type { SimulatedDesign } from '../src/comparison/simulate.js'
import type { Conclusion } from '../src/comparison/types.js'
import { poolCells, poolColumns, poolLine, simulatedStudies } from './verdictPools.js'
import { sizeCells, sizeColumns, sizeLine } from './verdictSizes.js'
import { ALPHA, type Cell, KAPPA, MARGIN, simulatedStudy } from './verdictStudies.js'

const conclusions: readonly Conclusion[] = ['decides', 'real-but-small', 'absent', 'inconclusive']
const withSets = process.argv.includes('--sets')
const intervals: readonly (EffectName | typeof KAPPA)[] = [
  ...(['low', 'high', 'low−high', 'sample', 'order', 'residual'] as const),
  ...(withSets ? ([KAPPA] as const) : []),
]

const usual = { orders: 1, repeats: 1, samples: 200 }
const shares = (low: number, high = 0.05, sample = 0.3) => ({ low, high, sample, order: 0.1 })

/** The shares that the reference studies found, whose design is the usual one. */
const asLeNets = (low: number): Partial<SimulatedDesign> => ({
  shares: { low, high: 0.01, sample: 0.55, order: 0.2 },
})

function cellsOf(fast: boolean): Cell[] {
  const cell = (
    lows: number,
    highs: number,
    low: number,
    change: Partial<SimulatedDesign> & { readonly missing?: number; readonly said?: string } = {},
  ): Cell => {
    const { missing, said, ...design } = change
    const name = [`${lows}x${highs}`, `low ${low}`, ...(said === undefined ? [] : [said])].join(
      ', ',
    )
    return { name, missing, design: { ...usual, shares: shares(low), lows, highs, ...design } }
  }
  const grids: [number, number][] = fast
    ? [
        [2, 6],
        [3, 3],
        [4, 4],
        [6, 6],
      ]
    : [
        [2, 2],
        [2, 6],
        [3, 3],
        [4, 4],
        [5, 5],
        [6, 6],
        [8, 8],
      ]
  const lows = [0, 0.03, 0.06, 0.1, 0.2, 0.4]
  const few = fast ? [1] : [1, 2, 3]
  const special: [number, number][] = fast
    ? [[4, 4]]
    : [
        [3, 3],
        [4, 4],
        [6, 6],
      ]
  return [
    ...grids.flatMap(([l, h]) => lows.map((low) => cell(l, h, low))),
    ...special.flatMap(([l, h]) => [
      ...few.flatMap((directions) =>
        [0, 0.1, 0.13, 0.3].map((low) =>
          cell(l, h, low, { directions, said: `${directions} directions` }),
        ),
      ),
      ...[0, 0.1, 0.4].flatMap((low) => [
        cell(l, h, low, { tails: 't3', said: 'heavy tails' }),
        cell(l, h, low, { correlation: 0.7, said: 'correlated samples' }),
        cell(l, h, low, { missing: 0.15, said: 'networks missing' }),
        cell(l, h, low, { samples: 20, said: '20 samples' }),
        cell(l, h, low, { samples: 60, said: '60 samples' }),
        cell(l, h, low, { orders: 2, repeats: 0, said: '2 orders' }),
      ]),
      cell(l, h, 0.2, { shares: shares(0.2, 0.2), said: 'high 0.2' }),
      cell(l, h, 0.1, { shares: shares(0.1, 0.4), said: 'high 0.4' }),
      cell(l, h, 0, { shares: shares(0, 0.4), said: 'high 0.4' }),
      cell(l, h, 0, { shares: shares(0, 0, 0.7), said: 'sample 0.7' }),
      cell(l, h, 0.1, { shares: shares(0.1, 0.05, 0.7), said: 'sample 0.7' }),
    ]),
    ...[0, 0.02, 0.06, 0.1, 0.2].map((low) =>
      cell(4, 4, low, { ...asLeNets(low), said: 'as the LeNets' }),
    ),
  ]
}

const rate = (count: number, of: number) => (of === 0 ? 0 : count / of)
const error = (share: number, of: number) => Math.sqrt((share * (1 - share)) / Math.max(1, of))
const flag = (share: number, bound: number, of: number) =>
  share > bound + 2 * error(bound, of) ? '!' : ''

function lineOf(cell: Cell, studies: number): string {
  const found = Array.from({ length: studies }, (_, index) => simulatedStudy(cell, index, withSets))
  const means = new Map(
    intervals.map((name) => {
      const values = found.flatMap(({ rows }) => rows.get(name)?.estimate ?? [])
      return [name, values.reduce((sum, value) => sum + value, 0) / values.length]
    }),
  )
  const truth = means.get('low') ?? 0
  const above = (means.get('low−high') ?? 0) > 0.01
  const rates = conclusions.map((conclusion) => {
    const share = rate(found.filter((one) => one.conclusion === conclusion).length, studies)
    const wrong =
      (conclusion === 'decides' && (truth <= MARGIN || !above)) ||
      (conclusion === 'absent' && truth >= MARGIN)
    return `${share.toFixed(2)}${wrong ? flag(share, ALPHA, studies) : ''}`
  })
  const real = rate(
    found.filter(({ rows }) => (rows.get('low')?.p_value ?? 1) < ALPHA).length,
    studies,
  )
  const misses = intervals.map((name) => {
    const ends = found.flatMap(({ rows }) => {
      const row = rows.get(name)
      return row?.ci_low === undefined || row.ci_high === undefined
        ? []
        : [[row.ci_low, row.ci_high]]
    })
    if (ends.length === 0) return '-'
    const mean = means.get(name) as number
    const over = rate(ends.filter(([low]) => low > mean).length, ends.length)
    const under = rate(ends.filter(([, high]) => high < mean).length, ends.length)
    return `${(100 * over).toFixed(1)}/${(100 * under).toFixed(1)}${flag(over + under, ALPHA, ends.length)}`
  })
  const size = cell.design.shares.low === 0 ? flag(real, ALPHA, studies) : ''
  return [cell.name, truth.toFixed(3), ...rates, `${real.toFixed(2)}${size}`, ...misses].join(' | ')
}

const options = process.argv.slice(2)
const optionOf = (name: string) => options[options.indexOf(name) + 1]
const fast = options.includes('--fast')
const studies = options.includes('--studies') ? Number(optionOf('--studies')) : fast ? 200 : 1000
const pattern = options.includes('--only') ? new RegExp(optionOf('--only')) : /./
const began = performance.now()
process.stdout.write(
  `${studies} a cell; standard error of a rate of 0.05: ${error(ALPHA, studies).toFixed(3)}\n\n`,
)
if (options.includes('--pools')) {
  table(poolCells(), poolColumns, (cell) => {
    const pools = Array.from({ length: studies }, (_, index) => simulatedStudies(cell, index))
    return poolLine(cell, pools)
  })
} else if (options.includes('--sizes')) {
  table(sizeCells(), sizeColumns, (cell) => sizeLine(cell, studies))
} else {
  const misses = intervals.map((name) => `${name} misses above/below %`)
  table(cellsOf(fast), ['cell', 'truth', ...conclusions, 'p < 0.05', ...misses], (cell) =>
    lineOf(cell, studies),
  )
}
process.stdout.write(`\n${((performance.now() - began) / 1000).toFixed(0)} s\n`)

function table<T extends { readonly name: string }>(
  cells: readonly T[],
  head: readonly string[],
  line: (cell: T) => string,
): void {
  process.stdout.write(`| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|\n`)
  for (const cell of cells.filter(({ name }) => pattern.test(name))) {
    process.stdout.write(`| ${line(cell)} |\n`)
  }
}
