/** The figure that checks whether the interactions add up to the network's outputs. */
import { matchingError, synthesize } from '../../interactions/andOr.js'
import type { StoredSample } from '../types.js'
import { points, quantitative } from './channels.js'
import { colours, type Figure, type Spec } from './figure.js'
import { rounded } from './studyRows.js'

/** More points than this say no more to the eye. */
const MOST_POINTS = 400

/** How exactly the interactions reproduce v: all coalitions, sorted strength, fit by number kept. */
export const matchingFigure: Figure = {
  id: 'matching',
  title: 'How well the interactions reproduce the network',
  source: 'Figure 1',
  draw({ details }) {
    const detail = details[0]
    const state = detail?.states.at(-1)
    if (detail === undefined || state === undefined) {
      return 'the stored interactions could not be read'
    }
    const rebuilt = synthesize(state)
    const error = matchingError(state, state.values)
    return {
      caption: `Sample #${detail.sample} of one network at the end. Coalitions S, sorted: v(S) of all ${state.values.length} coalitions, sorted, and what the interactions give, h(S); they differ by at most ${error.toPrecision(2)}, the noise that the split may leave out. Interactions, sorted: |I| of all of them; dashed: salience threshold τ. Strongest interactions kept: error of v(S) when only these are.`,
      spec: {
        hconcat: [valuePanel(state, rebuilt), strengthPanel(state), keptPanel(state)],
        spacing: 24,
      },
    }
  },
}

function thinned<T>(items: readonly T[]): T[] {
  const stride = Math.max(1, items.length / MOST_POINTS)
  const kept: T[] = []
  for (let at = 0; at < items.length; at += stride) kept.push(items[Math.floor(at)])
  return kept
}

function valuePanel({ values }: StoredSample, rebuilt: Float64Array): Spec {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b])
  const ranked = thinned(
    order.map((mask, rank) => ({ rank, v: rounded(values[mask]), h: rounded(rebuilt[mask]) })),
  )
  const x = quantitative('rank', 'coalitions S, sorted', { axis: { tickCount: 4 } })
  const y = quantitative('h', 'v(S) line, h(S) dots')
  return {
    width: 190,
    height: 170,
    data: { values: ranked },
    layer: [
      { mark: points(9, { color: colours.vermillion, opacity: 0.75 }), encoding: { x, y } },
      {
        mark: { type: 'line', strokeWidth: 1.5, color: colours.blue },
        encoding: { x: quantitative('rank'), y: quantitative('v') },
      },
    ],
  }
}

function strengthPanel({ and, or, tau }: StoredSample): Spec {
  const strengths = [...and.subarray(1), ...or.subarray(1)]
    .map(Math.abs)
    .filter((strength) => strength > 1e-12)
    .sort((a, b) => b - a)
  const ranked = thinned(
    strengths.map((strength, index) => ({ rank: index + 1, strength: rounded(strength) })),
  )
  const y = quantitative('strength', '|I|')
  const x = quantitative('rank', 'interactions, sorted', {
    axis: { tickCount: 4 },
    // Of no interaction an axis has no ends of its own.
    ...(ranked.length === 0 ? { scale: { domain: [0, 1] } } : {}),
  })
  const threshold = {
    data: { values: [{ strength: rounded(tau) }] },
    mark: { type: 'rule', strokeDash: [4, 3], color: colours.vermillion },
    encoding: { y: quantitative('strength') },
  }
  return {
    width: 160,
    height: 170,
    layer: [
      {
        data: { values: ranked },
        mark: { type: 'line', strokeWidth: 1.6, color: colours.blue },
        encoding: { x, y },
      },
      ...(tau > 0 ? [threshold] : []),
    ],
  }
}

function keptPanel({ and, or, values }: StoredSample): Spec {
  const all = [
    ...Array.from(and, (value, mask) => ({ kind: 'and', mask, value })),
    ...Array.from(or, (value, mask) => ({ kind: 'or', mask, value })),
  ].filter(({ mask, value }) => mask !== 0 && Math.abs(value) > 1e-12)
  all.sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
  const fits = keptCounts(all.length).map((kept) => {
    const [partAnd, partOr] = [new Float64Array(and.length), new Float64Array(or.length)]
    partAnd[0] = and[0]
    partOr[0] = or[0]
    for (const { kind, mask, value } of all.slice(0, kept)) {
      ;(kind === 'and' ? partAnd : partOr)[mask] = value
    }
    const rebuilt = synthesize({ and: partAnd, or: partOr })
    const squares = values.reduce((sum, v, mask) => sum + (v - rebuilt[mask]) ** 2, 0)
    return { kept, error: rounded(spread > 0 ? Math.sqrt(squares / values.length) / spread : 0) }
  })
  return {
    width: 160,
    height: 170,
    data: { values: fits },
    mark: { type: 'line', point: { size: 14 }, strokeWidth: 1.6, color: colours.green },
    encoding: {
      x: quantitative('kept', 'strongest interactions kept', { axis: { tickCount: 4 } }),
      y: quantitative('error', 'RMSE / std of v'),
    },
  }
}

/** 0 to all in at most some 25 steps. */
function keptCounts(total: number): number[] {
  const stride = Math.max(1, Math.ceil(total / 24))
  const counts: number[] = []
  for (let kept = 0; kept < total; kept += stride) counts.push(kept)
  return [...counts, total]
}

/** The strongest interactions of a sample, empty set left out. */
interface StrongInteraction {
  readonly kind: 'AND' | 'OR'
  readonly mask: number
  readonly value: number
}

export function strongestOf({ and, or }: StoredSample, count: number): StrongInteraction[] {
  const all: StrongInteraction[] = []
  for (let mask = 1; mask < and.length; mask++) {
    if (and[mask] !== 0) all.push({ kind: 'AND', mask, value: and[mask] })
    if (or[mask] !== 0) all.push({ kind: 'OR', mask, value: or[mask] })
  }
  return all.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, count)
}
