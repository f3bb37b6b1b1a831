/** Studies whose truth is known: scores with chosen shares of variance, no training and no interactions. */
import { confusingSet } from '../confusing/sets.js'
import type { Generator } from '../core/random.js'
import type { NetworkScores, StudyScores } from './types.js'

/** Shares of the variance of a score, which add up to at most 1; the rest is the low × high interaction. */
export interface SimulatedShares {
  /** Of (low seed, sample). */
  readonly low: number
  /** Of (high seed, sample). */
  readonly high: number
  /** Of the sample alone: intrinsic difficulty. */
  readonly sample: number
  /** Of every single network; what differs between networks of different order seeds alone. Default 0. */
  readonly order?: number
}

/** What is simulated. */
export interface SimulatedDesign {
  readonly lows: number
  readonly highs: number
  /** Order seeds, each with all of low × high. */
  readonly orders: number
  readonly samples: number
  readonly shares: SimulatedShares
  /** Further order seeds for each cell of the diagonal, of the first donor. Default 0. */
  readonly repeats?: number
  /** Networks a low seed whose trained low layers are taken, each a row of its own. Default 1. */
  readonly donors?: number
  /** Part of the low share that donors of one seed have in common, which the seed alone decides. Default 0. */
  readonly commonToDonors?: number
  /**
   * Directions in the space of samples, drawn once a study, that the effects of low and of high seeds lie
   * in; undefined: as many as there are samples, so that each sample has effects of its own.
   */
  readonly directions?: number
  /** Distribution of every part: normal (default), or Student's t with 3 degrees of freedom, scaled to variance 1. */
  readonly tails?: 'normal' | 't3'
  /** Correlation of neighbouring samples, in every part alike (a first-order autoregression). Default 0. */
  readonly correlation?: number
  /** Share of samples in each confusing set. Default 0.1. */
  readonly fraction?: number
}

/**
 * Scores y = √low·a_l(x) + √high·b_h(x) + √sample·s(x) + √rest·c_lh(x) + √order·e_lho(x) of independent parts of
 * variance 1 (our choice), so that seeds in common mean parts in common. With few `directions` k,
 * a_l(x) = Σ_k g_lk d_k(x)/√k. With several `donors` d, √low·a_l is √(low·c)·a_l + √(low·(1 − c))·b_ld, c = `commonToDonors`. Scores under tie-break high add noise of 5% of the deviation; phases and
 * reliability are as the verdict asks for, so that the shares decide. What studies of one panel have in common, s and d_k, is drawn from
 * `panel`. Throws RangeError when shares are negative or add up to more than 1.
 */
export function simulateScores(
  design: SimulatedDesign,
  generator: Generator,
  panel: Generator = generator,
): StudyScores {
  const { lows, highs, orders, samples, repeats = 0, fraction = 0.1 } = design
  const { donors = 1, commonToDonors = 0 } = design
  const { low, high, sample, order = 0 } = design.shares
  const rest = 1 - low - high - sample - order
  if ([low, high, sample, order, rest].some((share) => !(share > -1e-12))) {
    throw new RangeError(
      `shares must be at least 0 and add up to at most 1, not ${JSON.stringify(design.shares)}`,
    )
  }
  const part = (share: number) => scaled(drawPart(design, generator), share)
  const effects = (count: number, share: number) =>
    drawEffects(design, count, share, { generator, panel })
  const ofDonors = effects(lows * donors, low * (1 - commonToDonors))
  const ofSeeds = commonToDonors > 0 ? effects(lows, low * commonToDonors) : undefined
  const highParts = effects(highs, high)
  const common = scaled(drawPart(design, panel), sample)
  const ids = Array.from({ length: samples }, (_, index) => index)
  const networks: NetworkScores[] = []
  for (let row = 0; row < lows * donors; row++) {
    const [l, d] = [row % lows, Math.floor(row / lows)]
    const lowPart = ofDonors[row].map((value, x) => value + (ofSeeds?.[l][x] ?? 0))
    const donor = donors > 1 ? `donor${d}-low${l}` : undefined
    for (let h = 0; h < highs; h++) {
      const cell = part(rest)
      const seeds = orders + (l === h && d === 0 ? repeats : 0)
      for (let o = 0; o < seeds; o++) {
        const own = part(order)
        const score = common.map(
          (value, x) => value + lowPart[x] + highParts[h][x] + cell[x] + own[x],
        )
        networks.push({
          network: `${donor === undefined || d === 0 ? '' : `donor${d}-`}low${l}-high${h}-order${o}`,
          architecture: 'simulated',
          regime: donor === undefined ? 'init' : 'trained-frozen',
          donor,
          seeds: { low: l, high: h, order: o },
          step: 100,
          accuracy: 0.9,
          score,
          otherScore: score.map((value) => value + 0.05 * generator.normal()),
          set: confusingSet(score, ids, { rule: 'top', fraction }).members.map((one) => one.sample),
          overfitting: true,
          reliability: { salience: 0.9, 'tie-break': 0.9 },
        })
      }
    }
  }
  return { samples: ids, networks }
}

/** The parts of several seeds, each of variance `share`; shape [count][samples]. */
function drawEffects(
  design: SimulatedDesign,
  count: number,
  share: number,
  { generator, panel }: { readonly generator: Generator; readonly panel: Generator },
): Float64Array[] {
  const { directions, samples } = design
  if (directions === undefined) {
    return Array.from({ length: count }, () => scaled(drawPart(design, generator), share))
  }
  const axes = Array.from({ length: directions }, () => drawPart(design, panel))
  return Array.from({ length: count }, () => {
    const effect = new Float64Array(samples)
    for (const axis of axes) {
      const weight = Math.sqrt(share / directions) * generator.normal()
      for (let x = 0; x < samples; x++) effect[x] += weight * axis[x]
    }
    return effect
  })
}

/** One value of variance 1 a sample. */
function drawPart(
  { samples, tails, correlation = 0 }: SimulatedDesign,
  generator: Generator,
): Float64Array {
  const draw = () => (tails === 't3' ? heavyTailed(generator) : generator.normal())
  const values = new Float64Array(samples)
  const fresh = Math.sqrt(1 - correlation ** 2)
  for (let x = 0; x < samples; x++) {
    values[x] = x === 0 ? draw() : correlation * values[x - 1] + fresh * draw()
  }
  return values
}

/** Student's t with 3 degrees of freedom over its deviation √3. */
function heavyTailed(generator: Generator): number {
  const value = generator.normal()
  const squares = generator.normal() ** 2 + generator.normal() ** 2 + generator.normal() ** 2
  return value / Math.sqrt(squares)
}

function scaled(values: Float64Array, share: number): Float64Array {
  const scale = Math.sqrt(Math.max(0, share))
  return values.map((value) => scale * value)
}
