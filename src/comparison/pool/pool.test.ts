/** Pooled studies against single ones, simulated truths and closed forms of their weights. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { mean, variance } from '../../metrics/descriptive.js'
import { regimeOf } from '../../regimes/registry.js'
import { compareNetworks } from '../compare.js'
import type { EffectName } from '../effects.js'
import { gridMeanSquares } from '../meanSquares.js'
import { shareIntervals } from '../shareIntervals.js'
import { standardisedRanks } from '../similarity.js'
import { simulateScores } from '../simulate.js'
import type { Clause, Estimate, StudyScores } from '../types.js'
import { poolPValues, poolShares, type StudyShares } from './combine.js'
import { type PooledStudy, poolStudies } from './poolStudies.js'

interface Simulated {
  readonly low: number
  readonly lows?: number
  readonly highs?: number
  readonly donors?: number
  readonly directions?: number
}

/** The mean squares of a simulated study, whose donors of one seed lend the same, and its intervals. */
function sharesOf(
  { low, lows = 4, highs = 4, donors = 1, directions }: Simulated,
  seed: number,
  group: string,
) {
  const { networks } = simulateScores(
    {
      ...{ lows, highs, orders: 1, samples: 60, directions, donors, commonToDonors: 1 },
      shares: { low, high: 0.05, sample: 0.3 },
    },
    stream(seed, 'pooled shares').at(),
  )
  const rows = Array.from({ length: lows * donors }, (_, row) =>
    networks.slice(row * highs, (row + 1) * highs),
  )
  const squares = gridMeanSquares(
    rows.map((row) => row.map(({ score }) => standardisedRanks(score))),
    { low: rows.map(([{ seeds }]) => seeds.low) },
  )
  return { ...shareIntervals([[squares]], drawing, draws()), squares, group }
}

const drawing = { draws: 200, level: 0.95 }
const draws = () => stream(1, 'pool draws').at()
const pooled = (studies: readonly StudyShares[]) => poolShares(studies, drawing, draws())

