import type { NetworkScores, StudyScores } from '../comparison/types.js'
import { confusingSet } from '../confusing/sets.js'
import { type Generator, stream } from '../core/random.js'

/** Standard deviations of the parts of y = low + high + sample + interaction + order. */
export interface SimulatedEffects {
  /** Of (low seed, sample). */
  readonly low?: number
  /** Of (high seed, sample). */
  readonly high?: number
  /** Of the sample alone: intrinsic difficulty. */
  readonly sample?: number
  /** Of (low seed, high seed, sample). */
  readonly interaction?: number
  /** Of every single network: (low, high and order seed, sample). */
  readonly order?: number
}

export interface SimulatedDesign {
  readonly lows: number
  readonly highs: number
  readonly samples: number
  /** Further order seeds for each cell of the diagonal. */
  readonly orderRepeats?: number
  /** Share of samples in each confusing set. */
  readonly fraction?: number
}

/**
 * A study whose truth is known: scores are y = a sum of independent normal parts, one a
 * seed and sample, so that seeds in common mean parts in common. Scores under tie-break high add noise
 * of 5%. No training, no interactions: the statistics alone.
 */
export function simulatedStudy(
  effects: SimulatedEffects,
  { lows, highs, samples, orderRepeats = 0, fraction = 0.1 }: SimulatedDesign,
  seed: number,
): StudyScores {
  const ids = Array.from({ length: samples }, (_, index) => index)
  const part = (deviation: number | undefined, ...names: string[]) =>
    normals(samples, deviation ?? 0, stream(seed, 'simulated', ...names).at())
  const network = (low: number, high: number, order: number): NetworkScores => {
    const parts = [
      part(effects.low, 'low', String(low)),
      part(effects.high, 'high', String(high)),
      part(effects.sample, 'sample'),
      part(effects.interaction, 'interaction', `${low},${high}`),
      part(effects.order, 'order', `${low},${high},${order}`),
    ]
    const score = parts[0].map((_, x) => parts.reduce((sum, values) => sum + values[x], 0))
    const jitter = part(0.05, 'tie-break', `${low},${high},${order}`)
    return {
      network: `low${low}-high${high}-order${order}`,
      architecture: 'simulated',
      regime: 'init',
      seeds: { low, high, order },
      accuracy: 0.9,
      score,
      scoreHigh: score.map((value, x) => value + jitter[x]),
      set: confusingSet(score, ids, { rule: 'top', fraction }).members.map(({ sample }) => sample),
      overfitting: true,
      reliability: 0.8,
    }
  }
  const networks: NetworkScores[] = []
  for (let low = 0; low < lows; low++) {
    for (let high = 0; high < highs; high++) {
      const orders = low === high ? 1 + orderRepeats : 1
      for (let order = 0; order < orders; order++) networks.push(network(low, high, order))
    }
  }
  return { step: 100, samples: ids, networks }
}

function normals(count: number, deviation: number, generator: Generator): Float64Array {
  if (deviation === 0) return new Float64Array(count)
  return Float64Array.from({ length: count }, () => deviation * generator.normal())
}
