/** Comparisons on parts of the panel or of the pairs against the comparison on all. */
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { pairAgreement, salientSets } from '../metrics/transferability.js'
import type { OverlapRow } from '../tables/tables.js'
import { classOf, scoredAnalyses } from '../testing/scoredAnalyses.js'
import { compareAnalyses } from './compare.js'
import { PairClasses } from './pairClasses.js'
import { subgroupRows } from './subgroups.js'

const COUNT = 60

/** Independent draws by name, within 0.25 … 0.95. */
function draws(count: number, ...names: (string | number)[]): number[] {
  const random = stream(0, 'subgroups', ...names.map(String)).at()
  return Array.from({ length: count }, () => 0.25 + 0.7 * random.uniform())
}

describe('shares on parts of the panel', () => {
  // Low seeds decide the samples of class 1 and of the other split, nothing decides those of class 0.
  const { analyses, config } = scoredAnalyses(({ low, high }) => {
    const byLow = draws(COUNT, 'low', low)
    const own = draws(COUNT, 'own', low, high)
    return {
      c: byLow.map((value, sample) => (classOf(sample) === 1 ? value : own[sample])),
      other: draws(30, 'other', low),
    }
  })
  const comparison = compareAnalyses(analyses, {}, config)
  const rows = [...subgroupRows(analyses, { ...comparison, matched: [] }, config)].flat()
  const estimate = (grouping: string, subgroup: string, effect: string) =>
    rows.find(
      (row) => row.grouping === grouping && row.subgroup === subgroup && row.effect === effect,
    )?.estimate

  it('are those of the classes alone', () => {
    // What three low seeds happen to have in common counts as the sample's.
    expect(estimate('class', '1', 'low')).toBeGreaterThan(0.7)
    expect(estimate('class', '1', 'residual')).toBeCloseTo(0, 12)
    expect(estimate('class', '1', 'high')).toBeCloseTo(0, 12)
    expect(Math.abs(estimate('class', '0', 'low')!)).toBeLessThan(0.2)
    expect(estimate('class', '1', 'T_low')).toBeGreaterThan(0.5)
    expect(rows.find(({ grouping }) => grouping === 'class')?.samples).toBe(COUNT / 2)
  })

  it('are those of each split alone, the main one as in effects.csv', () => {
    const main = comparison.effects.find(({ effect }) => effect === 'low')!
    expect(estimate('split', 'train', 'low')).toBe(main.estimate)
    expect(estimate('split', 'test', 'low')).toBeGreaterThan(0.7)
    expect(estimate('split', 'test', 'residual')).toBeCloseTo(0, 12)
    expect(rows.find(({ subgroup }) => subgroup === 'test')?.samples).toBe(30)
  })

  it('of groups that are too small: left out, and said', () => {
    const small = scoredAnalyses(({ low, high }) => ({ c: draws(30, 'own', low, high) }))
    const { effects } = compareAnalyses(small.analyses, {}, small.config)
    const found = [...subgroupRows(small.analyses, { effects, matched: [] }, small.config)].flat()
    expect(found.filter(({ grouping }) => grouping === 'split')).toEqual([])
    expect(found.filter(({ grouping }) => grouping === 'class')).toMatchObject([
      { subgroup: '0', samples: 15, estimate: undefined, note: 'left out: fewer than 20 samples' },
      { subgroup: '1', samples: 15, estimate: undefined, note: 'left out: fewer than 20 samples' },
    ])
  })
})

it('a main panel of too few samples is left out as others are', () => {
  const small = scoredAnalyses(({ low, high }) => ({
    c: draws(18, 'own', low, high),
    other: draws(30, 'other', low, high),
  }))
  const { effects } = compareAnalyses(small.analyses, {}, small.config)
  const found = [...subgroupRows(small.analyses, { effects, matched: [] }, small.config)].flat()
  expect(found.filter(({ subgroup }) => subgroup === 'train')).toMatchObject([
    {
      grouping: 'split',
      samples: 18,
      estimate: undefined,
      note: 'left out: fewer than 20 samples',
    },
  ])
})

const networks = [0, 1, 2].flatMap((low) =>
  [0, 1, 2].map((high) => ({
    network: `${low}${high}`,
    architecture: 'mlp-5',
    regime: 'init',
    seeds: { low, high, order: 0 },
  })),
)

