/**
 * Value tables of networks whose confusing samples are decided by known shares: `npm run study:plant` writes those of
 * `experiments/planted` anew, the same bytes each time.
 *
 * A network sees 8 players. Its output on a sample is v(S) = 3·[1 ∈ S] + s·[T ⊆ S] − s·[T′ ⊆ S], with two sets T and T′ of five
 * players: an interaction that all share, and two of order 5 that offset each other, of strength s = exp(z/2). z = √a·x + √b·l + √c·h + √d·e
 * with independent standard normal x of the sample, l of sample and low seed, h of sample and high seed, and e of sample and
 * network, a + b + c + d = 1: the scores grow with s, and b is the share of the low seed by construction. All have one curve, with an
 * overfitting phase from epoch 8 on.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { stream } from '../../src/core/random.js'
import { encodeNpy } from '../../src/formats/npy.js'
import { experiments } from './conditions.js'

const SAMPLES = 100
const PLAYERS = 8
const SEEDS = 5
/** Players 1 to 5 and 4 to 8, as bitmasks. */
const [T, other] = [0b00011111, 0b11111000]

/** Planted shares of the variance of z. */
const plans = {
  'known-share': { sample: 0.4, low: 0.3, high: 0.1, network: 0.2 },
  'known-none': { sample: 0.4, low: 0, high: 0.3, network: 0.3 },
} as const

for (const [name, share] of Object.entries(plans)) {
  const folder = join(experiments, 'planted', 'values', name)
  mkdirSync(folder, { recursive: true })
  const rows: object[] = []
  for (let low = 0; low < SEEDS; low++) {
    for (let high = 0; high < SEEDS; high++) {
      const drawn = [
        [share.sample, normals(name, 'sample')],
        [share.low, normals(name, 'low', low)],
        [share.high, normals(name, 'high', high)],
        [share.network, normals(name, 'network', low, high)],
      ] as const
      const tables = Array.from({ length: SAMPLES }, (_, sample) => {
        const z = drawn.reduce((sum, [part, of]) => sum + Math.sqrt(part) * of[sample], 0)
        return table(Math.exp(z / 2))
      })
      const file = `low${low}-high${high}.npy`
      writeFileSync(
        join(folder, file),
        encodeNpy(Float64Array.from(tables.flat()), [SAMPLES, 2 ** PLAYERS]),
      )
      rows.push({
        name: `low${low}-high${high}`,
        values: `${name}/${file}`,
        low,
        high,
        curve: 'curve.csv',
      })
    }
  }
  writeFileSync(
    join(experiments, 'planted', 'values', `${name}.csv`),
    stringify(rows, { header: true }),
  )
}

writeFileSync(
  join(experiments, 'planted', 'values', 'curve.csv'),
  stringify(curve(), { header: true }),
)

/** Training loss that falls, and test loss that falls until epoch 8 and rises from there. */
function curve(): object[] {
  return Array.from({ length: 24 }, (_, step) => {
    const train = 2 * 0.8 ** step
    const test = 2 * 0.8 ** Math.min(step, 8) + 0.05 * Math.max(step - 8, 0)
    return [
      { step, split: 'train', metric: 'loss', value: train },
      { step, split: 'train', metric: 'accuracy', value: 1 - train / 4 },
      { step, split: 'test', metric: 'loss', value: test },
      { step, split: 'test', metric: 'accuracy', value: 1 - test / 4 },
    ]
  }).flat()
}

/** v(S) for all S, by bitmask. */
function table(s: number): number[] {
  const holds = (set: number, mask: number) => ((mask & set) === set ? 1 : 0)
  return Array.from(
    { length: 2 ** PLAYERS },
    (_, mask) => 3 * holds(1, mask) + s * (holds(T, mask) - holds(other, mask)),
  )
}

/** A standard normal for each sample, of a stream of its own. */
function normals(...names: (string | number)[]): Float64Array {
  const draws = stream(0, 'planted', ...names.map(String)).at()
  return Float64Array.from({ length: SAMPLES }, () => draws.normal())
}
