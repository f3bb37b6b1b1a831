/** How often a design gives each verdict where the truth is known: by simulation, with the rule of real studies. */
import { stream } from '../../core/random.js'
import { compareScores } from '../compare.js'
import { type SimulatedShares, simulateScores } from '../simulate.js'
import type { ComparisonOptions, Conclusion, StudyScores } from '../types.js'

/** Sizes of a crossed grid and of its panel. */
export interface GridSizes {
  /** Low seeds. */
  readonly lows: number
  readonly highs: number
  /** Order seeds of every cell. */
  readonly orders: number
  /** Further order seeds of each cell of the diagonal. */
  readonly repeats: number
  /** Trained networks a low seed that lend their low layers, each a row of its own; by default 1, as where none lends. */
  readonly donors?: number
  readonly samples: number
}

/** Every verdict, in the order in which odds are shown. */
export const conclusions = [
  'decides',
  'real-but-small',
  'absent',
  'inconclusive',
] as const satisfies readonly Conclusion[]

/** Share of the simulated studies that end with each verdict. */
export type VerdictOdds = Readonly<Record<Conclusion, number>>

/** How studies are simulated and judged. */
export interface SimulationSettings {
  /** Studies a design. */
  readonly studies: number
  readonly seed: number
  /** As in the configuration of real studies. */
  readonly comparison: Pick<ComparisonOptions, 'alpha' | 'margin'>
}

/** Relabellings and draws at most of a simulated study: fewer than of a real one, as many studies average out. */
const RELABELLINGS = 199

/** Random relabellings whose smallest p, 1/(1 + draws), is a tenth of α or less, and no fewer than `usual`. */
export function relabellingsFor(alpha: number, usual: number): number {
  return Math.max(usual, Math.ceil(10 / alpha) - 1)
}

const DRAWS = 400

/**
 * Odds of each verdict for studies of a design whose scores have these shares of variance (Gaussian parts,
 * simulate.ts): phases and reliability are taken to be as the verdict asks for, so that design and shares alone
 * decide. The standard error of an odds p is √(p(1 − p)/studies). Equal settings give equal odds. Throws RangeError
 * on shares that are negative or add up to more than 1.
 */
export function verdictOdds(
  design: GridSizes,
  shares: SimulatedShares,
  settings: SimulationSettings,
): VerdictOdds {
  const counts = new Map<Conclusion, number>()
  for (const conclusion of simulatedVerdicts(design, shares, settings))
    counts.set(conclusion, (counts.get(conclusion) ?? 0) + 1)
  const odds = conclusions.map((one) => [one, (counts.get(one) ?? 0) / settings.studies])
  return Object.fromEntries(odds) as VerdictOdds
}

/** The verdict of each simulated study, {@link verdictOdds}, one after the other as they are asked for. */
export function* simulatedVerdicts(
  design: GridSizes,
  shares: SimulatedShares,
  { studies, seed, comparison }: SimulationSettings,
): Generator<Conclusion, void> {
  for (let study = 0; study < studies; study++) {
    const generator = stream(seed, 'power', String(study)).at()
    const scores = simulateScores({ ...design, shares }, generator)
    const [main] = compareScores(withoutSets(scores), {
      ...comparison,
      permutations: relabellingsFor(comparison.alpha, RELABELLINGS),
      bootstrap: DRAWS,
      seed: study,
    }).conclusions()
    yield main.conclusion
  }
}

/** Sets decide nothing, and their tests take most of the time. */
export function withoutSets(study: StudyScores): StudyScores {
  return { ...study, networks: study.networks.map((network) => ({ ...network, set: [] })) }
}

/**
 * The verdicts that are right where shares are these: `decides` where the low share is above the margin and the high
 * one's; `real-but-small` where it is above the margin only, or below it and not 0; `absent` where it is below the
 * margin, 0 included. None is at the margin itself, nor where low and high layers decide equally much above it.
 */
export function rightVerdicts(
  { low, high }: Pick<SimulatedShares, 'low' | 'high'>,
  margin: number,
): readonly Conclusion[] {
  if (low === margin) return []
  if (low > margin) return low > high ? ['decides'] : low < high ? ['real-but-small'] : []
  return low > 0 ? ['real-but-small', 'absent'] : ['absent']
}

/** Odds that the verdict is right. */
export function oddsOfRight(
  odds: VerdictOdds,
  shares: Pick<SimulatedShares, 'low' | 'high'>,
  margin: number,
): number {
  return rightVerdicts(shares, margin).reduce((sum, verdict) => sum + odds[verdict], 0)
}
