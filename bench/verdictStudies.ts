/** Simulated studies of one truth, judged by the rule of real ones: what `npm run bench:verdict` counts. */
import { statusOf } from '../src/comparison/clauses/shares.js'
import { compareScores } from '../src/comparison/compare.js'
import type { EffectName } from '../src/comparison/effects.js'
import { withoutSets } from '../src/comparison/power/verdictOdds.js'
import { type SimulatedDesign, simulateScores } from '../src/comparison/simulate.js'
import type { Conclusion, StudyScores } from '../src/comparison/types.js'
import { conclude } from '../src/comparison/verdict.js'
import { stream } from '../src/core/random.js'
import type { EffectRow } from '../src/tables/tables.js'

export const ALPHA = 0.05
export const MARGIN = 0.1
export const KAPPA = 'κ_J'

export interface Cell {
  readonly name: string
  readonly design: SimulatedDesign
  /** Share of networks that are missing, at random. */
  readonly missing?: number
}

type Row = Pick<EffectRow, 'estimate' | 'ci_low' | 'ci_high' | 'p_value'>

export interface Found {
  readonly conclusion: Conclusion
  readonly rows: ReadonlyMap<EffectName | typeof KAPPA, Row>
  /** What the same intervals and test say of another margin. */
  readonly concludedAt: (margin: number) => Conclusion
}

/** One study of a cell; `withSets`: with the interval of κ_J, which takes all pairs of sets. */
export function simulatedStudy(cell: Cell, index: number, withSets: boolean): Found {
  const generator = stream(index, 'bench verdict', cell.name).at()
  const whole = simulateScores(cell.design, generator)
  const kept: StudyScores = {
    ...whole,
    networks: whole.networks.filter(() => generator.uniform() >= (cell.missing ?? 0)),
  }
  const judged = withSets ? kept : withoutSets(kept)
  const {
    effects,
    grids: [grid],
    conclusions,
  } = compareScores(judged, {
    alpha: ALPHA,
    margin: MARGIN,
    permutations: 199,
    bootstrap: 400,
    seed: index,
  })
  const rows = new Map<EffectName | typeof KAPPA, Row>(
    effects().map((row) => [row.effect as EffectName, row]),
  )
  const kappa = withSets ? grid.kappaDifferentLow() : undefined
  if (kappa !== undefined) {
    const { estimate, low, high } = kappa
    rows.set(KAPPA, { estimate, ci_low: low, ci_high: high, p_value: undefined })
  }
  const { shares, otherEnd, tests } = grid
  const isReal = (tests.low?.pValue ?? 1) < ALPHA
  return {
    conclusion: conclusions()[0].conclusion,
    rows,
    concludedAt: (margin) => {
      if (shares === undefined) return 'inconclusive'
      const low = { own: shares.low, other: otherEnd?.low }
      const difference = { own: shares.difference, other: otherEnd?.difference }
      return conclude([
        { id: 'i', status: 'holds' },
        { id: 'ii', status: isReal ? 'holds' : 'undecided' },
        { id: 'iii', status: statusOf(low, margin) },
        { id: 'iv', status: statusOf(difference, 0) },
        { id: 'v', status: 'holds' },
        { id: 'vi', status: 'not-tested' },
      ])
    },
  }
}
