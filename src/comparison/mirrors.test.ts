/** Grids that share high layers, beside those that share low ones: compared, but without a verdict of their own. */
import { expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { compareNetworks } from './compare.js'
import { overlapRows } from './pairs.js'
import { simulateScores } from './simulate.js'
import { defaultComparisonOptions, type NetworkScores, type StudyScores } from './types.js'

const design = { lows: 4, highs: 4, orders: 1, samples: 200 }

/** A regime whose low layers decide half of the scores, and the mirror, whose high ones decide nothing. */
function study(): StudyScores {
  const of = (low: number, name: string, seed: number, tag: Partial<NetworkScores>) => {
    const shares = { low, high: 0, sample: 0.2 }
    const found = simulateScores({ ...design, shares }, stream(seed, 'mirrors').at())
    const networks = found.networks.map((network) => ({
      ...network,
      ...tag,
      network: `${name} ${network.network}`,
    }))
    return { ...found, networks }
  }
  const donor = (network: NetworkScores, side: 'low' | 'high') => `${network.seeds[side]}@9`
  const original = of(0.5, 'a', 1, { regime: 'trained-frozen' })
  const mirror = of(0, 'b', 2, { regime: 'trained-frozen-high', lent: 'high' })
  return {
    ...original,
    networks: [
      ...mirror.networks.map((network) => ({ ...network, donor: donor(network, 'high') })),
      ...original.networks.map((network) => ({ ...network, donor: donor(network, 'low') })),
    ],
  }
}

it('a mirror stands beside the regime that it mirrors, and gets no verdict of its own', () => {
  const { verdict } = compareNetworks(study(), { bootstrap: 100 })
  const overlaps = [...overlapRows(study(), defaultComparisonOptions)]
  expect(verdict.grid?.regime).toBe('trained-frozen')
  expect(verdict.others).toEqual([])
  const [{ low, high, sentence }] = verdict.mirrors
  expect(low).toMatchObject({ regime: 'trained-frozen', side: 'low' })
  expect(high).toMatchObject({ regime: 'trained-frozen-high', side: 'high' })
  expect(low?.share?.estimate).toBeGreaterThan(0.35)
  expect(low?.pValue).toBeLessThan(0.01)
  expect(Math.abs(high.share?.estimate ?? 1)).toBeLessThan(0.1)
  expect(high.pValue).toBeGreaterThan(0.01)
  expect(sentence).toMatch(
    /^mirror .*trained-frozen-high.*: same high layers that were trained .*T_high.*; same low layers that were trained .*T_low/,
  )
  // Its networks are crossed although every high seed has a donor of its own.
  const inMirror = overlaps.filter(
    (row) => row.network_a.startsWith('b') && row.network_b.startsWith('b'),
  )
  expect(new Set(inMirror.map(({ relation }) => relation))).toEqual(
    new Set(['same-low/diff-high', 'diff-low/same-high', 'both-diff']),
  )
})

it('high layers of two donors are not the same, whatever their seed', () => {
  const { samples, networks } = study()
  const heirs = networks.slice(0, 16).map((network, index) => ({
    ...network,
    network: `${index}`,
    seeds: { ...network.seeds, high: 7 },
  }))
  const overlaps = [...overlapRows({ samples, networks: heirs }, defaultComparisonOptions)]
  expect(new Set(overlaps.map(({ relation }) => relation))).toEqual(
    new Set(['same-low/diff-high', 'diff-low/same-high', 'both-diff']),
  )
})
