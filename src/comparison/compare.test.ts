import { describe, expect, it } from 'vitest'
import { type SimulatedEffects, simulatedStudy } from '../testing/simulatedStudy.js'
import { compareNetworks } from './compare.js'
import type { NetworkScores, StudyScores } from './types.js'

const design = { lows: 4, highs: 4, samples: 300, orderRepeats: 2 }
const quick = { bootstrap: 40 }

/** Fails on any NaN or infinity, however deep. */
function expectFinite(value: unknown, path = ''): void {
  if (typeof value === 'number') expect(Number.isFinite(value), path).toBe(true)
  else if (value !== null && typeof value === 'object') {
    for (const [key, part] of Object.entries(value)) expectFinite(part, `${path}.${key}`)
  }
}

function tables(study: StudyScores) {
  const { overlaps, effects, intersections, excluded, verdict } = compareNetworks(study, quick)
  const rows = { overlaps, effects, intersections, excluded, verdict }
  expectFinite(rows)
  return rows
}

function changed(
  study: StudyScores,
  change: (network: NetworkScores, index: number) => NetworkScores,
) {
  return { ...study, networks: study.networks.map(change) }
}

const lowDecides: SimulatedEffects = {
  low: 1,
  high: 0.3,
  sample: 0.5,
  interaction: 0.6,
  order: 0.3,
}

describe('known truth: 100 simulated studies of each kind', () => {
  const kinds: [string, SimulatedEffects, string][] = [
    ['the low seed', lowDecides, 'reproduced'],
    [
      'the high seed',
      { low: 0.3, high: 1, sample: 0.5, interaction: 0.6, order: 0.3 },
      'not-reproduced',
    ],
    ['the sample', { sample: 1, interaction: 0.5, order: 0.3 }, 'not-reproduced'],
    ['nothing', { interaction: 0.9, order: 0.4 }, 'not-reproduced'],
  ]

  it.each(kinds)('%s decides the scores', (_, effects, expected) => {
    const counts: Record<string, number> = { reproduced: 0, 'not-reproduced': 0, inconclusive: 0 }
    for (let seed = 0; seed < 100; seed++) {
      const study = simulatedStudy(effects, design, seed)
      counts[compareNetworks(study, { ...quick, seed }).verdict.verdict]++
    }
    expect(counts[expected]).toBeGreaterThanOrEqual(95)
    if (expected !== 'reproduced') expect(counts.reproduced).toBeLessThanOrEqual(5)
  })
})

describe('a study in which low seeds decide', () => {
  const study = simulatedStudy(lowDecides, design, 3)
  const result = tables(study)

  it('has every pair, every effect and every clause', () => {
    expect(result.overlaps).toHaveLength((24 * 23) / 2)
    expect(result.effects.map((row) => row.effect)).toEqual([
      'low',
      'high',
      'order',
      'sample',
      'residual',
      'T_low',
      'T_high',
      'T_low−T_high',
    ])
    for (const row of result.effects) expect(row.estimate, row.effect).toBeDefined()
    expect(result.verdict.clauses.map((clause) => clause.status)).toEqual(Array(5).fill('holds'))
    expect(result.verdict.sentence).toMatch(/^reproduced: low-layer seeds decide .* T_low = 0\.\d+/)
  })

  it('puts shares where they were planted', () => {
    const shares = new Map(result.effects.map((row) => [row.effect, row]))
    // True shares: 1, .09, .25, .36, .09 of 1.79.
    expect(shares.get('low')?.estimate).toBeGreaterThan(0.45)
    expect(shares.get('high')?.ciHigh).toBeLessThan(0.15)
    expect(shares.get('low')?.seedCiLow).toBeLessThan(shares.get('low')?.estimate ?? 0)
  })

  it('gives the same numbers again', () => {
    expect(tables(study)).toEqual(result)
  })

  it('calls networks of equal seeds identical, with the same set', () => {
    const twin = { ...study.networks[0], network: 'twin' }
    const { overlaps } = compareNetworks({ ...study, networks: [study.networks[0], twin] }, quick)
    expect(overlaps).toMatchObject([{ relation: 'identical', jaccard: 1, kappa: 1 }])
    expect(overlaps[0].spearman).toBeCloseTo(1, 12)
  })

  it('counts every member of every set in the intersections', () => {
    const total = result.intersections.reduce(
      (sum, one) => sum + one.networks.length * one.samples.length,
      0,
    )
    expect(total).toBe(24 * 30)
    const sizes = result.intersections.map((one) => one.samples.length)
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
  })

  it('flags pairs that perform differently', () => {
    const worse = changed(study, (one, index) => ({ ...one, accuracy: index === 0 ? 0.87 : 0.9 }))
    const { overlaps, verdict } = tables(worse)
    expect(overlaps.filter((row) => row.similarAccuracy === false)).toHaveLength(23)
    expect(verdict.warnings).toEqual([
      '23 of 276 pairs differ in test accuracy by more than 2 points',
    ])
    const equal = changed(study, (one, index) => ({ ...one, accuracy: index === 0 ? 0.88 : 0.9 }))
    expect(tables(equal).verdict.warnings).toEqual([])
  })
})

