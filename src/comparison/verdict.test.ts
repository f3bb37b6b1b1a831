/** The verdict that follows from its clauses, in listed cases and in all orders of better evidence. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { compareNetworks } from './compare.js'
import { simulateScores } from './simulate.js'
import type { ClauseStatus, StudyScores } from './types.js'
import { conclude } from './verdict.js'

const ids = ['i', 'ii', 'iii', 'iv', 'v', 'vi'] as const
const statuses: readonly ClauseStatus[] = ['holds', 'fails', 'undecided', 'not-tested']

const conclusion = (found: readonly ClauseStatus[]) =>
  conclude(ids.map((id, index) => ({ id, status: found[index] })))

const found = fc.array(fc.constantFrom(...statuses), { minLength: 6, maxLength: 6 })

it.each([
  ['holds holds holds holds holds holds', 'decides'],
  ['holds holds holds holds holds not-tested', 'decides'],
  ['holds holds holds holds holds fails', 'inconclusive'],
  ['holds holds holds holds fails holds', 'inconclusive'],
  ['undecided holds holds holds holds holds', 'inconclusive'],
  ['holds holds fails undecided holds not-tested', 'real-but-small'],
  ['undecided holds holds fails holds not-tested', 'real-but-small'],
  ['holds holds undecided fails holds not-tested', 'real-but-small'],
  ['holds undecided fails undecided undecided not-tested', 'absent'],
  ['holds undecided fails fails holds not-tested', 'absent'],
  ['fails undecided fails fails holds not-tested', 'inconclusive'],
  ['holds undecided undecided fails holds holds', 'inconclusive'],
  ['holds holds undecided undecided holds holds', 'inconclusive'],
  ['holds undecided holds holds holds holds', 'inconclusive'],
])('%s: %s', (text, expected) => {
  expect(conclusion(text.split(' ') as ClauseStatus[])).toBe(expected)
})

it('better evidence for the same truth never turns a firm verdict into the opposite', () => {
  // Clauses can go from open to what is true, never from one side of a bound to the other.
  fc.assert(
    fc.property(found, found, (before, after) => {
      const sharper = before.map((status, index) =>
        status === 'undecided' ? after[index] : status,
      )
      const [first, second] = [conclusion(before), conclusion(sharper)]
      if (first === 'decides') expect(second).toBe('decides')
      if (first === 'absent' || first === 'real-but-small') expect(second).not.toBe('decides')
    }),
  )
})

it('nothing decides where a share is not above the margin, or not above the high one', () => {
  fc.assert(
    fc.property(found, (clauses) => {
      if (conclusion(clauses) !== 'decides') return
      expect(clauses.slice(0, 5)).toEqual(Array(5).fill('holds'))
      expect(['holds', 'not-tested']).toContain(clauses[5])
    }),
  )
})

/** A simulated study whose networks are of a regime, the donors of which lent their low or high layers. */
function studyOf(regime: string, lows: number): StudyScores['networks'] {
  const shares = { low: 0.5, high: 0.02, sample: 0.2 }
  const study = simulateScores(
    { lows, highs: 4, orders: 1, samples: 80, shares },
    stream(1, 'test', 'regimes').at(),
  )
  return study.networks.map((network) => ({
    ...network,
    network: `${regime} ${network.network}`,
    regime,
  }))
}

it('no mirrored regime has a verdict of the claim, even alone', () => {
  const [one] = studyOf('init', 4)
  const networks = studyOf('trained-frozen-high', 4)
  const samples = Array.from(one.score, (_, index) => index)
  const { verdict } = compareNetworks({ samples, networks }, { permutations: 199, bootstrap: 100 })
  expect(verdict.verdict).toBe('inconclusive')
  expect(verdict.grid).toBeUndefined()
  expect(verdict.others).toEqual([])
  expect(verdict.mirrors).toHaveLength(1)
})

it('the verdict is of the initial weights where they are crossed, however large other grids are', () => {
  const networks = [...studyOf('trained-frozen', 6), ...studyOf('init', 3)]
  const samples = Array.from(networks[0].score, (_, index) => index)
  const { verdict } = compareNetworks({ samples, networks }, { permutations: 199, bootstrap: 100 })
  expect(verdict.grid?.regime).toBe('init')
  expect(verdict.others.map(({ regime }) => regime)).toEqual(['trained-frozen'])
})