describe('pooled shares', () => {
  it('of one study, and of studies of the same networks that say the same, are its own', () => {
    fc.assert(
      fc.property(
        fc.record({
          low: fc.constantFrom(0, 0.05, 0.3),
          lows: fc.integer({ min: 2, max: 6 }),
          highs: fc.integer({ min: 2, max: 6 }),
          donors: fc.integer({ min: 1, max: 3 }),
        }),
        fc.nat(100),
        fc.integer({ min: 1, max: 3 }),
        (simulated, seed, times) => {
          const study = sharesOf(simulated, seed, 'a')
          const together = pooled(Array.from({ length: times }, () => study))
          for (const name of ['low', 'high', 'difference'] as const) {
            const { estimate, low, high, between, groups } = together[name]
            expect(estimate).toBeCloseTo(study[name].estimate, 12)
            expect(low).toBeCloseTo(study[name].low!, 12)
            expect(high).toBeCloseTo(study[name].high!, 12)
            expect({ between, groups }).toEqual({ between: 0, groups: 1 })
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('weigh by numbers of seeds, whatever was found, and have the mean', () => {
    const [a, b] = [
      sharesOf({ low: 0.4, lows: 5 }, 1, 'a'),
      sharesOf({ low: 0, lows: 3, highs: 2 }, 2, 'b'),
    ]
    const { low, high, difference } = pooled([a, b])
    expect(low.weights).toEqual([4 / 6, 2 / 6])
    expect(low.estimate).toBeCloseTo((2 * a.low.estimate + b.low.estimate) / 3, 12)
    expect(high.weights).toEqual([3 / 4, 1 / 4])
    expect(difference.weights).toEqual(low.weights)
    const lent = sharesOf({ low: 0.1, lows: 3, donors: 4 }, 3, 'c')
    expect(pooled([lent, b]).low.weights).toEqual([1 / 2, 1 / 2])
    const again = pooled([a, { ...a, group: 'b' }, { ...b, group: 'b' }])
    expect(again.low.weights).toEqual([4 / 6, 1 / 6, 1 / 6])
  })

  it('have the ends of all studies together where donors make estimates too small', () => {
    const studies = [1, 2, 3].map((seed) => sharesOf({ low: 0.3, donors: 6 }, seed, String(seed)))
    const squares = studies.map((study) => [study.squares])
    const { low } = pooled(studies)
    expect(low).toMatchObject({ between: 0 })
    const together = shareIntervals(squares, drawing, draws()).low
    expect(together.low).toBeGreaterThan(together.estimate)
    expect(low.low).toBe(together.low)
    expect(low.high).toBe(together.high)
  })

  it('are as wide with a study that had donors as the seeds of all together say', () => {
    // One contrast of seeds and fifteen: a mean by rows would take the one for half of sixteen.
    const missed = Array.from({ length: 100 }, (_, pool) => {
      const lent = sharesOf({ low: 0.13, lows: 2, donors: 8, directions: 1 }, 2 * pool, 'a')
      const own = sharesOf({ low: 0.13, lows: 16, directions: 1 }, 2 * pool + 1, 'b')
      return { own: own.low.estimate, ...pooled([lent, own]).low }
    })
    const truth = mean(missed.map(({ own }) => own)) as number
    // 5 of 100 are expected; 12 would be three standard errors more. Weighed by rows: 14.
    expect(missed.filter(({ low, high }) => low > truth || high < truth).length).toBeLessThan(12)
  })

  it('are surer than one study where all say the same', () => {
    const one = sharesOf({ low: 0.3 }, 3, 'a')
    const { low } = pooled(['a', 'b', 'c', 'd'].map((group) => ({ ...one, group })))
    expect(low.estimate).toBeCloseTo(one.low.estimate, 12)
    expect(low.high - low.low).toBeLessThan(0.7 * (one.low.high! - one.low.low!))
    expect(low).toMatchObject({ between: 0, iSquared: 0 })
  })

  it('say how far studies disagree, and widen by it', () => {
    const study = sharesOf({ low: 0.3, lows: 6, highs: 6 }, 4, 'a')
    const found = [0, 0.2, 0.4].map((share, index) => ({
      ...study,
      low: { estimate: share, low: share - 1e-3, high: share + 1e-3 },
      group: String(index),
    }))
    const { low } = pooled(found)
    const alike = pooled(['a', 'b', 'c'].map((group) => ({ ...study, group }))).low
    expect(low.between).toBeCloseTo(0.2, 3)
    expect(low.iSquared).toBeGreaterThan(0.99)
    // The interval of a mean of three values, t(2) = 4.303, comes to that of studies that agree.
    const spread = (4.303 * 0.2) / Math.sqrt(3)
    expect(low.high - low.estimate).toBeCloseTo(Math.hypot(alike.high - alike.estimate, spread), 3)
    expect(low.estimate - low.low).toBeCloseTo(Math.hypot(alike.estimate - alike.low, spread), 3)
  })

  // Of each the estimates that happen to be small have the narrower intervals.
  it.each<[string, number, number | undefined]>([
    ['one direction', 0.13, 1],
    ['many directions', 0.13, undefined],
    ['none', 0, undefined],
  ])('have no bias and cover the truth, where effects lie in %s', (_, share, directions) => {
    const pools = 100
    const found = Array.from({ length: pools }, (__, pool) =>
      [3, 4, 3].map((lows, g) =>
        sharesOf({ low: share, lows, highs: lows, directions }, 3 * pool + g, String(g)),
      ),
    )
    const truth = mean(found.flat().map(({ low }) => low.estimate)) as number
    const lows = found.map((studies) => pooled(studies).low)
    const estimates = lows.map(({ estimate }) => estimate)
    const error = Math.sqrt((variance(estimates) as number) / pools)
    expect(Math.abs((mean(estimates) as number) - truth)).toBeLessThan(2 * error)
    // 5 of 100 are expected; 12 would be three standard errors more.
    expect(lows.filter(({ low, high }) => low > truth || high < truth).length).toBeLessThan(12)
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
      const { estimate, ci_low, ci_high } = row(effect)
      return { estimate: estimate!, low: ci_low, high: ci_high }
    }
    return {
      name,
      networks: scores.networks.map(({ network }) => `${name}-${network}`),
      lowSeeds: [seed],
      low: estimateOf('low'),
      high: estimateOf('high'),
      difference: estimateOf('low−high'),
      meanSquares: verdict.meanSquares!,
      p: row('low').p_value!,
      verdict: verdict.verdict,
      clauses: verdict.clauses,
    }
  }
  const grid = { architecture: 'simulated', regime: 'init', cut: undefined }
  const options = { alpha: 0.05, margin: 0.1, grid, bootstrap: 300, seed: 1 }

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
      const { sentence } = poolStudies([studyOf(1, 0.4), studyOf(2, 0.4)], {
        ...options,
        grid: { ...grid, regime },
      })
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
            otherScore: otherEnds[ends](network.score),
          }))
          const study = judged({ ...scores, networks }, seed)
          const pool = poolStudies([study], { ...options, seed })
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

  it('show no effect above the margin where one has no scores under the other tie-break', () => {
    const studies = [1, 2, 3].map((seed) => studyOf(seed, 0.4))
    expect(poolStudies(studies, options).verdict).toBe('decides')
    const { other: _, ...meanSquares } = studies[1].meanSquares
    const pool = poolStudies([studies[0], { ...studies[1], meanSquares }, studies[2]], options)
    expect(pool.verdict).toBe('inconclusive')
    expect(pool.sentence).toContain('scores under the other tie-break are missing')
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
