/** What low layers decide across architectures, on simulated scores of which it is known. */
import { expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { compareNetworks } from './compare.js'
import { simulateScores } from './simulate.js'
import type { NetworkScores, StudyScores } from './types.js'

const names = ['lenet', 'wide', 'deep', 'residual']

/**
 * A low × high grid of one architecture and, for every low seed, one network of each of three others. What low seeds
 * decide reaches over all architectures (`low`), what networks of one architecture share is `architecture`.
 */
function study(low: number, architecture: number, seed = 1): StudyScores {
  const design = { lows: 4, highs: 4, orders: 1, samples: 300 }
  const shares = { low, high: architecture, sample: 0.3 }
  const found = simulateScores({ ...design, shares }, stream(seed, 'architectures').at())
  const across = found.networks.map((network, index): NetworkScores => {
    const high = network.seeds.high as number
    const cells = { ...network, network: `n${index}`, lowShapes: 'conv 5×5' }
    return { ...cells, architecture: names[high], seeds: { ...network.seeds, high: 0 } }
  })
  // Further high seeds of the first architecture, which stand in no grid across architectures.
  const others = simulateScores(
    { ...design, highs: 3, shares: { low: 0, high: 0, sample: 0.3 } },
    stream(seed, 'more high seeds').at(),
  ).networks.map((network, index): NetworkScores => {
    const high = (network.seeds.high as number) + 1
    const seeds = { ...network.seeds, high }
    return { ...network, network: `m${index}`, lowShapes: 'conv 5×5', architecture: 'lenet', seeds }
  })
  return { ...found, networks: [...across, ...others] }
}

const across = (scores: StudyScores) =>
  compareNetworks(scores, { bootstrap: 200, permutations: 500 }).verdict.acrossArchitectures

it('finds what low layers decide below any architecture, and what the architecture decides', () => {
  const [{ low, architecture, pValue, sentence, architectures }] = across(study(0.3, 0.2))
  expect(architectures).toEqual(names)
  expect(low?.estimate).toBeCloseTo(0.3, 1)
  expect(architecture?.estimate).toBeCloseTo(0.2, 1)
  expect(pValue).toBeLessThan(0.01)
  expect(sentence).toMatch(
    /^across architectures \(lenet, wide, deep, residual; init\), 4 low seeds/,
  )
})

it('finds nothing where low layers decide within one architecture alone', () => {
  const [{ low, pValue }] = across(study(0, 0.3))
  expect(Math.abs(low?.estimate ?? 1)).toBeLessThan(0.05)
  expect(pValue).toBeGreaterThan(0.05)
})

it('compares only architectures whose low layers have the same shapes, and needs two', () => {
  const scores = study(0.3, 0.2)
  const shapedLike = (others: readonly string[]) => ({
    ...scores,
    networks: scores.networks.map((network) =>
      others.includes(network.architecture) ? { ...network, lowShapes: 'other' } : network,
    ),
  })
  expect(across(shapedLike(['deep']))[0].architectures).toEqual(['lenet', 'wide', 'residual'])
  expect(across(shapedLike(['wide', 'deep'])).map((found) => found.architectures)).toEqual([
    ['lenet', 'residual'],
    ['wide', 'deep'],
  ])
  expect(across(shapedLike(['wide', 'deep', 'residual']))[0].architectures).toEqual(names.slice(1))
  const one = scores.networks.filter((network) => network.architecture === 'lenet')
  expect(across({ ...scores, networks: one })).toEqual([])
})

it('says which shares are missing where a network of an architecture is', () => {
  const scores = study(0.3, 0.2)
  const networks = scores.networks.filter(
    ({ architecture, seeds }) => architecture === 'lenet' || seeds.low === 0,
  )
  const [{ low, sentence }] = across({ ...scores, networks })
  expect(low).toBeUndefined()
  expect(sentence).toContain('no shares, some of the 4 × 4 networks are missing')
})
