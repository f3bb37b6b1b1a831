/** Scores of which some stand out against scores in even steps: when a warning is due. */
import { expect, it } from 'vitest'
import { confusingSet } from '../confusing/sets.js'
import { continuumWarnings, standingOut } from './continuum.js'

const ids = Array.from({ length: 40 }, (_, index) => index)
/** Scores in even steps from 0 to 1: nothing stands out. */
const even = Float64Array.from(ids, (index) => index / 39)
/** 37 of them close together, three far above. */
const peaked = Float64Array.from(ids, (index) => (index < 37 ? 0.1 + index / 1000 : 0.9))

function analysed(scores: Float64Array, rule: 'top' | 'otsu' = 'top') {
  const first = rule === 'top' ? { rule, fraction: 0.1 } : { rule }
  const sets = [first, { rule: 'mad' as const }].map((one) => ({
    set: confusingSet(scores, ids, one),
    undetermined: new Set<number>(),
  }))
  return { sets }
}

it('samples that stand out are counted', () => {
  expect([even, peaked].map((scores) => standingOut(analysed(scores)))).toEqual([0, 3])
})

it('a slice of a continuum is said where most networks have no sample that stands out', () => {
  const networks = [even, even, peaked].map((scores) => analysed(scores))
  expect(continuumWarnings(networks)).toEqual([
    expect.stringMatching(/^in 2 of 3 networks no sample stands out .*slices of a continuum/),
  ])
  expect(continuumWarnings([analysed(even), analysed(peaked)])).toEqual([])
  // Of equal scores there is no set, which is said elsewhere.
  const equal = analysed(new Float64Array(40).fill(0.5))
  expect(continuumWarnings([equal, equal, analysed(peaked)])).toEqual([])
  // The size of these sets is not chosen.
  expect(continuumWarnings([analysed(even, 'otsu')])).toEqual([])
})
