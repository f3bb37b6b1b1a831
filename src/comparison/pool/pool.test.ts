import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { mean } from '../../metrics/descriptive.js'
import { regimeOf } from '../../regimes/registry.js'
import { compareNetworks } from '../compare.js'
import { simulateScores } from '../simulate.js'
import type { Clause, EffectName, Estimate, StudyScores } from '../types.js'
import { poolEstimates, poolPValues } from './combine.js'
import { differenceOf } from './difference.js'
import { type PooledStudy, poolStudies } from './poolStudies.js'

const at = (estimate: number, low: number, high: number, group = String(Math.random())) => ({
  estimate,
  low,
  high,
  group,
})

describe('pooled estimates', () => {
  it('of one study are its own, unequal arms included', () => {
    const pooled = poolEstimates([at(0.2, 0.1, 0.5)], 0.95)
    expect(pooled.estimate).toBeCloseTo(0.2, 12)
    expect(pooled.low).toBeCloseTo(0.1, 12)
    expect(pooled.high).toBeCloseTo(0.5, 12)
    expect(pooled).toMatchObject({ between: 0, iSquared: 0, groups: 1, weights: [1] })
  })

  it('of k equal studies have an interval narrower by √k', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (k) => {
        const pooled = poolEstimates(
          Array.from({ length: k }, (_, g) => at(0.2, 0.1, 0.5, String(g))),
          0.95,
        )
        expect(pooled.estimate - pooled.low).toBeCloseTo(0.1 / Math.sqrt(k), 10)
        expect(pooled.high - pooled.estimate).toBeCloseTo(0.3 / Math.sqrt(k), 10)
        expect(pooled.between).toBe(0)
      }),
    )
  })

  it('of studies of the same networks are no surer than one', () => {
    const pooled = poolEstimates([at(0.2, 0.1, 0.3, 'a'), at(0.3, 0.1, 0.5, 'a')], 0.95)
    expect(pooled).toMatchObject({ groups: 1, weights: [0.5, 0.5], between: 0, iSquared: 0 })
    const awkward = at(0.1 + 0.2, 0.1, 0.7, 'a')
    expect(poolEstimates([awkward, awkward, awkward], 0.95)).toMatchObject({ iSquared: 0 })
    expect(pooled.low).toBeCloseTo(0.1, 12)
    expect(pooled.high).toBeCloseTo(0.4, 12)
  })

  it('end where shares and differences of two do, at ±1', () => {
    const { low, high } = poolEstimates([at(0.9, -0.9, 1), at(-0.8, -1, 0.9)], 0.95)
    expect([low, high]).toEqual([-1, 1])
  })

  it('weigh by precision, and agree with the closed form of two studies', () => {
    // s² are 1 and 4 in units of 0.01²: weights 0.8 and 0.2, Q = (0.02)²/(0.01² + 0.02²) = 0.8.
    const z = 1.96
    const pooled = poolEstimates(
      [at(0.1, 0.1 - z * 0.01, 0.1 + z * 0.01), at(0.12, 0.12 - z * 0.02, 0.12 + z * 0.02)],
      0.95,
    )
    expect(pooled.estimate).toBeCloseTo(0.104, 6)
    expect(pooled.weights[0]).toBeCloseTo(0.8, 6)
    expect(pooled.q).toBeCloseTo(0.8, 2)
    expect(pooled.high - pooled.estimate).toBeCloseTo(z * Math.sqrt(0.8 ** 2 + 0.4 ** 2) * 0.01, 6)
  })

  it('say how far studies disagree, and widen by it', () => {
    const [a, b, c] = [0, 0.2, 0.4]
    const narrow = (estimate: number) => at(estimate, estimate - 1e-3, estimate + 1e-3)
    const pooled = poolEstimates([narrow(a), narrow(b), narrow(c)], 0.95)
    // All spread is between studies: the interval is that of a mean of three values, t(2) = 4.303.
    expect(pooled.between).toBeCloseTo(0.2, 3)
    expect(pooled.iSquared).toBeGreaterThan(0.99)
    expect(pooled.high - pooled.estimate).toBeCloseTo((4.303 * 0.2) / Math.sqrt(3), 2)
  })

  it('cover the true mean of studies that differ', () => {
    const generator = stream(3, 'test', 'pool').at()
    let covered = 0
    const rounds = 300
    for (let round = 0; round < rounds; round++) {
      const studies = Array.from({ length: 5 }, () => {
        const truth = 0.2 + 0.05 * generator.normal()
        const found = truth + 0.05 * generator.normal()
        return at(found, found - 1.96 * 0.05, found + 1.96 * 0.05)
      })
      const { low, high } = poolEstimates(studies, 0.95)
      if (low <= 0.2 && 0.2 <= high) covered++
    }
    expect(covered / rounds).toBeGreaterThan(0.91)
  })
})

