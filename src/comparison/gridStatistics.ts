/** Every statistic of one grid of seeds: contrasts with their tests, shares of variance with their intervals. */
import { contentId } from '../core/hash.js'
import { type Generator as Draws, stream } from '../core/random.js'
import { scalarProduct, variance } from '../metrics/descriptive.js'
import {
  highContrast,
  lowContrast,
  lowMeans,
  meanOverDifferentLows,
  pairsWithDifferentLows,
} from './contrasts.js'
import {
  cellsWhere,
  completeCells,
  type Grid,
  type GridCells,
  isCrossed,
  transposed,
} from './grid.js'
import { endingAt, jackknifeInterval, type LineSeeds, leaveOut } from './jackknife.js'
import { meanKappaVariance, type SetPair } from './kappaVariance.js'
import { type GridMeanSquares, gridMeanSquares } from './meanSquares.js'
import { type PairOverlap, usableRanks } from './pairs.js'
import { type PermutationTest, permutationTest } from './permutation.js'
import { type ShareIntervals, shareIntervals } from './shareIntervals.js'
import {
  cellMeans,
  type GridScores,
  meanScores,
  type ShareName,
  sampleTerms,
  varianceShares,
} from './shares.js'
import { betweenCells, tabulated } from './similarity.js'
import type { ComparisonOptions, Estimate, GridName, StudyScores } from './types.js'

/** A contrast of the sets of one kind of seed, and its permutation test. */
export interface TestedContrast {
  readonly estimate: number | undefined
  readonly test: PermutationTest | undefined
}

/** Shares of the variance of the scores with their intervals over seeds. */
interface ShareEstimates extends ShareIntervals {
  readonly sample: Estimate
  readonly residual: Estimate
  /** Undefined without order repeats. */
  readonly order: Estimate | undefined
}

/**
 * Mean share of the confusing samples of two networks with different high layers that both have: 2 |A ∩ B| / (|A| + |B|), Dice's
 * coefficient. (By the smaller set, one of two samples in one of twenty would have all of them in common.)
 */
interface CommonShares {
  /** With the same low layers. */
  readonly same: number
  /** With different ones. */
  readonly different: number
  /** Expected of independent sets of these sizes: 2 |A| |B| / (|A| + |B|) over the number of samples. */
  readonly chance: number
}

/** All statistics of one grid; undefined where the design does not allow one. */
export interface GridStatistics {
  readonly grid: Grid
  /** The part of the grid without gaps, which the shares need. */
  readonly complete: GridCells
  /** Tests that a share is 0, by relabelling networks; that of the high one is computed when asked, as it decides nothing. */
  readonly tests: {
    readonly low: PermutationTest | undefined
    readonly high: () => PermutationTest | undefined
  }
  readonly shares: ShareEstimates | undefined
  /** The same under tie-break high; undefined where a network has no such scores. */
  readonly otherEnd: ShareIntervals | undefined
  /** What {@link shares} and {@link otherEnd} are computed from. */
  readonly squares: { readonly own?: GridMeanSquares; readonly other?: GridMeanSquares }
  /** T_low and T_high of the Jaccard of confusing sets. */
  readonly sets: { readonly low: TestedContrast; readonly high: TestedContrast }
  /** Cells that have a network without confusing samples, which {@link sets}, {@link common} and {@link kappaDifferentLow} go without. */
  readonly cellsWithoutSets: number
  /** Share of confusing samples that two networks with different high layers have in common; computed when asked. */
  readonly common: () => CommonShares | undefined
  /** Mean κ_J of pairs whose low seeds differ; computed when asked, since it takes all pairs of networks. */
  readonly kappaDifferentLow: () => Estimate | undefined
}

/** What the statistics of a grid start from: figures of networks by their position in the study. */
interface NetworkFigures {
  /** Standardised ranks; undefined where a network has no usable scores, which is then in no grid. */
  readonly ranks: readonly (Float64Array | undefined)[]
  /** Of the confusing sets. */
  readonly overlap: PairOverlap
}

