/**
 * Time of all statistics of a study: 4 × 4 grid, three order seeds on its diagonal, 1,000 samples,
 * 2,000 bootstraps, all permutations. Goal: at most 10 s on one core.
 * Run: npm run bench:statistics
 */
import { compareNetworks } from '../src/comparison/compare.js'
import { simulatedStudy } from '../src/testing/simulatedStudy.js'

const repeats = 5
const effects = { low: 1, high: 0.3, sample: 0.5, interaction: 0.6, order: 0.3 }
const study = simulatedStudy(effects, { lows: 4, highs: 4, samples: 1000, orderRepeats: 2 }, 0)
const seconds = Array.from({ length: repeats }, () => {
  const start = performance.now()
  const { verdict } = compareNetworks(study, { bootstrap: 2000, permutations: 'all' })
  if (verdict.verdict !== 'reproduced') throw new Error(`wrong verdict: ${verdict.sentence}`)
  return (performance.now() - start) / 1000
}).sort((a, b) => a - b)

const format = (value: number) => `${value.toFixed(2)} s`
process.stdout.write(
  `statistics, 24 networks, 1,000 samples, 2,000 bootstraps: median ${format(seconds[2])}, ` +
    `range ${format(seconds[0])} to ${format(seconds[repeats - 1])} of ${repeats} runs\n`,
)