/** All pairs, with figures by what they share; those of network 22 are not of similar accuracy. */
function pairs(figure: (relation: string, similar: boolean) => number): OverlapRow[] {
  return networks.flatMap((b, second) =>
    networks.slice(0, second).map((a): OverlapRow => {
      const relation =
        a.seeds.low === b.seeds.low
          ? 'same-low/diff-high'
          : a.seeds.high === b.seeds.high
            ? 'diff-low/same-high'
            : 'both-diff'
      const similar = ![a, b].some(({ network }) => network === '22')
      const value = figure(relation, similar)
      return {
        network_a: a.network,
        network_b: b.network,
        relation,
        cut: 2,
        step: 1,
        similar_accuracy: similar,
        jaccard: value,
        spearman: value / 2,
        iou: value / 4,
      } as OverlapRow
    }),
  )
}

it('pairs of two architectures are one class, whichever of them is named first', () => {
  const two = networks
    .slice(0, 4)
    .map((one, at) => ({ ...one, architecture: at % 2 === 0 ? 'wide' : 'deep' }))
  const classes = new PairClasses(two, 0.95)
  const names = new Set(two.map(({ network }) => network))
  for (const row of pairs(() => 0.5)) {
    if (names.has(row.network_a ?? '') && names.has(row.network_b ?? ''))
      classes.add({ ...row, relation: 'diff-low/diff-arch' })
  }
  const found = classes.rows.filter(({ statistic, accuracy }) => {
    return statistic === 'jaccard' && accuracy === 'all'
  })
  const counts = found.map(({ architecture, pairs }) => [architecture, pairs])
  expect(Object.fromEntries(counts)).toEqual({ deep: 1, 'deep+wide': 4, wide: 1 })
  expect(counts).toHaveLength(3)
})

it('pairs of a network that stands under two names are of the architecture of each name', () => {
  const twice = [
    ...networks.slice(0, 4).map((one) => ({ ...one, name: `n${one.network}` })),
    { ...networks[0], name: 'lone', architecture: 'onnx', seeds: { order: 0 } as never },
  ]
  const classes = new PairClasses(twice, 0.95)
  for (const [second, b] of twice.entries()) {
    for (const a of twice.slice(0, second)) {
      const ends = { network_a: a.network, name_a: a.name, network_b: b.network, name_b: b.name }
      classes.add({ ...ends, relation: 'any', cut: 2, step: 1, jaccard: 0.5 } as OverlapRow)
    }
  }
  const found = classes.rows.filter(
    ({ accuracy, statistic }) => accuracy === 'all' && statistic === 'jaccard',
  )
  const counts = found.map(({ architecture, pairs }) => [architecture, pairs])
  expect(Object.fromEntries(counts)).toEqual({ 'mlp-5': 6, 'mlp-5+onnx': 4 })
})

describe('pairs of similar accuracy', () => {
  const figures: Record<string, number> = {
    'same-low/diff-high': 0.8,
    'diff-low/same-high': 0.5,
    'both-diff': 0.2,
  }
  const classes = new PairClasses(networks, 0.95)
  for (const row of pairs((relation, similar) => (similar ? figures[relation] : 1)))
    classes.add(row)

  it('give contrasts of their own, and say how many are left', () => {
    const found = classes.matchedRows
    const of = (subgroup: string, effect: string) =>
      found.find((row) => row.subgroup === subgroup && row.effect === effect)!
    expect(of('similar', 'T_low').estimate).toBeCloseTo(0.6, 12)
    expect(of('similar', 'T_high').estimate).toBeCloseTo(0.3, 12)
    expect(of('similar', 'low−high').estimate).toBeCloseTo(0.15, 12)
    expect(of('similar', 'low').estimate).toBeCloseTo(0.3, 12)
    expect(of('similar', 'sample').estimate).toBeCloseTo(0.1, 12)
    expect(of('all', 'T_low').ci_low).toBeLessThan(of('all', 'T_low').estimate!)
    expect(of('all', 'T_low').estimate).toBeLessThan(0.6)
    expect(of('all', 'T_low').pairs).toBe(36)
    // Of the eight pairs of network 22 two share its low seed, two its high one.
    expect(of('similar', 'T_low').note).toBe(
      '28 of 36 pairs: 7 same-low/diff-high, 7 diff-low/same-high, 14 both-diff',
    )
  })

  it('and means of every class', () => {
    const found = classes.rows
    const low = found.filter(
      ({ relation, statistic }) => relation === 'same-low/diff-high' && statistic === 'iou',
    )
    expect(low).toMatchObject([
      { accuracy: 'all', pairs: 9 },
      { accuracy: 'similar', pairs: 7 },
    ])
    expect(low[0].mean).toBeCloseTo((7 * 0.2 + 2 * 0.25) / 9, 12)
    expect(low[1].mean).toBeCloseTo(0.2, 12)
  })

  it('with intervals that end where their figures do', () => {
    const wild = new PairClasses(networks, 0.95)
    for (const [at, row] of pairs(() => 0).entries()) {
      const apart = at % 2
      wild.add({ ...row, jaccard: apart, spearman: 2 * apart - 1, iou: apart })
    }
    const ends = [...wild.matchedRows, ...wild.rows].flatMap(({ ci_low, ci_high }) => [
      ci_low ?? 0,
      ci_high ?? 0,
    ])
    expect(Math.max(...ends)).toBe(1)
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(-1)
  })

  it('with no interval where all pairs of a class are alike, whichever seed is left out: but of what is no estimate', () => {
    const alike = new PairClasses(networks, 0.95)
    // A third is no sum of powers of two: means of some and of all differ by rounding.
    for (const row of pairs(() => 1 / 3)) alike.add({ ...row, expected_jaccard: 1 / 3 })
    for (const { statistic, mean, ci_low, ci_high } of alike.rows) {
      const isEstimate = statistic !== 'expected_jaccard'
      if (isEstimate)
        expect([statistic, ci_low, ci_high]).toEqual([statistic, undefined, undefined])
      else expect([ci_low, ci_high]).toEqual([expect.closeTo(mean!, 12), expect.closeTo(mean!, 12)])
    }
    for (const { estimate, effect, ci_low } of alike.matchedRows) {
      expect([effect, typeof estimate, ci_low]).toEqual([effect, 'number', undefined])
    }
  })

  it('with intervals that end where the figure does', () => {
    const extreme = new PairClasses(networks, 0.95)
    for (const row of pairs(() => 0)) {
      const isOther = row.network_a?.startsWith('0') || row.network_b?.startsWith('0')
      extreme.add({ ...row, jaccard: isOther ? 0 : 1, kappa: isOther ? -1 : 1 })
    }
    const ends = (of: string) =>
      extreme.rows
        .filter(({ statistic, accuracy }) => statistic === of && accuracy === 'all')
        .map(({ ci_low, ci_high }) => [ci_low, ci_high])
    expect(ends('jaccard')).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ])
    expect(ends('kappa')).toEqual([
      [-1, 1],
      [-1, 1],
      [-1, 1],
    ])
  })
})

