import { expect, it } from 'vitest'
import { simulatedStudy } from '../testing/simulatedStudy.js'
import { compareNetworks } from './compare.js'
import type { StudyScores } from './types.js'

/** t of 95% with 15 degrees of freedom (scipy.stats.t.ppf(0.975, 15)). */
const T15 = 2.131449545559776

const shares = ['low', 'high', 'sample', 'order', 'residual'] as const
const effects = { low: 1, high: 0.5, sample: 0.7, interaction: 0.5, order: 0.6 }
const study = simulatedStudy(effects, { lows: 4, highs: 4, samples: 80, orderRepeats: 2 }, 3)

/** The shares of a study, made anew from the networks that it has. */
function sharesOf(part: StudyScores): Map<string, number> {
  const { effects } = compareNetworks(part, { bootstrap: 1 })
  return new Map(effects.map((row) => [row.effect, row.estimate as number]))
}

function without(side: 'low' | 'high', seed: number): StudyScores {
  return { ...study, networks: study.networks.filter((one) => one.seeds[side] !== seed) }
}

it.each(shares)(
  'the interval of the share of %s over seeds is that of studies without one seed each',
  (name) => {
    const jackknife = (side: 'low' | 'high') => {
      const found = [0, 1, 2, 3].map((seed) => sharesOf(without(side, seed)).get(name) as number)
      const centre = found.reduce((sum, value) => sum + value, 0) / 4
      return 0.75 * found.reduce((sum, value) => sum + (value - centre) ** 2, 0)
    }
    const reach = T15 * Math.sqrt(jackknife('low') + jackknife('high'))
    const row = compareNetworks(study, { bootstrap: 1 }).effects.find((one) => one.effect === name)!
    expect(row.seedCiLow).toBeCloseTo(row.estimate! - reach, 9)
    expect(row.seedCiHigh).toBeCloseTo(row.estimate! + reach, 9)
  },
)
