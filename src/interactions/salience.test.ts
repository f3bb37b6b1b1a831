/** Which interactions count as salient, by each rule for the threshold. */
import { describe, expect, it } from 'vitest'
import {
  countSalient,
  defaultSalience,
  isSalient,
  meanOutputRange,
  salienceThreshold,
} from './salience.js'

const interactions = {
  and: Float64Array.of(100, 2, -0.5, 0.1),
  or: Float64Array.of(0, 0, 0, -4),
}

describe('salience', () => {
  it('takes τ from the mean output range by default', () => {
    const range = meanOutputRange([Float64Array.of(1, 0, 0, 3), Float64Array.of(0, 9, 9, -4)])
    expect(range).toBe(3)
    expect(salienceThreshold(defaultSalience, interactions, range)).toBeCloseTo(0.09, 12)
    expect(meanOutputRange([])).toBe(0)
  })

  it('leaves the empty set out of the strongest interaction and of counts', () => {
    const tau = salienceThreshold({ rule: 'max', factor: 0.1 }, interactions, 1)
    expect(tau).toBeCloseTo(0.4, 12)
    expect(countSalient(interactions, tau)).toBe(3)
  })

  it('knows fixed thresholds and none; the threshold itself is not salient', () => {
    expect(salienceThreshold({ rule: 'absolute', threshold: 2 }, interactions, 1)).toBe(2)
    expect(isSalient(-2, 2)).toBe(false)
    const none = salienceThreshold({ rule: 'all' }, interactions, 1)
    expect(countSalient(interactions, none)).toBe(4)
  })
})