/** T_low and T_high of the confusing sets of a grid, with their tests: what of {@link GridStatistics} the sets decide. */
export function setContrasts(
  grid: Grid,
  study: StudyScores,
  overlap: PairOverlap,
  options: ComparisonOptions,
): GridStatistics['sets'] {
  const generator = generatorsOf(grid, options)
  const withSets = cellsWithSets(grid, study)
  const jaccard = betweenCells(grid.networksOf, (a, b) => overlap(a, b).jaccard ?? 0)
  const test = (tested: GridCells, role: string) =>
    permutationTest(tested, jaccard, options.permutations, generator(role))
  return {
    low: { estimate: lowContrast(withSets, jaccard), test: test(withSets, 'permute low sets') },
    high: {
      estimate: highContrast(withSets, jaccard),
      test: test(transposed(withSets), 'permute high sets'),
    },
  }
}

/** A stream of random numbers for each use, the same for the same grid and seed. */
function generatorsOf(
  { architecture, regime, cut }: GridName,
  { seed }: Pick<ComparisonOptions, 'seed'>,
) {
  const key = contentId([architecture, regime, cut ?? null])
  return (role: string) => stream(seed, 'comparison', role, key).at()
}

/** Draws of the intervals of the shares of a grid. */
export function shareDraws(grid: GridName, options: Pick<ComparisonOptions, 'seed'>): Draws {
  return generatorsOf(grid, options)('share intervals')
}

function countCells({ at }: GridCells): number {
  return at.flat().filter((cell) => cell !== undefined).length
}

/** The cells all of whose networks have a confusing set. */
function cellsWithSets({ cells, networksOf }: Grid, { networks }: StudyScores): GridCells {
  return cellsWhere(cells, (cell) =>
    networksOf[cell].every((position) => networks[position].set.length > 0),
  )
}

/** Computes {@link GridStatistics}; all networks of the grid have usable scores. */
export function gridStatistics(
  grid: Grid,
  study: StudyScores,
  figures: NetworkFigures,
  options: ComparisonOptions,
): GridStatistics {
  const generator = generatorsOf(grid, options)
  const { cells } = grid
  const ranks = (position: number) => figures.ranks[position] as Float64Array
  // The mean over the pairs of two cells of scalar products is that of the cells' means.
  const cellRanks = grid.networksOf.map((networks) => meanScores(networks.map(ranks)))
  const spearman = tabulated(cellRanks.length, (a, b) => scalarProduct(cellRanks[a], cellRanks[b]))
  const test = (tested: GridCells, role: string) =>
    permutationTest(tested, spearman, options.permutations, generator(role))
  const complete = completeCells(cells)
  const withSets = cellsWithSets(grid, study)
  const draws = { draws: options.bootstrap, level: 1 - options.alpha }
  const scoresIn = (part: GridCells) => scoresOf(grid, part, ranks)
  const seeds = seedsOfLines(grid, complete, study)
  const squaresOf = (of: GridScores) => gridMeanSquares(cellMeans(of), seeds)
  const intervals = (of: GridMeanSquares) =>
    shareIntervals([[of]], draws, shareDraws(grid, options))
  const crossed = isCrossed(complete)
  const otherScores = crossed ? scoresUnderOther(grid, complete, study) : undefined
  const squares = {
    own: crossed ? squaresOf(scoresIn(complete)) : undefined,
    other: otherScores && squaresOf(otherScores),
  }
  return {
    grid,
    complete,
    tests: {
      low: test(cells, 'permute low'),
      high: () => test(transposed(cells), 'permute high'),
    },
    shares:
      squares.own && shareEstimates(complete, scoresIn, seeds, intervals(squares.own), draws.level),
    otherEnd: squares.other && intervals(squares.other),
    squares,
    sets: setContrasts(grid, study, figures.overlap, options),
    cellsWithoutSets: countCells(cells) - countCells(withSets),
    common: () => commonShares(grid, withSets, study, figures),
    kappaDifferentLow: () => kappaOverSeedsAndSamples(grid, withSets, study, figures, draws.level),
  }
}

function scoresOf(
  { networksOf, orderRepeats }: Grid,
  { lows, highs, at }: GridCells,
  ranks: (position: number) => Float64Array,
): GridScores {
  return {
    lows,
    highs,
    networks: at.map((row) => row.map((cell) => networksOf[cell as number].map(ranks))),
    repeats: orderRepeats
      .filter(({ low, high }) => lows.includes(low) && highs.includes(high))
      .map(({ low, high, networks }) => ({ low, high, scores: networks.map(ranks) })),
  }
}

