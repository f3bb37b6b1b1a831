/** Intervals over seeds against leaving out each seed of a simulated study and comparing it anew. */
import { expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { compareNetworks } from './compare.js'
import { simulateScores } from './simulate.js'
import type { StudyScores } from './types.js'

/** t of 95% with 3 degrees of freedom (scipy.stats.t.ppf(0.975, 3)). */
const T3 = 3.182446305284263

const SAMPLES = 40
const study = simulateScores(
  {
    lows: 4,
    highs: 4,
    orders: 1,
    repeats: 2,
    samples: SAMPLES,
    shares: { low: 0.3, high: 0.1, sample: 0.2, order: 0.2 },
  },
  stream(3, 'seed intervals').at(),
)

/** The shares of a study, made anew from the networks that it has. */
function sharesOf(part: StudyScores): Map<string | undefined, number> {
  const { effects } = compareNetworks(part, { bootstrap: 1, permutations: 1 })
  return new Map(effects.map((row) => [row.effect, row.estimate as number]))
}

function without(side: 'low' | 'high', seed: number): StudyScores {
  return { ...study, networks: study.networks.filter((one) => one.seeds[side] !== seed) }
}

/** Ranks by counting, centred and of length √samples, so that mean products are rank correlations. */
function ranksOf(score: Float64Array): number[] {
  const centred = Array.from(score, (value) => {
    const below = score.filter((other) => other < value).length
    const equal = score.filter((other) => other === value).length
    return below + (equal + 1) / 2 - (score.length + 1) / 2
  })
  const square = centred.reduce((sum, rank) => sum + rank ** 2, 0) / score.length
  return centred.map((rank) => rank / Math.sqrt(square))
}

const ranks = study.networks.map(({ score }) => ranksOf(score))

/** Means over pairs of networks by what they share, of the product of their ranks of one sample. */
function termsOf(x: number): Record<string, number> {
  const classes: Record<string, number[]> = { low: [], high: [], neither: [] }
  const within: number[] = []
  const { networks } = study
  networks.forEach(({ seeds: a }, i) => {
    networks.slice(0, i).forEach(({ seeds: b }, j) => {
      const product = ranks[i][x] * ranks[j][x]
      if (a.low === b.low && a.high === b.high) within.push((ranks[i][x] - ranks[j][x]) ** 2 / 2)
      else if (a.order === 0 && b.order === 0) {
        classes[a.low === b.low ? 'low' : a.high === b.high ? 'high' : 'neither'].push(product)
      }
    })
  })
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const grid = networks.flatMap(({ seeds }, i) => (seeds.order === 0 ? [ranks[i][x] ** 2] : []))
  const sample = mean(classes.neither)
  const [low, high] = [mean(classes.low) - sample, mean(classes.high) - sample]
  const order = mean(within)
  return { low, high, sample, order, residual: mean(grid) - sample - low - high - order }
}

const terms = Array.from({ length: SAMPLES }, (_, x) => termsOf(x))

it.each(['low', 'high', 'sample', 'order', 'residual'])(
  'the share of %s is a difference of mean rank correlations over pairs of networks',
  (name) => {
    const expected = terms.reduce((sum, term) => sum + term[name], 0) / SAMPLES
    expect(sharesOf(study).get(name)).toBeCloseTo(expected, 10)
  },
)

it.each(['sample', 'order', 'residual'])(
  'the interval of the share of %s is that of studies without one seed each, and of the panel',
  (name) => {
    const jackknife = (side: 'low' | 'high') => {
      const found = [0, 1, 2, 3].map((seed) => sharesOf(without(side, seed)).get(name) as number)
      const centre = found.reduce((sum, value) => sum + value, 0) / 4
      return 0.75 * found.reduce((sum, value) => sum + (value - centre) ** 2, 0)
    }
    const centre = terms.reduce((sum, term) => sum + term[name], 0) / SAMPLES
    const squares = terms.reduce((sum, term) => sum + (term[name] - centre) ** 2, 0)
    const panel = squares / (SAMPLES - 1) / SAMPLES
    const reach = T3 * Math.sqrt(jackknife('low') + jackknife('high') + panel)
    const row = compareNetworks(study, { bootstrap: 1 }).effects.find((one) => one.effect === name)!
    expect(row.ci_low).toBeCloseTo(row.estimate! - reach, 8)
    expect(row.ci_high).toBeCloseTo(row.estimate! + reach, 8)
  },
)
