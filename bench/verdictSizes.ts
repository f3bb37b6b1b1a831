/**
 * The size of every decision, where it is largest: at truths that lie on the bounds of the verdict. The margin is set to the true
 * low share of the cell, and the high share is as large in most cells, so that a firm verdict is an error of the intervals or of the test.
 */
import type { SimulatedDesign } from '../src/comparison/simulate.js'
import type { Conclusion } from '../src/comparison/types.js'
import { ALPHA, type Cell, MARGIN, simulatedStudy } from './verdictStudies.js'

const firm = ['decides', 'real-but-small', 'absent'] as const satisfies readonly Conclusion[]

export const sizeColumns = ['cell', 'truth = margin', ...firm] as const

const usual = { orders: 1, repeats: 1, samples: 200 }
/** Ranks make 0.1 to 0.12 of it. */
const AT_MARGIN = 0.13
const shares = (low: number, high: number) => ({ low, high, sample: 0.3, order: 0.1 })

export function sizeCells(): Cell[] {
  return [3, 4, 6, 8].flatMap((side) => {
    const cell = (said: string, change: Partial<SimulatedDesign> = {}, missing?: number): Cell => {
      const equal = shares(AT_MARGIN, AT_MARGIN)
      const design = { ...usual, lows: side, highs: side, shares: equal, ...change }
      return { name: `${side}x${side}, ${said}`, design, missing }
    }
    return [
      cell('no effect', { shares: shares(0, 0.05) }),
      cell('low = high'),
      cell('low = high, 3 directions', { directions: 3 }),
      cell('low = high, 1 direction', { directions: 1 }),
      cell('low > high, 1 direction', { directions: 1, shares: shares(AT_MARGIN, 0.05) }),
      cell('low = high, 1 direction, 20 samples', { directions: 1, samples: 20 }),
      cell('low = high, 1 direction, networks missing', { directions: 1 }, 0.15),
      ...(side > 4
        ? []
        : [
            cell('low > high, 1 direction, 2 alike donors a low seed', {
              directions: 1,
              shares: shares(AT_MARGIN, 0.05),
              donors: 2,
              commonToDonors: 1,
            }),
          ]),
    ]
  })
}

/**
 * Percent of the studies of a cell that end with each firm verdict, all of which are wrong, at the margin that is the mean low share of
 * the studies (of donors, what that stands for); without an effect of low seeds at {@link MARGIN}, where *absent* is right and not told. `!`: above 5% by more
 * than two standard errors.
 */
export function sizeLine(cell: Cell, studies: number): string {
  const found = Array.from({ length: studies }, (_, index) => simulatedStudy(cell, index, false))
  const hasEffect = cell.design.shares.low > 0
  const estimates = found.flatMap(({ rows }) => rows.get('low')?.estimate ?? [])
  // Donors of one seed count as seeds in the estimate, which is too small by what they have in common.
  const { lows, donors = 1, commonToDonors = 0 } = cell.design
  const estimated = 1 - (commonToDonors * (donors - 1)) / (lows * donors - 1)
  const truth = estimates.reduce((sum, value) => sum + value, 0) / estimates.length / estimated
  const concluded = found.map((one) => one.concludedAt(hasEffect ? truth : MARGIN))
  const most = ALPHA + 2 * Math.sqrt((ALPHA * (1 - ALPHA)) / studies)
  const sizes = firm.map((verdict) => {
    if (verdict === 'absent' && !hasEffect) return '-'
    const share = concluded.filter((one) => one === verdict).length / studies
    return `${(100 * share).toFixed(1)}${share > most ? '!' : ''}`
  })
  return [cell.name, hasEffect ? truth.toFixed(3) : `0 (margin ${MARGIN})`, ...sizes].join(' | ')
}
