/**
 * How often the intervals over seeds of means over pairs of networks (`pair_classes.csv`, and the contrasts of pairs of similar
 * accuracy in `subgroups.csv`) cover the truth: studies are simulated (src/comparison/simulate.ts), and the rows are those of real ones.
 * Run: npm run bench:pairs -- [--studies N] [--only PATTERN] [--each] [--panels]
 *
 * One line a cell, of the means of classes and of the contrasts, with all pairs and with those of similar accuracy: the percent of 95%
 * intervals that miss the truth, which is the mean of the estimates, on average; those above and below it of the figure that does worst;
 * and how wide intervals are beside 2 · 1.96 standard deviations of the estimate. `!`: more than 5% are missed, by more than two standard
 * errors. With `--each` every figure has a line. The studies of a cell have one panel of samples, as the intervals are over seeds; with
 * `--panels` each has another.
 */
import { overlapRows } from '../src/comparison/pairs.js'
import { type SimulatedDesign, simulateScores } from '../src/comparison/simulate.js'
import type { NetworkScores } from '../src/comparison/types.js'
import { groupBy } from '../src/core/groupBy.js'
import { type Generator, stream } from '../src/core/random.js'
import { mean, variance } from '../src/metrics/descriptive.js'
import { pairAgreement, type SalientSets, salientSets } from '../src/metrics/transferability.js'
import { PairClasses } from '../src/study/pairClasses.js'
import type { OverlapRow } from '../src/tables/tables.js'

const LEVEL = 0.95
const otherPanels = process.argv.includes('--panels')
const PLAYERS = 5
const COALITIONS = 2 ** PLAYERS
/** Samples whose interactions are simulated, and what is salient of these: a fifth of normal values. */
const INTERACTIONS = { samples: 20, tau: 1.28 } as const
/** Within this, half of the pairs are of similar accuracy. */
const ACCURACY_TOLERANCE = 0.0095

const shares = (low: number, high = 0.05, sample = 0.3) => ({ low, high, sample, order: 0.1 })
const usual = { orders: 1, repeats: 1, samples: 200, shares: shares(0.1) }

const cells: Readonly<Record<string, SimulatedDesign>> = Object.fromEntries(
  [3, 4, 6].flatMap((side) => {
    const cell = (said: string, change: Partial<SimulatedDesign>) => [
      `${side}x${side}, ${said}`,
      { ...usual, lows: side, highs: side, ...change },
    ]
    return [
      cell('low 0', { shares: shares(0) }),
      cell('low 0.1', {}),
      cell('low 0.4', { shares: shares(0.4) }),
      cell('low 0, 1 direction', { shares: shares(0), directions: 1 }),
      cell('low 0.3, 1 direction', { shares: shares(0.3), directions: 1 }),
      cell('low 0.3, 3 directions', { shares: shares(0.3), directions: 3 }),
      cell('low 0.1, correlated samples', { correlation: 0.7 }),
      cell('low 0.1, 20 samples', { samples: 20 }),
    ]
  }),
)

