/** Intervals by leaving out seeds where low seeds have several donors, against studies without the networks of a seed. */
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { compareScores } from './compare.js'
import { simulateScores } from './simulate.js'
import { studentTQuantile } from './studentT.js'
import type { NetworkScores, StudyScores } from './types.js'

const options = { permutations: 1, bootstrap: 50 }
const shares = { low: 0.15, high: 0.1, sample: 0.4 }

function simulated(lows: number): StudyScores {
  const design = { lows, highs: 4, orders: 1, samples: 40, donors: 2, shares }
  return simulateScores(design, stream(3, 'donors').at())
}

const sampleShare = (study: StudyScores) => compareScores(study, options).grids[0].shares?.sample

/** The part of the jackknife's variance that leaving out one kind of seed adds. */
function varianceWithout(study: StudyScores, seedOf: (network: NetworkScores) => unknown): number {
  const seeds = [...new Set(study.networks.map(seedOf))]
  const left = seeds.map((seed) => {
    const networks = study.networks.filter((network) => seedOf(network) !== seed)
    return sampleShare({ ...study, networks })?.estimate as number
  })
  const mean = left.reduce((sum, one) => sum + one, 0) / left.length
  const squares = left.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return ((left.length - 1) / left.length) * squares
}

describe('donors of a low seed', () => {
  it('are left out together: what is left of the variance is that of the samples alone', () => {
    const study = simulated(3)
    const ofSeeds = ({ seeds }: NetworkScores) => seeds.low
    const ofHighs = ({ seeds }: NetworkScores) => seeds.high
    const ofDonors = ({ donor }: NetworkScores) => donor
    // The same scores, each donor a seed of its own.
    const apart = {
      ...study,
      networks: study.networks.map((network) => ({
        ...network,
        seeds: { ...network.seeds, low: network.donor as string },
      })),
    }
    const furtherVariance = (of: StudyScores, degrees: number, seedOf: typeof ofSeeds) => {
      const { estimate, high } = sampleShare(of)!
      const variance = ((high! - estimate) / studentTQuantile(0.95, degrees)) ** 2
      return variance - varianceWithout(of, seedOf) - varianceWithout(of, ofHighs)
    }
    const together = furtherVariance(study, 2, ofSeeds)
    expect(together).toBeGreaterThan(0)
    expect(furtherVariance(apart, 3, ofDonors as typeof ofSeeds)).toBeCloseTo(together, 9)
  })

  it('make no interval of two seeds', () => {
    const [found] = compareScores(simulated(2), options).grids
    expect(found.grid.cells.lows).toHaveLength(4)
    expect(found.shares!.sample).toMatchObject({ low: undefined, high: undefined })
    expect(found.kappaDifferentLow()).toMatchObject({ low: undefined, high: undefined })
  })
})
