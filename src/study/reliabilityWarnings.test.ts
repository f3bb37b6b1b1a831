/** Warnings of scores that other choices of the analysis would change. */
import { describe, expect, it } from 'vitest'
import type { Reliability } from '../confusing/reliability.js'
import type { StudyNetwork } from '../plan/types.js'
import { reliabilityWarnings } from './reliabilityWarnings.js'

/** An analysis of which no more than seeds, name and reliability are asked. */
const analysed = (name: string, reliability: Reliability, low?: number) => ({
  network: { name, seeds: { low, high: low, order: 0 } } as StudyNetwork,
  reliability,
})

describe('scores that are not reliable', () => {
  const weak = analysed('weak', { salience: 0.9, baseline: -0.004 })

  it('are a warning with value and kind of each network, where no verdict speaks of them', () => {
    const networks = [weak, analysed('sound', { salience: 0.5 }), analysed('unmeasured', {})]
    expect(reliabilityWarnings(networks, 0.5)).toEqual([
      expect.stringMatching(
        /^the scores of weak are not reliable: under another choice of baseline their ICC is -0\.004, less than 0\.5/,
      ),
    ])
    expect(reliabilityWarnings(networks, 0.51)).toHaveLength(2)
    expect(reliabilityWarnings(networks, 0)).toHaveLength(1)
  })

  it('are left to clause (v) where a network has seeds', () => {
    expect(reliabilityWarnings([weak, analysed('seeded', {}, 0)], 0.5)).toEqual([])
  })
})
