/** Verdicts, effects and clauses against the known truth of simulated studies, and in cases that have no result. */
import { describe, expect, it } from 'vitest'
import { areaUnderRoc } from '../confusing/control.js'
import type { SampleId } from '../confusing/types.js'
import { stream } from '../core/random.js'
import { mean } from '../metrics/descriptive.js'
import { compareNetworks } from './compare.js'
import { overlapRows } from './pairs.js'
import { type SimulatedDesign, type SimulatedShares, simulateScores } from './simulate.js'
import {
  type Conclusion,
  defaultComparisonOptions,
  type NetworkScores,
  type StudyScores,
  type Verdict,
} from './types.js'

const design = { lows: 4, highs: 4, orders: 1, repeats: 2, samples: 300 }
const quick = { bootstrap: 200 }

function simulated(
  shares: SimulatedShares,
  change: Partial<SimulatedDesign>,
  seed: number,
): StudyScores {
  return simulateScores({ ...design, shares, ...change }, stream(seed, 'simulated').at())
}

/** Fails on any NaN or infinity, however deep. */
function expectFinite(value: unknown, path = ''): void {
  if (typeof value === 'number') expect(Number.isFinite(value), path).toBe(true)
  else if (value !== null && typeof value === 'object') {
    for (const [key, part] of Object.entries(value)) expectFinite(part, `${path}.${key}`)
  }
}