describe('pooled p-values', () => {
  const independent = (...ps: number[]) => ps.map((p, index) => ({ p, group: String(index) }))

  it('of one study are its own; of studies of the same networks Bonferroni’s', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1, noNaN: true }), (p) => {
        expect(poolPValues(independent(p))).toBeCloseTo(p, 10)
      }),
    )
    const same = [0.02, 0.3, 0.5].map((p) => ({ p, group: 'a' }))
    expect(poolPValues(same)).toBeCloseTo(0.06, 12)
  })

  it('are uniform where nothing is there', () => {
    const generator = stream(4, 'test', 'pool').at()
    const ps = Array.from({ length: 4000 }, () =>
      poolPValues(independent(generator.uniform(), generator.uniform(), generator.uniform())),
    )
    for (const level of [0.05, 0.5, 0.9]) {
      expect(ps.filter((p) => p < level).length / ps.length).toBeCloseTo(level, 1)
    }
    // P(χ²₄ ≥ 9.488) = 0.05: two p-values of e^(−9.488/4).
    expect(poolPValues(independent(Math.exp(-9.488 / 4), Math.exp(-9.488 / 4)))).toBeCloseTo(
      0.05,
      4,
    )
  })
})

describe('pooled studies', () => {
  const design = { lows: 3, highs: 3, orders: 1, samples: 100 }
  const studyOf = (seed: number, low: number, name = `s${seed}`): PooledStudy => {
    const shares = { low, high: 0.03, sample: 0.5 }
    return judged(simulateScores({ ...design, shares }, stream(seed, 'test').at()), seed, name)
  }
  const judged = (scores: StudyScores, seed: number, name = `s${seed}`): PooledStudy => {
    const { effects, verdict } = compareNetworks(scores, {
      permutations: 199,
      bootstrap: 300,
      seed,
    })
    const row = (effect: EffectName) => effects.find((one) => one.effect === effect)!
    const estimateOf = (effect: EffectName): Estimate => {
      const { estimate, ciLow, ciHigh } = row(effect)
      return { estimate: estimate!, low: ciLow, high: ciHigh }
    }
    return {
      name,
      networks: scores.networks.map(({ network }) => `${name}-${network}`),
      lowSeeds: [seed],
      low: estimateOf('low'),
      high: estimateOf('high'),
      difference: estimateOf('low−high'),
      p: row('low').pValue!,
      verdict: verdict.verdict,
      clauses: verdict.clauses,
    }
  }
  const options = { alpha: 0.05, margin: 0.1, regime: 'init' }

  it('decide together what each left open, with the truth in the interval', () => {
    const studies = [1, 2, 3, 4, 5, 6].map((seed) => studyOf(seed, 0.2))
    expect(studies.filter(({ verdict }) => verdict === 'inconclusive').length).toBeGreaterThan(0)
    const pool = poolStudies(studies, options)
    expect(pool.verdict).toBe('decides')
    expect(pool.sentence).toMatch(
      /^decides: initial low-layer weights decide which samples are confusing, more than the high layers do\. The low share over 6 studies is /,
    )
    expect(pool.sentence).not.toContain('The claim')
    expect(pool.low.low).toBeLessThan(0.2)
    expect(pool.low.high).toBeGreaterThan(0.17)
    expect(pool.low.high - pool.low.low).toBeLessThan(
      0.6 * (mean(studies.map(({ low }) => low.high! - low.low!)) ?? 0),
    )
    expect(pool.warnings).toEqual([])
    // Three seeds exclude little: six studies leave 12% possible.
    const none = poolStudies(
      [11, 12, 13, 14, 15, 16, 17, 18, 19].map((seed) => studyOf(seed, 0)),
      options,
    )
    expect(none.verdict).toBe('absent')
    expect(none.sentence).toMatch(/^absent: initial low-layer weights do not decide /)
  })

  it.each(['trained-frozen', 'rewind@5ep'])(
    'of %s are told in the words of one, which is no statement about the claim',
    (regime) => {
      const { sentence } = poolStudies([studyOf(1, 0.4), studyOf(2, 0.4)], { ...options, regime })
      expect(sentence).toContain(regimeOf(regime).shared)
      expect(sentence).toContain('The claim is about initial weights (regime init)')
    },
  )

  it('of one have its verdict, clause by clause, whatever the other tie-break says', () => {
    const otherEnds = {
      alike: (score: Float64Array) => score.map((value, x) => value + 1e-3 * (x % 7)),
      none: () => undefined,
      /** Scores that the samples alone decide: nothing of the low seeds is left. */
      flat: (score: Float64Array) => score.map((value, x) => x + 0.1 * value),
    }
    const seen = new Set<string>()
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1000),
          lows: fc.integer({ min: 2, max: 6 }),
          highs: fc.integer({ min: 2, max: 6 }),
          low: fc.constantFrom(0, 0.05, 0.2, 0.45),
          ends: fc.constantFrom(...(Object.keys(otherEnds) as (keyof typeof otherEnds)[])),
        }),
        ({ seed, lows, highs, low, ends }) => {
          const shares = { low, high: 0.03, sample: 0.5 }
          const scores = simulateScores(
            { lows, highs, orders: 1, samples: 40, shares },
            stream(seed, 'test').at(),
          )
          const networks = scores.networks.map((network) => ({
            ...network,
            set: [],
            scoreHigh: otherEnds[ends](network.score),
          }))
          const study = judged({ ...scores, networks }, seed)
          const pool = poolStudies([study], options)
          const statuses = (clauses: readonly Clause[]) =>
            Object.fromEntries(clauses.map(({ id, status }) => [id, status]))
          expect(pool.verdict).toBe(study.verdict)
          expect(statuses(pool.clauses)).toEqual(statuses(study.clauses))
          expect(pool.p).toBeCloseTo(study.p, 10)
          expect(pool.low.low).toBeCloseTo(study.low.low!, 10)
          expect(pool.low.high).toBeCloseTo(study.low.high!, 10)
          seen.add(`${study.verdict}, ${ends}`)
        },
      ),
      { numRuns: 60, seed: 1 },
    )
    // An effect that one tie-break shows alone is open, and so it is in the pool.
    expect([...seen]).toEqual(
      expect.arrayContaining(['decides, alike', 'absent, alike', 'inconclusive, flat']),
    )
  })

  it('cannot tell where one could not, and say which', () => {
    const studies = [1, 2, 3].map((seed) => studyOf(seed, 0.4))
    const clauses = studies[1].clauses.map((clause) =>
      clause.id === 'v' ? { ...clause, status: 'fails' as const, reason: 'ICC 0.1' } : clause,
    )
    const pool = poolStudies([studies[0], { ...studies[1], clauses }, studies[2]], options)
    expect(pool.verdict).toBe('inconclusive')
    expect(pool.sentence).toMatch(/^inconclusive: it is open whether .* Open: .*\(v\) s2: ICC 0\.1/)
  })

  it('warn of shared networks, of shared seeds and of studies that disagree', () => {
    const [a, b, c] = [1, 2, 3].map((seed) => studyOf(seed, 0.2))
    const chained = { ...b, networks: [a.networks[0], c.networks[0]] }
    const shared = poolStudies([a, chained, c], options)
    expect(shared.low.groups).toBe(1)
    expect(shared.warnings).toEqual([expect.stringMatching(/share networks count as one/)])
    const sameSeeds = poolStudies([a, { ...b, lowSeeds: a.lowSeeds }], options)
    expect(sameSeeds.warnings).toEqual([expect.stringMatching(/low seeds in common/)])
    const partly = { ...b, lowSeeds: [...b.lowSeeds, a.lowSeeds[0]] }
    const overlapping = poolStudies([a, partly], options)
    expect(overlapping.warnings).toEqual([expect.stringMatching(/low seeds in common/)])
    const far = { ...b, low: { estimate: 0.9, low: 0.88, high: 0.92 } }
    expect(poolStudies([a, far], options).warnings).toEqual([
      expect.stringMatching(/the studies disagree/),
    ])
    const open = { ...a, low: { estimate: 0.1, low: undefined, high: undefined } }
    expect(() => poolStudies([open, b], options)).toThrow(/s1 has no interval/)
  })
})

