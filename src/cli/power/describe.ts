/** What `lowlayer power` prints. */

import {
  conclusions,
  type GridSizes,
  rightVerdicts,
  type VerdictOdds,
} from '../../comparison/power/verdictOdds.js'
import type { SimulatedShares } from '../../comparison/simulate.js'
import { asOptions } from '../../config/overrides.js'
import { alignedTable } from '../alignedTable.js'
import { formatSeconds } from '../progress/stages.js'

/** One design: what it costs, and the odds of its verdicts under each truth. */
export interface JudgedDesign {
  readonly design: GridSizes
  /** Networks to train, donors included; undefined where the study has no grid of its own. */
  readonly networks?: number
  readonly trainingSteps?: number
  readonly forwardPasses?: number
  /** On this machine; undefined where that was not measured. */
  readonly seconds?: number
  /** In the order of the truths. */
  readonly odds: readonly VerdictOdds[]
  /** Odds that the verdict is right, likewise. */
  readonly right: readonly number[]
}

export interface PowerReport {
  /** Where the shares come from, in words. */
  readonly source: string
  readonly truths: readonly SimulatedShares[]
  readonly margin: number
  readonly alpha: number
  readonly studies: number
  /** Odds of a right verdict that a design has to have under every truth. */
  readonly wanted: number
  readonly designs: readonly JudgedDesign[]
  /** The cheapest design that has them. */
  readonly cheapest: JudgedDesign | undefined
}

/** Heads of the columns of the verdicts, in the order of {@link conclusions}. */
const heads = ['decides', 'small', 'absent', 'open']

const percent = (share: number) => `${Math.round(100 * share)}`

/** A table of a line a design, then the cheapest one and the settings that give it. */
export function describePower(report: PowerReport, settings: readonly string[] = []): string {
  const { truths, designs, cheapest, margin, wanted, studies, source } = report
  const hasTime = designs.some(({ seconds }) => seconds !== undefined)
  const first = ['design', 'networks', 'samples', ...(hasTime ? ['time'] : [])]
  const rows = designs.map(({ design, networks, seconds, odds, right }) => [
    shapeOf(design) + (right.every((share) => share >= wanted) ? ' *' : ''),
    networks === undefined ? '-' : String(networks),
    String(design.samples),
    ...(hasTime ? [seconds === undefined ? '-' : formatSeconds(seconds)] : []),
    ...odds.flatMap((one) => conclusions.map((verdict) => percent(one[verdict]))),
  ])
  const truthLines = truths.map((truth, index) => {
    const right = rightVerdicts(truth, margin).map((verdict) => `"${verdict}"`)
    const said = right.length === 0 ? 'no verdict, it is the margin itself' : right.join(' or ')
    return `  ${letterOf(index)}: a low share of ${percentText(truth.low)}; right is ${said}`
  })
  const { donors = 1 } = designs[0]?.design ?? {}
  const donorLines =
    donors > 1
      ? [
          `Each low seed has ${donors} donors, as 4(${donors})×4: low layers of their own, taken to be no more alike than those of two seeds.`,
        ]
      : []
  const others = designs.some(
    ({ design: { lows, highs, orders }, networks = 0 }) => networks > lows * highs * orders,
  )
  const networkLines = others
    ? ['Networks are all that a design trains, order repeats, donors and references among them.']
    : []
  const columns = truths.flatMap((_, index) =>
    heads.map((head) => `${truths.length > 1 ? `${letterOf(index)}:` : ''}${head}`),
  )
  return [
    `Shares of the variance of the scores ${source}: ${othersOf(truths[0])}.`,
    `Verdicts of ${studies} simulated studies per design in percent, each rounded by itself, margin ${percentText(margin)}, where the truth is`,
    ...truthLines,
    ...donorLines,
    ...networkLines,
    ...alignedTable([[...first, ...columns], ...rows]),
    ...conclusionOf(cheapest, wanted, hasTime, settings),
    '',
  ].join('\n')
}

function conclusionOf(
  cheapest: JudgedDesign | undefined,
  wanted: number,
  hasTime: boolean,
  settings: readonly string[],
): string[] {
  if (cheapest === undefined) {
    return [
      `No design here is right in ${percentText(wanted)} of the studies: try larger ones (--grids 8x8,10x10), more samples`,
      '(--samples), or pool several studies (lowlayer pool). A share near the margin can hardly be told from it.',
    ]
  }
  const { design, networks, seconds } = cheapest
  const cost = [
    ...(networks === undefined ? [] : [`${networks} networks`]),
    ...(hasTime && seconds !== undefined ? [`at least ${formatSeconds(seconds)}`] : []),
  ].join(', ')
  const named = `* right in ${percentText(wanted)} or more; the cheapest is ${shapeOf(design)} with ${design.samples} samples${cost === '' ? '' : ` (${cost})`}`
  return settings.length === 0
    ? [named]
    : [`${named}; add to the command that runs the study:`, `  ${asOptions(settings)}`]
}

/** A, B, … of the assumed truths. */
function letterOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index)
}

/** `4×4`, `4×4×2` with order seeds, `4(2)×4` with two donors a low seed. */
export function shapeOf({
  lows,
  highs,
  orders,
  donors = 1,
}: Pick<GridSizes, 'lows' | 'highs' | 'orders' | 'donors'>): string {
  return `${lows}${donors > 1 ? `(${donors})` : ''}×${highs}${orders > 1 ? `×${orders}` : ''}`
}

function othersOf({ high, sample, order = 0 }: SimulatedShares): string {
  return `high ${percentText(high)}, sample ${percentText(sample)}, order ${percentText(order)}, low as below, the rest low × high`
}

function percentText(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`
}