describe('what a verdict needs', () => {
  const study = simulatedStudy(lowDecides, design, 3)
  const statusOf = (changedStudy: StudyScores, id: string) =>
    tables(changedStudy).verdict.clauses.find((clause) => clause.id === id)?.status

  it('an overfitting phase in most networks', () => {
    const without = changed(study, (one, index) => ({ ...one, overfitting: index < 5 }))
    expect(statusOf(without, 'i')).toBe('fails')
    expect(tables(without).verdict.verdict).toBe('inconclusive')
    expect(tables(without).verdict.sentence).toMatch(/^inconclusive: \(i\) only 5 of 24 networks/)
    expect(
      statusOf(
        changed(study, ({ overfitting: _, ...one }) => one),
        'i',
      ),
    ).toBe('undecided')
  })

  it('phases that are known of so many networks that the others cannot decide', () => {
    const known = (overfitting: number, learning: number) =>
      changed(study, ({ overfitting: _, ...one }, index) => {
        if (index < overfitting + learning) return { ...one, overfitting: index < overfitting }
        return { ...one, overfittingUnknown: '2 evaluation points' }
      })
    expect(statusOf(known(13, 0), 'i')).toBe('holds')
    expect(statusOf(known(0, 12), 'i')).toBe('fails')
    expect(statusOf(known(12, 11), 'i')).toBe('undecided')
    const [clause] = tables(known(3, 1)).verdict.clauses
    expect(clause).toMatchObject({ status: 'undecided', figures: { networks: 4, overfitting: 3 } })
    expect(clause.reason).toBe(
      '3 of 4 networks have an overfitting phase, 20 more are not known: 2 evaluation points',
    )
  })

  it('no usable set to tell phases and reliability', () => {
    const empty = changed(study, (one) => ({ ...one, set: [] }))
    expect(statusOf(empty, 'i')).toBe('holds')
    expect(statusOf(empty, 'v')).toBe('holds')
    expect(tables(empty).verdict.sentence).toMatch(
      /^inconclusive: \(ii\) \(iii\) \(iv\) no network has known seeds, usable scores and a confusing set$/,
    )
  })

  it('reliable scores', () => {
    const noisy = changed(study, (one) => ({ ...one, reliability: 0.3 }))
    expect(tables(noisy).verdict.verdict).toBe('inconclusive')
    const unknown = changed(study, ({ reliability: _, ...one }) => one)
    expect(tables(unknown).verdict.sentence).toMatch(/\(v\) .* not measured/)
  })

  it('both tie-breaks', () => {
    const one = changed(study, ({ scoreHigh: _, ...rest }) => rest)
    expect(statusOf(one, 'iv')).toBe('undecided')
    expect(tables(one).verdict.verdict).toBe('inconclusive')
  })

  it('a grid that could show it: 2 × 2 gives no p below 0.5', () => {
    const small = tables(
      simulatedStudy({ low: 1, interaction: 0.2 }, { lows: 2, highs: 2, samples: 100 }, 0),
    )
    expect(small.verdict.verdict).toBe('inconclusive')
    for (let seed = 0; seed < 10; seed++) {
      const null2 = simulatedStudy({ interaction: 1 }, { lows: 2, highs: 2, samples: 100 }, seed)
      expect(tables(null2).verdict.verdict).toBe('inconclusive')
    }
    expect(small.verdict.sentence).toMatch(/a 2 × 2 grid gives no p below 0\.5/)
    expect(small.effects.find((row) => row.effect === 'T_low')?.note).toMatch(
      /smallest attainable p 0\.5/,
    )
    expect(small.effects.find((row) => row.effect === 'T_low−T_high')?.note).toMatch(/no interval/)
  })
})

describe('fully different sets', () => {
  it('is claimed, refuted or left open by the interval of κ', () => {
    const status = (effects: SimulatedEffects, samples: number) => {
      const study = simulatedStudy(effects, { ...design, samples }, 1)
      return tables(study).verdict.fullyDifferent.status
    }
    expect(status({ low: 1, interaction: 0.3 }, 400)).toBe('holds')
    expect(status({ low: 0.5, sample: 1, interaction: 0.3 }, 400)).toBe('fails')
    expect(status({ low: 1, sample: 0.5, interaction: 0.3 }, 60)).toBe('undecided')
  })
})