function tables(study: StudyScores) {
  const { effects, intersections, excluded, verdict } = compareNetworks(study, quick)
  const overlaps = [...overlapRows(study, defaultComparisonOptions)]
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

const lowDecides = { low: 0.55, high: 0.05, sample: 0.15, order: 0.05 }

describe('known truth: 25 simulated studies of each kind', () => {
  const grid6 = { lows: 6, highs: 6, samples: 150 }
  const kinds: [string, SimulatedShares, Partial<SimulatedDesign>, Conclusion][] = [
    ['the low seed decides', lowDecides, {}, 'decides'],
    ['the low seed decides a little', { low: 0.04, high: 0, sample: 0.5 }, grid6, 'real-but-small'],
    ['the high seed decides more', { low: 0.2, high: 0.6, sample: 0 }, grid6, 'real-but-small'],
    ['the high seed decides', { low: 0, high: 0.6, sample: 0.1 }, grid6, 'absent'],
    ['the sample decides', { low: 0, high: 0, sample: 0.7 }, grid6, 'absent'],
    ['nothing decides', { low: 0, high: 0, sample: 0 }, grid6, 'absent'],
  ]

  it.each(kinds)('%s', (_, shares, change, expected) => {
    const counts: Partial<Record<Verdict['verdict'], number>> = {}
    for (let seed = 0; seed < 25; seed++) {
      const study = simulated(shares, change, seed)
      const { verdict } = compareNetworks(study, { ...quick, permutations: 499, seed }).verdict
      counts[verdict] = (counts[verdict] ?? 0) + 1
    }
    // One in twenty may be a chance effect; 5 of 25 would be three standard errors above that.
    expect(counts[expected]).toBeGreaterThanOrEqual(21)
    if (expected !== 'decides') expect(counts.decides ?? 0).toBe(0)
  })

  it('low and high seeds as much: never "decides", whatever the size', () => {
    for (let seed = 0; seed < 12; seed++) {
      const study = simulated({ low: 0.3, high: 0.3, sample: 0 }, {}, seed)
      expect(compareNetworks(study, { ...quick, permutations: 199, seed }).verdict.verdict).toBe(
        'inconclusive',
      )
    }
  })
})

describe('a study in which low seeds decide', () => {
  const study = simulated(lowDecides, {}, 3)
  const result = tables(study)

  it('has every pair, every effect and every clause', () => {
    expect(result.overlaps).toHaveLength((24 * 23) / 2)
    expect(result.effects.map((row) => row.effect)).toEqual([
      'low',
      'high',
      'low−high',
      'sample',
      'order',
      'residual',
      'T_low',
      'T_high',
    ])
    for (const row of result.effects) expect(row.estimate, row.effect).toBeDefined()
    expect(result.verdict.clauses.map((clause) => clause.status)).toEqual([
      ...Array(5).fill('holds'),
      'not-tested',
    ])
    expect(result.verdict.sets.status).toBe('holds')
    expect(result.verdict.certainty).toMatch(
      /the low layers decide \d\d% \[\d\d%, \d\d%\].*If low seeds did nothing, an effect as large would come about with p = /,
    )
    expect(result.verdict.clauses[2].text).toMatch(/of their share lies above 10%$/)
  })

  it.each([
    ['of one size', (set: readonly SampleId[]) => set],
    [
      'of many sizes',
      (set: readonly SampleId[], at: number) => set.slice(0, 1 + (at % set.length)),
    ],
  ])(
    'is told in shares of common confusing samples, as counted over pairs of sets %s',
    (_, cut) => {
      // Without repeats of the order a pair of cells is a pair of networks.
      const crossed = simulated(lowDecides, { repeats: 0, samples: 60 }, 7)
      const networks = crossed.networks.map((one, at) => ({ ...one, set: cut(one.set, at) }))
      const found = tables({ ...crossed, networks })
      type Pair = (typeof found.overlaps)[number]
      /** Of the samples that either has, each counted once a network, in percent. */
      const percentOf = (relation: string, shared: (pair: Pair) => number) => {
        const pairs = found.overlaps.filter((pair) => pair.relation === relation)
        const common = pairs.map((pair) => (2 * shared(pair)) / (pair.size_a + pair.size_b))
        return (100 * common.reduce((sum, one) => sum + one, 0)) / pairs.length
      }
      const { asked, sentence } = found.verdict
      expect(asked).toBe(
        'whether initial low-layer weights decide which of 60 samples are confusing: 16 networks, 4 draws of the low layers × 4 of the high ones',
      )
      const told =
        /Two networks with the same low layers have ([\d.]+)% of their confusing samples in common, two with other low and high layers ([\d.]+)%, and chance alone gives ([\d.]+)%\.$/
      const [same, different, chance] = (told.exec(sentence) ?? []).slice(1).map(Number)
      const both = ({ shared }: Pair) => shared
      expect(Math.abs(same - percentOf('same-low/diff-high', both))).toBeLessThan(1)
      expect(Math.abs(different - percentOf('both-diff', both))).toBeLessThan(1)
      const byChance = percentOf('both-diff', (pair) => (pair.size_a * pair.size_b) / 60)
      expect(Math.abs(chance - byChance)).toBeLessThan(0.1)
      expect(same).toBeGreaterThan(different)
    },
  )

  it('puts shares where they were planted', () => {
    const shares = new Map(result.effects.map((row) => [row.effect, row]))
    expect(shares.get('low')?.estimate).toBeGreaterThan(0.45)
    expect(shares.get('low')?.estimate).toBeLessThan(0.65)
    expect(shares.get('low')?.ci_low).toBeGreaterThan(0.2)
    expect(shares.get('high')?.estimate).toBeLessThan(0.12)
    expect(shares.get('sample')?.estimate).toBeLessThan(0.25)
    const all = ['low', 'high', 'sample', 'order', 'residual'] as const
    const sum = all.reduce((total, name) => total + (shares.get(name)?.estimate ?? 0), 0)
    expect(sum).toBeCloseTo(1, 9)
  })

  it('gives the same numbers again', () => {
    expect(tables(study)).toEqual(result)
  })

  it('calls networks of equal seeds identical, with the same set', () => {
    const twin = { ...study.networks[0], network: 'twin' }
    const { overlaps } = tables({ ...study, networks: [study.networks[0], twin] })
    expect(overlaps).toMatchObject([{ relation: 'identical', jaccard: 1, kappa: 1 }])
    expect(overlaps[0].spearman).toBeCloseTo(1, 12)
  })

  it.each([
    [0.05, '95'],
    [0.025, '97.5'],
    [0.001, '99.9'],
  ])('says everywhere that intervals at α = %f are of one level', (alpha, percent) => {
    const { verdict } = compareNetworks(study, { ...quick, alpha })
    const levels = [
      ...JSON.stringify(verdict).matchAll(/([\d.]+)% interval|intervals are of ([\d.]+)%/g),
    ]
    expect(levels.length).toBeGreaterThan(3)
    expect(new Set(levels.map(([, one, other]) => one ?? other))).toEqual(new Set([percent]))
  })

  it('calls one network under two names by both', () => {
    const named = (name: string) => ({ ...study.networks[0], name })
    const twice = { ...study, networks: [named('one'), named('other')] }
    const { overlaps, intersections } = tables(twice)
    expect(overlaps).toMatchObject([{ name_a: 'one', name_b: 'other', relation: 'identical' }])
    expect(intersections).toMatchObject([{ names: ['one', 'other'] }])
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
    expect(overlaps.filter((row) => row.similar_accuracy === false)).toHaveLength(23)
    expect(verdict.warnings).toEqual([
      '23 of 276 pairs differ in test accuracy by more than 2 points',
    ])
    const equal = changed(study, (one, index) => ({ ...one, accuracy: index === 0 ? 0.88 : 0.9 }))
    expect(tables(equal).verdict.warnings).toEqual([])
  })
})

describe('what a verdict needs', () => {
  const study = simulated(lowDecides, {}, 3)
  const statusOf = (changedStudy: StudyScores, id: string) =>
    tables(changedStudy).verdict.clauses.find((clause) => clause.id === id)?.status

  it('an overfitting phase in most networks', () => {
    const without = changed(study, (one, index) => ({ ...one, overfitting: index < 5 }))
    expect(statusOf(without, 'i')).toBe('fails')
    expect(tables(without).verdict.verdict).toBe('inconclusive')
    expect(tables(without).verdict.sentence).toMatch(/^inconclusive: it is open whether /)
    expect(tables(without).verdict.certainty).toMatch(/ Open: \(i\) only 5 of 24 networks/)
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

  it('no usable set: it is the scores that decide', () => {
    const empty = changed(study, (one) => ({ ...one, set: [] }))
    expect(statusOf(empty, 'i')).toBe('holds')
    expect(statusOf(empty, 'v')).toBe('holds')
    expect(tables(empty).verdict.sets).toMatchObject({
      status: 'undecided',
      reason: 'too few networks have a confusing set',
    })
    expect(tables(empty).effects.find((row) => row.effect === 'T_low')?.note).toMatch(
      /networks that have confusing sets; the grid is 4 × 4$/,
    )
    expect(tables(empty).verdict.sentence).toMatch(/^decides: /)
  })

  it('scores that survive every kind of other choice', () => {
    const with_ = (reliability: NetworkScores['reliability']) =>
      tables(changed(study, (one) => ({ ...one, reliability }))).verdict
    const broken = with_({ salience: 0.98, 'tie-break': 0.99, players: 0.8, baseline: 0.11 })
    expect(broken.verdict).toBe('inconclusive')
    expect(broken.certainty).toMatch(
      /\(v\) .* baseline 0\.11: under other choices of baseline they are not/,
    )
    const partly = with_({ salience: 0.98 })
    expect(partly.verdict).toBe('decides')
    expect(partly.clauses[4].reason).toMatch(/not measured: tie-break, players, baseline$/)
    expect(with_(undefined).certainty).toMatch(/\(v\) .* not measured/)
    expect(with_(undefined).verdict).toBe('inconclusive')
  })

  it('scores that see mislabelled samples, where there are enough of them', () => {
    const highest = [...study.samples]
      .map((sample, x) => ({
        sample,
        sum: study.networks.reduce((sum, { score }) => sum + score[x], 0),
      }))
      .sort((a, b) => b.sum - a.sum)
      .map(({ sample }) => sample)
    const control = (mislabelled: readonly (string | number)[]) =>
      tables({ ...study, mislabelled }).verdict
    expect(control(highest.slice(0, 12)).clauses[5]).toMatchObject({
      status: 'holds',
      figures: { mislabelled: 12 },
    })
    expect(control(highest.slice(0, 12)).verdict).toBe('decides')
    const blind = control(highest.slice(140, 160))
    expect(blind.verdict).toBe('inconclusive')
    expect(blind.certainty).toMatch(
      /\(vi\) AUC 0\.5\d* by the mean rank of the scores \(single networks .*\) of 20 mislabelled samples, p = 0\.\d+: the score/,
    )
    expect(blind.warnings[0]).toMatch(/^the positive control failed: AUC 0\.5/)
    // What networks.csv and measures.csv have beside it.
    const wrong = study.samples.map((sample) => highest.slice(140, 160).includes(sample))
    const single = study.networks.map(({ score }) => areaUnderRoc(score, wrong) as number)
    const [least, most] = [Math.min(...single), Math.max(...single)].map((auc) => auc.toFixed(2))
    expect(blind.clauses[5].reason).toContain(
      `(single networks ${least} to ${most}, mean ${mean(single)?.toFixed(2)})`,
    )
    const lone = {
      ...study,
      networks: study.networks.slice(0, 1),
      mislabelled: highest.slice(0, 12),
    }
    expect(tables(lone).verdict.clauses[5].reason).toMatch(/^AUC [\d.]+ of 12 mislabelled/)
    expect(control(highest.slice(0, 12)).warnings).toEqual([])
    expect(control(highest.slice(-4)).clauses[5]).toMatchObject({ status: 'not-tested' })
    expect(control(highest.slice(-4)).verdict).toBe('decides')
    expect(control(highest.slice(-4)).certainty).toMatch(/Not known: \(vi\) not tested: 4 analysed/)
  })

  it('both tie-breaks', () => {
    const one = changed(study, ({ otherScore: _, ...rest }) => rest)
    expect(statusOf(one, 'iii')).toBe('undecided')
    expect(statusOf(one, 'iv')).toBe('undecided')
    expect(tables(one).verdict.verdict).toBe('inconclusive')
  })

  it('a grid that could show it: 2 × 2 gives no p below 0.5', () => {
    const small = tables(
      simulated({ low: 0.9, high: 0, sample: 0 }, { lows: 2, highs: 2, samples: 100 }, 0),
    )
    expect(small.verdict.verdict).toBe('inconclusive')
    expect(small.verdict.certainty).toMatch(/a 2 × 2 grid gives no p below 0\.5/)
    expect(small.verdict.certainty).toMatch(
      /the sample itself -?[\d.]+% \(no interval: it needs 3 × 3 seeds\)/,
    )
    expect(small.effects.find((row) => row.effect === 'low')?.note).toMatch(
      /smallest attainable p 0\.5/,
    )
  })

  it('two low seeds suffice where they decide nearly all', () => {
    const two = simulated({ low: 0.9, high: 0, sample: 0 }, { lows: 2, highs: 7, repeats: 0 }, 1)
    expect(tables(two).verdict.verdict).toBe('decides')
  })
})

describe('fully different sets', () => {
  it('is claimed, refuted or left open by the interval of κ', () => {
    const status = (shares: SimulatedShares, samples: number) =>
      tables(simulated(shares, { samples }, 1)).verdict.fullyDifferent.status
    expect(status({ low: 0.9, high: 0, sample: 0 }, 800)).toBe('holds')
    expect(status({ low: 0.05, high: 0, sample: 0.9 }, 400)).toBe('fails')
    expect(status({ low: 0.75, high: 0, sample: 0.2 }, 60)).toBe('undecided')
  })
})

describe('bad input', () => {
  const study = simulated(lowDecides, { lows: 3, highs: 3, samples: 60, repeats: 0 }, 5)

  it('no networks at all', () => {
    const { verdict, effects, overlaps } = tables({ ...study, networks: [] })
    expect(verdict.verdict).toBe('inconclusive')
    expect([effects, overlaps]).toEqual([[], []])
    expect(tables({ samples: [], networks: [] }).verdict.verdict).toBe('inconclusive')
  })

  it('one network', () => {
    const { verdict, effects } = tables({ ...study, networks: study.networks.slice(0, 1) })
    expect(verdict.certainty).toMatch(
      /\(ii\) the low × high grid is 1 × 1: the smallest attainable p is 1.*\(iii\) \(iv\) variance shares need 2 × 2/,
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
    const open = verdict.clauses.filter(({ status }) => status === 'undecided')
    for (const { reason } of open.filter(({ id }) => id === 'iii' || id === 'iv'))
      expect(reason).toMatch(/two seeds, as many as the 3 × 3 grid has without gaps, say little/)
    expect(verdict.warnings.at(-1)).toMatch(
      /^shares of the variance leave out 2 of 8 networks \(cells are missing: 2 × 3 of 3 × 3 used, without low seed 1\)/,
    )
  })

  it('repeats of order seeds are not left out: the share of the order takes them', () => {
    const repeated = simulated(lowDecides, { lows: 3, highs: 3, samples: 60, repeats: 1 }, 5)
    const hole = repeated.networks.findIndex(
      ({ seeds }) => seeds.low === 1 && seeds.high === 0 && seeds.order === 0,
    )
    const { verdict } = tables({
      ...repeated,
      networks: repeated.networks.filter((_, index) => index !== hole),
    })
    // Of 11: low 1 with its two networks of the grid and its repeat.
    expect(repeated.networks).toHaveLength(12)
    expect(verdict.warnings.at(-1)).toMatch(/^shares of the variance leave out 3 of 11 networks/)
  })

  it('networks of a design that cannot be crossed are told of beside one that is', () => {
    const alone = study.networks
      .filter(({ seeds }) => seeds.high === 0 && Number(seeds.low) < 2)
      .map((one) => ({
        ...one,
        network: `b${one.network}`,
        name: undefined,
        architecture: 'other',
      }))
    const { verdict } = tables({ ...study, networks: [...study.networks, ...alone] })
    expect(alone).toHaveLength(2)
    expect(verdict.warnings).toContainEqual(
      expect.stringMatching(
        /^networks of other, init.*\(2\) are in no grid of two low and two high seeds \(2 × 1\)/,
      ),
    )
    expect(tables(study).verdict.warnings.join()).not.toMatch(/in no grid/)
  })

  it('a hole in a 2 × 2 grid leaves a test and no shares', () => {
    const small = simulated(lowDecides, { lows: 2, highs: 2, samples: 60, repeats: 0 }, 5)
    const { verdict } = tables({ ...small, networks: small.networks.slice(1) })
    expect(verdict.certainty).toMatch(/\(ii\) .*a 2 × 2 grid with gaps gives no p below 0\.5/)
    expect(verdict.certainty).toMatch(/\(iii\) \(iv\) .*without gaps; the grid is 2 × 2 with gaps/)
    expect(verdict.warnings.join()).not.toContain('leave out')
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
      'a score is not a finite number',
      'it has 10 scores for 60 samples',
    ])
    expect(overlaps[0]).toMatchObject({ jaccard: undefined, kappa: undefined, spearman: undefined })
    // Of constant scores there is no set that would have nothing in common with another one.
    const ofConstant = overlaps.filter(({ network_a, network_b }) =>
      [network_a, network_b].includes(broken.networks[0].network),
    )
    expect(ofConstant).toHaveLength(broken.networks.length - 1)
    for (const { jaccard, expected_jaccard } of ofConstant)
      expect([jaccard, expected_jaccard]).toEqual([undefined, undefined])
    expect(overlaps.at(-1)?.jaccard).toBeDefined()
    expect(verdict.warnings).toContain(
      'low0-high0-order0 is left out: every sample has the same score',
    )
    // One rule for pairs and contrasts: without a confusing sample there is nothing to overlap with.
    const ofEmpty = overlaps.filter(
      ({ network_a, network_b }) =>
        [network_a, network_b].includes(broken.networks[1].network) &&
        [network_a, network_b].includes(broken.networks[5].network),
    )
    expect(ofEmpty).toMatchObject([{ jaccard: undefined, kappa: undefined, p_value: undefined }])
    expect(ofEmpty[0].spearman).toBeDefined()
  })

  it('networks without a confusing sample: contrasts of sets go without, and say so', () => {
    const one = changed(study, (each, index) => (index === 4 ? { ...each, set: [] } : each))
    const { effects, verdict } = tables(one)
    const noteOf = (name: string) => effects.find(({ effect }) => effect === name)?.note
    expect(noteOf('T_low')).toMatch(/; without 1 cell of networks with no confusing sample$/)
    expect(noteOf('low')).not.toMatch(/without/)
    expect(verdict.sentence).toMatch(/Networks without any are left out\.$/)
    expect(tables(study).verdict.sentence).not.toMatch(/left out/)
  })

  it('ends of intervals of κ_J that it cannot reach are cut', () => {
    // Of three low seeds two have the same one sample: leaving one out changes nearly all.
    const apart = changed(study, (each) => ({
      ...each,
      set: [study.samples[each.seeds.low === 2 ? 1 : 0]],
    }))
    const { figures } = tables(apart).verdict.fullyDifferent!
    expect([figures.ci_low, figures.ci_high]).toEqual([-1, 1])
  })

  it('a network under two names is left out once, by both', () => {
    const flat = { ...study.networks[0], score: new Float64Array(60), set: [] }
    const twice = {
      ...study,
      networks: [flat, { ...flat, name: 'again' }, ...study.networks.slice(1)],
    }
    expect(tables(twice).verdict.warnings.filter((line) => line.includes('left out'))).toEqual([
      `${flat.name ?? flat.network} and again is left out: every sample has the same score`,
    ])
  })

  it('every score constant', () => {
    const flat = changed(study, (one) => ({ ...one, score: new Float64Array(60), set: [] }))
    const { verdict, effects } = tables(flat)
    expect(verdict.certainty).toMatch(/no network has known seeds and usable scores/)
    expect(effects).toHaveLength(8)
    for (const row of effects)
      expect(row.note).toMatch(/no network has known seeds and usable scores/)
  })

  it('no seed known: nothing was asked, and what weakens the scores is told all the same', () => {
    const foreign = changed(study, (one) => ({
      ...one,
      seeds: { ...one.seeds, low: undefined, high: undefined },
    }))
    const { verdict } = tables(foreign)
    expect(verdict.verdict).toBe('not-asked')
    expect(verdict.sentence).toMatch(/^no verdict: nothing was asked of low layers/)
    expect(verdict.asked).toBe('the interactions of 60 samples in 9 networks')
    expect(verdict.grid).toBeUndefined()
    // One known seed is a question.
    const [first, ...others] = foreign.networks
    const asked = {
      ...foreign,
      networks: [{ ...first, seeds: study.networks[0].seeds }, ...others],
    }
    expect(tables(asked).verdict.verdict).toBe('inconclusive')
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
    expect(verdict.verdict).toBe('absent')
    expect(effects.find((row) => row.effect === 'sample')?.estimate).toBeCloseTo(1, 9)
  })
})

describe('grids', () => {
  it('are tested one by one; init decides the verdict', () => {
    const study = simulated(lowDecides, { lows: 3, highs: 3, samples: 100 }, 2)
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
    const study = simulated(lowDecides, {}, 3)
    const high = simulated({ low: 0, high: 0.7, sample: 0 }, {}, 4)
    const frozen = high.networks.map((one) => ({
      ...one,
      network: `frozen-${one.network}`,
      regime: 'trained-frozen',
    }))
    const { verdict } = tables({ ...study, networks: [...study.networks, ...frozen] })
    expect(verdict.sentence).toMatch(/^decides for simulated, init: /)
    expect(verdict.grid).toMatchObject({ regime: 'init' })
    expect(verdict.others).toMatchObject([{ regime: 'trained-frozen', verdict: 'absent' }])
    expect(verdict.others[0].sentence).toMatch(
      /^absent for simulated, trained-frozen: low layers that were trained elsewhere and then frozen do not decide /,
    )
    expect(verdict.others[0].certainty).toMatch(/The claim is about initial weights/)
    expect(tables(study).verdict.sentence).toMatch(/^decides: /)
  })
})
