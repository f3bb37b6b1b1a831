/**
 * Time of all statistics of a study: 4 × 4 grid, three order seeds on its diagonal, 1,000 samples,
 * 2,000 draws, all permutations. Goal: at most 10 s on one core.
 * Run: npm run bench:statistics
 */
import { compareNetworks } from '../src/comparison/compare.js'
import { simulateScores } from '../src/comparison/simulate.js'
import { stream } from '../src/core/random.js'

const repeats = 5
const study = simulateScores(
  {
    lows: 4,
    highs: 4,
    orders: 1,
    repeats: 2,
    samples: 1000,
    shares: { low: 0.56, high: 0.05, sample: 0.14, order: 0.05 },
  },
  stream(0, 'bench statistics').at(),
)
const seconds = Array.from({ length: repeats }, () => {
  const start = performance.now()
  const { verdict } = compareNetworks(study, { bootstrap: 2000, permutations: 'all' })
  if (verdict.verdict !== 'decides') throw new Error(`wrong verdict: ${verdict.sentence}`)
  return (performance.now() - start) / 1000
}).sort((a, b) => a - b)

const format = (value: number) => `${value.toFixed(2)} s`
process.stdout.write(
  `statistics, 24 networks, 1,000 samples, 2,000 draws: median ${format(seconds[2])}, ` +
    `range ${format(seconds[0])} to ${format(seconds[repeats - 1])} of ${repeats} runs\n`,
)