interface Row {
  readonly statistic: string
  readonly accuracy: string
  /** The class of a mean; none of a contrast. */
  readonly relation: string | undefined
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** The rows of one simulated study, whose scores and interactions are independent of each other. */
function study(cell: string, index: number): Row[] {
  const design = cells[cell]
  const random = (use: string) => stream(index, 'bench pairs', cell, use).at()
  const panel = (use: string) =>
    stream(otherPanels ? index : 0, 'bench pairs panel', cell, use).at()
  const scores = simulateScores(design, random('scores'), panel('scores'))
  const interactions = { ...design, samples: INTERACTIONS.samples * COALITIONS }
  const salient = simulatedSets(
    simulateScores(interactions, random('interactions'), panel('interactions')).networks,
  )
  const networks = withAccuracies(scores.networks, random('accuracies'))
  const classes = new PairClasses(networks, LEVEL)
  const options = { accuracyTolerance: ACCURACY_TOLERANCE }
  for (const pair of overlapRows({ ...scores, networks }, options)) {
    const { signed, unsigned, iou } = pairAgreement(
      salient.get(pair.network_a)!,
      salient.get(pair.network_b)!,
    )
    classes.add({
      network_a: pair.network_a,
      network_b: pair.network_b,
      relation: pair.relation,
      similar_accuracy: pair.similar_accuracy,
      jaccard: pair.jaccard,
      kappa: pair.kappa,
      spearman: pair.spearman,
      transfer: signed.share,
      transfer_unsigned: unsigned.share,
      iou,
    } as OverlapRow)
  }
  return [
    ...classes.rows.map(({ relation, accuracy, statistic, mean, ...ends }) => ({
      statistic,
      accuracy,
      relation,
      estimate: mean,
      low: ends.ci_low,
      high: ends.ci_high,
    })),
    ...classes.matchedRows.map(({ subgroup, effect, estimate, ci_low, ci_high }) => ({
      statistic: effect,
      accuracy: subgroup,
      relation: undefined,
      estimate,
      low: ci_low,
      high: ci_high,
    })),
  ].filter((row): row is Row => row.low !== undefined && row.estimate !== undefined)
}

/** Simulated scores read as the AND interactions of samples of {@link PLAYERS} players. */
function simulatedSets(networks: readonly NetworkScores[]): ReadonlyMap<string, SalientSets> {
  const or = new Float64Array(COALITIONS)
  return new Map(
    networks.map(({ network, score }) => {
      const ofSample = (x: number) => score.subarray(x * COALITIONS, (x + 1) * COALITIONS)
      const sets = Array.from({ length: INTERACTIONS.samples }, (_, sample) => {
        const interactions = { n: PLAYERS, and: ofSample(sample), or }
        return { sample, interactions, tau: INTERACTIONS.tau }
      })
      return [network, salientSets(sets)]
    }),
  )
}

/** Accuracies of which low seed, high seed and the network itself decide a third each. */
function withAccuracies(networks: readonly NetworkScores[], random: Generator): NetworkScores[] {
  const parts = new Map<string, number>()
  const part = (name: string) => {
    const value = parts.get(name) ?? 0.01 * Math.sqrt(1 / 3) * random.normal()
    parts.set(name, value)
    return value
  }
  return networks.map((network) => ({
    ...network,
    accuracy:
      0.9 +
      part(`low${network.seeds.low}`) +
      part(`high${network.seeds.high}`) +
      part(network.network),
  }))
}

/** How one class did over all studies of a cell. */
interface Coverage extends Pick<Row, 'statistic' | 'accuracy' | 'relation'> {
  readonly truth: number
  /** Shares of intervals above and below the truth. */
  readonly above: number
  readonly below: number
  readonly width: number
  readonly studies: number
}

function coverageOf(cell: string, studies: number): Coverage[] {
  const rows = Array.from({ length: studies }, (_, index) => study(cell, index)).flat()
  const classes = groupBy(rows, ({ statistic, accuracy, relation }) =>
    [statistic, accuracy, relation].join(),
  )
  return [...classes.values()].map((found) => {
    const [{ statistic, accuracy, relation }] = found
    const estimates = found.map(({ estimate }) => estimate)
    const truth = mean(estimates) as number
    const width = mean(found.map(({ low, high }) => high - low)) as number
    const rate = (of: (row: Row) => boolean) => found.filter(of).length / found.length
    return {
      ...{ statistic, accuracy, relation, truth, studies: found.length },
      above: rate(({ low }) => low > truth),
      below: rate(({ high }) => high < truth),
      width: width / (3.92 * Math.sqrt(variance(estimates) ?? 0)),
    }
  })
}

const percent = (share: number) => (100 * share).toFixed(1)
const missed = ({ above, below }: Coverage) => above + below
const isMean = ({ relation }: Coverage) => relation !== undefined

/** Percent of intervals above and below the truth. */
function rates({ above, below, studies }: Coverage): string {
  const isTooMany = above + below > 0.05 + 2 * Math.sqrt((0.05 * 0.95) / studies)
  return `${percent(above)}/${percent(below)}${isTooMany ? '!' : ''}`
}

function nameOf({ statistic, accuracy, relation }: Coverage): string {
  const similar = accuracy === 'similar' ? ['similar accuracy'] : []
  return [statistic, ...(relation === undefined ? [] : [relation]), ...similar].join(', ')
}

function lineOf(found: readonly Coverage[]): string {
  const [worst] = [...found].sort((a, b) => missed(b) - missed(a))
  const widths = found.map(({ width }) => width)
  return [
    percent(mean(found.map(missed)) as number),
    `${rates(worst)} (${nameOf(worst)})`,
    `${Math.min(...widths).toFixed(1)} to ${Math.max(...widths).toFixed(1)}`,
  ].join(' | ')
}

const options = process.argv.slice(2)
const optionOf = (name: string) => options[options.indexOf(name) + 1]
const studies = options.includes('--studies') ? Number(optionOf('--studies')) : 200
const pattern = options.includes('--only') ? new RegExp(optionOf('--only')) : /./
const eachAlone = options.includes('--each')
const figures = ['missed %', 'most above/below %', 'width']
const head = eachAlone
  ? ['cell', 'figure', 'truth', 'above/below %', 'width']
  : [
      'cell',
      ...figures.map((name) => `means: ${name}`),
      ...figures.map((name) => `contrasts: ${name}`),
    ]
process.stdout.write(`| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|\n`)
for (const cell of Object.keys(cells).filter((name) => pattern.test(name))) {
  const found = coverageOf(cell, studies)
  const lines = eachAlone
    ? found.map((one) =>
        [nameOf(one), one.truth.toFixed(3), rates(one), one.width.toFixed(1)].join(' | '),
      )
    : [[lineOf(found.filter(isMean)), lineOf(found.filter((one) => !isMean(one)))].join(' | ')]
  for (const line of lines) process.stdout.write(`| ${cell} | ${line} |\n`)
}
