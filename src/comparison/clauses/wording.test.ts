/** Intervals in words: one that rules nothing out says so, wherever a verdict writes it. */
import { expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { compareNetworks } from '../compare.js'
import { simulateScores } from '../simulate.js'
import { differenceInPercent, inPercent, NOT_BOUNDED } from './wording.js'

it.each([
  ['share', { estimate: 0.25, low: -1, high: 1 }, `25% (${NOT_BOUNDED})`],
  ['share', { estimate: 0.25, low: 0, high: 1 }, `25% (${NOT_BOUNDED})`],
  ['share', { estimate: 0.73, low: 0.4, high: 1 }, '73% [40%, 100%]'],
  ['share', { estimate: 0.01, low: -0.2, high: 0.3 }, '1% [-20%, 30%]'],
  ['share', { estimate: 0.12, low: undefined, high: undefined }, '12%'],
  ['difference', { estimate: 0.25, low: -0.2, high: 1 }, '25% [-20%, 100%]'],
  ['difference', { estimate: 0.25, low: -1, high: 1 }, `25% (${NOT_BOUNDED})`],
])('a %s of %o reads %s', (kind, estimate, said) => {
  expect((kind === 'share' ? inPercent : differenceInPercent)(estimate)).toBe(said)
})

it('no verdict of few seeds writes an interval that holds every share', () => {
  const sizes = [2, 3, 4]
  const written = sizes.flatMap((lows) =>
    [0, 1, 2, 3].map((seed) => {
      const shares = { low: 0.7, high: 0, sample: 0.2, order: 0 }
      const design = { lows, highs: 3, orders: 1, samples: 100, shares }
      const { samples, networks } = simulateScores(design, stream(seed, 'few seeds').at())
      // Low layers that differ in one direction of the scores: leaving one out changes what all have in common.
      const along = networks.map((network) => {
        const sign = Number(network.seeds.low) % 2 === 0 ? 1 : -1
        return { ...network, score: network.score.map((score, x) => 0.3 * score + sign * x) }
      })
      const { verdict } = compareNetworks(
        { samples, networks: along },
        { permutations: 199, bootstrap: 200 },
      )
      return [verdict.certainty, ...verdict.clauses.map(({ reason }) => reason)].join('\n')
    }),
  )
  expect(written.some((text) => text.includes(NOT_BOUNDED))).toBe(true)
  for (const text of written) {
    for (const [, before, low, high] of text.matchAll(/(.{0,30})\[(-?[\d.]+)%, (-?[\d.]+)%\]/g)) {
      const least = before.includes('low share − high share') ? -100 : 0
      expect([Number(low) <= least && Number(high) >= 100, text]).toEqual([false, text])
    }
  }
})