/** The seeds of the lines of some cells of a grid; each line of the grid has a network. */
function seedsOfLines(
  { cells, networksOf }: Grid,
  { lows, highs }: Pick<GridCells, 'lows' | 'highs'>,
  { networks }: StudyScores,
): LineSeeds {
  const seedsIn = (line: readonly (number | undefined)[]) =>
    networks[networksOf[line.find((cell) => cell !== undefined) as number][0]].seeds
  const columns = transposed(cells).at
  return {
    low: lows.map((low) => seedsIn(cells.at[cells.lows.indexOf(low)]).low),
    high: highs.map((high) => seedsIn(columns[cells.highs.indexOf(high)]).high),
  }
}

/** {@link ShareEstimates}: those without intervals get them by leaving out seeds, to which comes what another panel would change. */
function shareEstimates(
  complete: GridCells,
  scoresIn: (cells: GridCells) => GridScores,
  seeds: LineSeeds,
  intervals: ShareIntervals,
  level: number,
): ShareEstimates | undefined {
  const terms = sampleTerms(scoresIn(complete))
  if (terms === undefined) return undefined
  const shares = leaveOut(complete, (cells) => varianceShares(scoresIn(cells)), seeds)
  const overSeedsAndSamples = (name: ShareName): Estimate | undefined => {
    const values = terms[name]
    const overSamples = values && (variance(values) as number) / values.length
    const found = jackknifeInterval(
      {
        estimate: shares.estimate?.[name],
        lows: shares.lows.map((without) => without?.[name]),
        highs: shares.highs.map((without) => without?.[name]),
      },
      level,
      overSamples,
    )
    // No share lies beyond ±1, however wide the interval.
    return endingAt(-1, found)
  }
  return {
    ...intervals,
    sample: overSeedsAndSamples('sample') as Estimate,
    residual: overSeedsAndSamples('residual') as Estimate,
    order: overSeedsAndSamples('order'),
  }
}

/** Undefined where a network has no scores under the other tie-break. */
function scoresUnderOther(
  grid: Grid,
  complete: GridCells,
  { networks, samples }: StudyScores,
): GridScores | undefined {
  const positions = complete.at.flat().flatMap((cell) => grid.networksOf[cell as number])
  const ranks = new Map<number, Float64Array>()
  for (const position of positions) {
    const { otherScore } = networks[position]
    const own = otherScore && usableRanks(otherScore, samples.length)
    if (own === undefined) return undefined
    ranks.set(position, own)
  }
  const withoutRepeats = { ...grid, orderRepeats: [] }
  return scoresOf(withoutRepeats, complete, (position) => ranks.get(position) as Float64Array)
}

function commonShares(
  { networksOf }: Grid,
  withSets: GridCells,
  { networks, samples }: StudyScores,
  { overlap }: NetworkFigures,
): CommonShares | undefined {
  const sizeOf = (position: number) => networks[position].set.length
  const share = (shared: number, a: number, b: number) => (2 * shared) / (sizeOf(a) + sizeOf(b))
  const common = (a: number, b: number) => share(overlap(a, b).shared, a, b)
  const byChance = (a: number, b: number) => share((sizeOf(a) * sizeOf(b)) / samples.length, a, b)
  const found = lowMeans(withSets, betweenCells(networksOf, common))
  const expected = lowMeans(withSets, betweenCells(networksOf, byChance))
  return found && expected && { ...found, chance: expected.different }
}

/** Contrasts cancel what the choice of samples does to all pairs alike; a mean of κ_J does not. */
function kappaOverSeedsAndSamples(
  grid: Grid,
  withSets: GridCells,
  study: StudyScores,
  { overlap }: NetworkFigures,
  level: number,
): Estimate | undefined {
  const { networksOf } = grid
  const { networks, samples } = study
  const sets = new Map(
    networksOf.flat().map((position) => [position, new Set(networks[position].set)]),
  )
  function* pairs(): Generator<SetPair> {
    for (const [a, b] of pairsWithDifferentLows(withSets)) {
      for (const first of networksOf[a]) {
        for (const second of networksOf[b]) {
          const expected = overlap(first, second).expectedJaccard
          yield { a: sets.get(first)!, b: sets.get(second)!, expected }
        }
      }
    }
  }
  const similarity = betweenCells(networksOf, (a, b) => overlap(a, b).kappa ?? 0)
  const found = jackknifeInterval(
    leaveOut(
      withSets,
      (part) => meanOverDifferentLows(part, similarity),
      seedsOfLines(grid, withSets, study),
    ),
    level,
    meanKappaVariance(pairs(), samples),
  )
  return endingAt(-1, found)
}