describe('bad input', () => {
  const study = simulatedStudy(lowDecides, { lows: 3, highs: 3, samples: 60 }, 5)

  it('no networks at all', () => {
    const { verdict, effects, overlaps } = tables({ ...study, networks: [] })
    expect(verdict.verdict).toBe('inconclusive')
    expect([effects, overlaps]).toEqual([[], []])
    expect(tables({ samples: [], networks: [] }).verdict.verdict).toBe('inconclusive')
  })

  it('one network', () => {
    const { verdict, effects } = tables({ ...study, networks: study.networks.slice(0, 1) })
    expect(verdict.sentence).toMatch(
      /\(ii\) \(iii\) the low × high grid is 1 × 1: the smallest attainable p is 1.*\(iv\) variance shares need 2 × 2/,
    )
    expect(effects).toHaveLength(8)
    for (const row of effects) expect(row.note).toMatch(/needs? 2/)
  })

  it('missing networks: the rest goes on, and it is said', () => {
    const missing = [{ network: study.networks[4].network, reason: 'its loss became NaN' }]
    const networks = study.networks.filter((_, index) => index !== 4)
    const { verdict, effects } = tables({ ...study, networks, missing })
    expect(verdict.warnings[0]).toMatch(/low1-high1-order0 is missing: its loss became NaN/)
    const row = effects.find((one) => one.effect === 'low')
    expect(row?.estimate).toBeDefined()
    expect(row?.note).toMatch(/cells are missing: \d × \d of 3 × 3 used/)
  })

  it('a hole in a 2 × 2 grid leaves a test and no shares', () => {
    const small = simulatedStudy(lowDecides, { lows: 2, highs: 2, samples: 60 }, 5)
    const { verdict } = tables({ ...small, networks: small.networks.slice(1) })
    expect(verdict.sentence).toMatch(/\(ii\) .*a 2 × 2 grid gives no p below 0\.5/)
    expect(verdict.sentence).toMatch(/\(iv\) .*without gaps; the grid is 2 × 2 with gaps/)
  })

  it('constant scores, empty sets, damaged scores: left out with a reason', () => {
    const broken = changed(study, (one, index) => {
      if (index === 0) return { ...one, score: new Float64Array(60).fill(0.5), set: [] }
      if (index === 1) return { ...one, set: [] }
      if (index === 2) return { ...one, score: one.score.map((s, x) => (x === 3 ? Number.NaN : s)) }
      return index === 3 ? { ...one, score: one.score.slice(0, 10) } : one
    })
    const { excluded, overlaps, verdict } = tables(broken)
    expect(excluded.map((one) => one.reason)).toEqual([
      'every sample has the same score',
      'its confusing set is empty',
      'a score is not a finite number',
      'it has 10 scores for 60 samples',
    ])
    expect(overlaps[0]).toMatchObject({ jaccard: undefined, kappa: undefined, spearman: undefined })
    expect(verdict.warnings).toContain('low0-high1-order0 is left out: its confusing set is empty')
  })

  it('every score constant', () => {
    const flat = changed(study, (one) => ({ ...one, score: new Float64Array(60), set: [] }))
    const { verdict, effects } = tables(flat)
    expect(verdict.sentence).toMatch(/no network has known seeds, usable scores/)
    expect(effects).toHaveLength(8)
    for (const row of effects) expect(row.note).toMatch(/no network has known seeds, usable scores/)
  })

  it('sets that name strangers or repeat themselves', () => {
    const odd = changed(study, (one) => ({ ...one, set: [...one.set, ...one.set, 'stranger'] }))
    expect(tables(odd).overlaps).toEqual(tables(study).overlaps)
  })

  it('equal scores in every network', () => {
    const same = changed(study, (one) => ({
      ...one,
      ...study.networks[0],
      network: one.network,
      seeds: one.seeds,
    }))
    const { verdict, effects } = tables(same)
    expect(verdict.verdict).toBe('not-reproduced')
    expect(effects.find((row) => row.effect === 'sample')?.estimate).toBeCloseTo(1, 9)
  })
})

describe('arms', () => {
  it('are tested one by one; init decides the verdict', () => {
    const study = simulatedStudy(lowDecides, { lows: 3, highs: 3, samples: 100 }, 2)
    const frozen = study.networks.map((one) => ({
      ...one,
      network: `frozen-${one.network}`,
      regime: 'trained-frozen',
    }))
    const { effects, overlaps } = tables({ ...study, networks: [...frozen, ...study.networks] })
    expect([...new Set(effects.map((row) => row.regime))]).toEqual(['init', 'trained-frozen'])
    expect(effects).toHaveLength(16)
    expect(overlaps.some((row) => row.relation === 'identical+regime')).toBe(true)
  })

  it('have a verdict each, and the sentence says which grid it is about', () => {
    const study = simulatedStudy(lowDecides, design, 3)
    const high = simulatedStudy({ high: 1, interaction: 0.6 }, design, 4)
    const frozen = high.networks.map((one) => ({
      ...one,
      network: `frozen-${one.network}`,
      regime: 'trained-frozen',
    }))
    const { verdict } = tables({ ...study, networks: [...study.networks, ...frozen] })
    expect(verdict.sentence).toMatch(/^reproduced for simulated, init: /)
    expect(verdict.grid).toMatchObject({ regime: 'init' })
    expect(verdict.others).toMatchObject([{ regime: 'trained-frozen', verdict: 'not-reproduced' }])
    expect(verdict.others[0].sentence).toMatch(/^not reproduced for simulated, trained-frozen: /)
    expect(tables(study).verdict.sentence).toMatch(/^reproduced: /)
  })
})