describe('the interactions of two networks', () => {
  /** Networks of three players whose samples have these salient AND interactions: the mask, with the sign of the interaction. */
  const from = (first: number, ...lists: number[][]) =>
    salientSets(
      lists.map((masks, place) => {
        const and = new Float64Array(8)
        for (const mask of masks) and[Math.abs(mask)] = Math.sign(mask)
        const interactions = { n: 3, and, or: new Float64Array(8) }
        return { sample: first + place, interactions, tau: 0.5 }
      }),
    )
  const sets = (...lists: number[][]) => from(0, ...lists)
  const a = sets([1, 2, 3], [4], [], [5])
  const b = sets([2, 3, -1, 6], [4], [], [])

  it('have an intersection over union: the mean over samples of |A ∩ B| / |A ∪ B|, signs counted', () => {
    // 2 of 5, 1 of 1, nothing to say, 0 of 1
    expect(pairAgreement(a, b).iou).toBeCloseTo((0.4 + 1 + 0) / 3, 12)
    expect(pairAgreement(a, a).iou).toBe(1)
  })

  it('transfer in both directions, with and without their signs', () => {
    // 2 of 3 and 2 of 4, 1 of 1 twice, nothing to say, 0 of 1; without signs 3 of 3 and 3 of 4
    expect(pairAgreement(a, b).signed.share).toBeCloseTo((2 / 3 + 2 / 4 + 2 + 0) / 5, 12)
    expect(pairAgreement(a, b).unsigned.share).toBeCloseTo((1 + 3 / 4 + 2 + 0) / 5, 12)
    // Of 2 · 7 − 3 interactions of three players.
    expect(pairAgreement(a, b).unsigned.chance).toBeCloseTo((4 + 3 + 1 + 1 + 0) / 11 / 5, 12)
    expect(pairAgreement(a, b).signed.chance).toBeCloseTo((4 + 3 + 1 + 1 + 0) / 22 / 5, 12)
  })

  it('are of the samples that both have, wherever each has them', () => {
    const [first, , third] = [[1, 2, 3], [4], [2, -3]]
    expect(pairAgreement(from(4, first, [4], third), from(5, [7], third, first, [1]))).toEqual(
      pairAgreement(from(5, [4], third), from(5, [7], third)),
    )
  })

  it('say nothing where there are none, or no samples in common', () => {
    const nothing = { share: undefined, chance: undefined }
    const found = { signed: nothing, unsigned: nothing, iou: undefined }
    expect(pairAgreement(sets([]), sets([]))).toEqual(found)
    expect(pairAgreement(sets([1]), from(9, [1, 2, 3]))).toEqual(found)
  })
})
