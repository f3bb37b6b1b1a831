import { contentId } from '../core/hash.js'
import { type Generator, stream } from '../core/random.js'
import {
  contrastDifference,
  highContrast,
  lowContrast,
  meanOverDifferentLows,
  type PairSimilarity,
  pairsWithDifferentLows,
} from './contrasts.js'
import { type Arm, completeGrid, type Grid, highOf, lowOf, transposed } from './grid.js'
import { jackknifeOverSeeds } from './jackknife.js'
import { meanKappaVariance, type SetPair } from './overlapBootstrap.js'
import { type PermutationTest, permutationTest } from './permutation.js'
import type { ComparisonOptions, Estimate, NetworkScores, StudyScores } from './types.js'
import {
  bootstrapShares,
  type ComponentName,
  rankNormalised,
  type VarianceComponents,
  varianceComponents,
  varianceShares,
} from './variance.js'

/** A contrast of one kind of seed: estimate, interval over seeds, permutation test. */
export interface TestedContrast {
  readonly estimate: Estimate | undefined
  readonly test: PermutationTest | undefined
}

/** All statistics of one arm; undefined where the design does not allow one. */
export interface ArmStatistics {
  readonly arm: Arm
  /** The part of the grid without holes, which variance shares need. */
  readonly complete: Grid
  readonly low: TestedContrast
  readonly high: TestedContrast
  /** T_low − T_high. */
  readonly difference: Estimate | undefined
  /** Mean κ_J of pairs whose low seeds differ. */
  readonly kappaDifferentLow: Estimate | undefined
  /** Shares with their intervals over samples. */
  readonly shares: Partial<Record<ComponentName, Estimate>> | undefined
  /** The same shares with their intervals over seeds. */
  readonly seedShares: Partial<Record<ComponentName, Estimate>>
  /** Shares of the scores under tie-break high. */
  readonly sharesHigh: VarianceComponents | undefined
}

/** J and κ_J of the networks at two positions. */
export interface PairFigures {
  readonly jaccard: PairSimilarity
  readonly kappa: PairSimilarity
}

/** Computes {@link ArmStatistics}; all networks of the arm have usable scores and a set within the panel. */
export function armStatistics(
  arm: Arm,
  study: StudyScores,
  figures: PairFigures,
  options: ComparisonOptions,
): ArmStatistics {
  const { networks } = study
  const level = 1 - options.alpha
  const key = contentId([arm.architecture, arm.regime, arm.cut ?? null])
  const generator = (role: string) => stream(options.seed, 'comparison', role, key).at()
  const { grid } = arm
  const complete = completeGrid(grid)
  const test = (tested: Grid, role: string) =>
    permutationTest(tested, figures.jaccard, options.permutations, generator(role))
  const interval = (statistic: (grid: Grid) => number | undefined) =>
    jackknifeOverSeeds(grid, statistic, level)
  return {
    arm,
    complete,
    low: {
      estimate: interval((part) => lowContrast(part, figures.jaccard)),
      test: test(grid, 'permute low'),
    },
    high: {
      estimate: interval((part) => highContrast(part, figures.jaccard)),
      test: test(transposed(grid), 'permute high'),
    },
    difference: interval((part) => contrastDifference(part, figures.jaccard)),
    kappaDifferentLow: kappaOverSeedsAndSamples(
      grid,
      study,
      figures.kappa,
      options,
      generator('bootstrap sets'),
    ),
    ...shareStatistics(arm, complete, networks, options, generator('bootstrap samples')),
  }
}

/** Contrasts cancel what the choice of samples does to all pairs alike; a mean of κ_J does not. */
function kappaOverSeedsAndSamples(
  grid: Grid,
  { networks, samples }: StudyScores,
  kappa: PairSimilarity,
  options: ComparisonOptions,
  generator: Generator,
): Estimate | undefined {
  const sets = networks.map((network) => new Set(network.set))
  const pairs = pairsWithDifferentLows(grid).map(([a, b]): SetPair => [sets[a], sets[b]])
  const overSamples = meanKappaVariance(pairs, samples, options.bootstrap, generator)
  const statistic = (part: Grid) => meanOverDifferentLows(part, kappa)
  return jackknifeOverSeeds(grid, statistic, 1 - options.alpha, overSamples)
}

function shareStatistics(
  arm: Arm,
  complete: Grid,
  networks: readonly NetworkScores[],
  options: ComparisonOptions,
  generator: Generator,
): Pick<ArmStatistics, 'shares' | 'seedShares' | 'sharesHigh'> {
  const level = 1 - options.alpha
  const ranks = new Map<number, Float64Array>()
  for (const position of arm.members) ranks.set(position, rankNormalised(networks[position].score))
  const scoresOf = (grid: Grid, table: ReadonlyMap<number, Float64Array>) =>
    grid.cells.map((row) => row.map((position) => table.get(position as number) as Float64Array))
  // Leaving a seed out leaves out its order repeats too.
  const repeatsWithin = ({ lows, highs }: Grid) =>
    arm.orderRepeats.flatMap((group) =>
      lows.includes(lowOf(networks[group[0]])) && highs.includes(highOf(networks[group[0]]))
        ? [group.map((position) => ranks.get(position) as Float64Array)]
        : [],
    )
  // Each part of the grid serves five shares.
  const known = new Map<string, VarianceComponents | undefined>()
  const sharesOf = (grid: Grid) => {
    const key = grid.cells.map((row) => row.join()).join(';')
    if (!known.has(key)) {
      const components = varianceComponents(scoresOf(grid, ranks), repeatsWithin(grid))
      known.set(key, components && varianceShares(components))
    }
    return known.get(key)
  }
  const seedShares: Partial<Record<ComponentName, Estimate>> = {}
  for (const name of ['low', 'high', 'sample', 'residual', 'order'] as const) {
    seedShares[name] = jackknifeOverSeeds(complete, (part) => sharesOf(part)?.[name], level)
  }
  return {
    shares: bootstrapShares(
      scoresOf(complete, ranks),
      repeatsWithin(complete),
      options.bootstrap,
      level,
      generator,
    ),
    seedShares,
    sharesHigh: sharesUnderOtherTieBreak(complete, networks),
  }
}

function sharesUnderOtherTieBreak(
  complete: Grid,
  networks: readonly NetworkScores[],
): VarianceComponents | undefined {
  const cells: Float64Array[][] = []
  for (const row of complete.cells) {
    const scores = row.flatMap((position) => {
      const { score, scoreHigh } = networks[position as number]
      const usable = scoreHigh?.length === score.length && scoreHigh.every(Number.isFinite)
      return usable ? [scoreHigh] : []
    })
    if (scores.length < row.length) return undefined
    cells.push(scores.map(rankNormalised))
  }
  const components = varianceComponents(cells)
  return components && varianceShares(components)
}