describe('the difference of two studies', () => {
  const share = fc
    .tuple(
      fc.double({ min: -0.1, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
    )
    .map(([estimate, below, above]) => at(estimate, estimate - below, estimate + above))

  it('is 1.96 standard errors of normal estimates wide, √(s² + t²) to either side', () => {
    const { estimate, low, high } = differenceOf(
      at(0.5, 0.5 - 1.96 * 0.03, 0.5 + 1.96 * 0.03),
      at(0.1, 0.1 - 1.96 * 0.04, 0.1 + 1.96 * 0.04),
    )
    expect(estimate).toBeCloseTo(0.4, 12)
    expect(low).toBeCloseTo(0.4 - 1.96 * 0.05, 12)
    expect(high).toBeCloseTo(0.4 + 1.96 * 0.05, 12)
  })

  it('takes the upper end of one with the lower end of the other, is itself against a known number, and mirrored the other way round', () => {
    // (0.2 − 0.1) − √(0.03² + 0.04²) … + √(0.12² + 0.05²)
    const found = differenceOf(at(0.2, 0.17, 0.32), at(0.1, 0.05, 0.14))
    expect(found.low).toBeCloseTo(0.05, 12)
    expect(found.high).toBeCloseTo(0.23, 12)
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [forth, back] = [differenceOf(a, b), differenceOf(b, a)]
        expect(forth.low).toBeCloseTo(-back.high, 12)
        const known = differenceOf(a, at(b.estimate, b.estimate, b.estimate))
        expect(known.low).toBeCloseTo(a.low - b.estimate, 12)
        expect(known.high).toBeCloseTo(a.high - b.estimate, 12)
      }),
    )
  })
})
