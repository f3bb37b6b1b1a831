/** Channels and marks that figures have in common, as Vega-Lite takes them. */
import type { Spec } from './figure.js'

/** Null where nothing is said; without one an axis has that of another layer, or the name of its field. */
type Title = string | readonly string[] | null | undefined

/** Numbers, along an axis or as a colour. */
export function quantitative(field: string, title?: Title, rest: Spec = {}): Spec {
  return { field, type: 'quantitative', title, ...rest }
}

/** Names, each with a place or look of its own. */
export function nominal(field: string, title?: Title, rest: Spec = {}): Spec {
  return { field, type: 'nominal', title, ...rest }
}

/** Names in this order, as places along an axis or as panels, which need no title. */
export function inOrder(field: string, names: readonly string[], rest: Spec = {}): Spec {
  return nominal(field, null, { sort: [...names], ...rest })
}

/** Names that are told apart by a colour, or dashes, of their own. */
export function byName(
  field: string,
  title: Title,
  looks: Readonly<Record<string, unknown>>,
  rest: Spec = {},
): Spec {
  const scale = { domain: Object.keys(looks), range: Object.values(looks) }
  return nominal(field, title, { scale, ...rest })
}

/** Orders of interactions along an axis. */
export const orderAxis = {
  field: 'order',
  type: 'ordinal',
  title: 'order',
  axis: { labelAngle: 0 },
} as const

const epochTicks = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

/** Training time on an axis: 0 is shown, and early epochs get room. */
export const epochAxis = quantitative('epoch', 'epoch', {
  // A network with a single checkpoint has no extent of its own.
  scale: { type: 'symlog', constant: 1, domain: { unionWith: [0, 1] } },
  axis: { values: epochTicks, format: '~s', labelSeparation: 2 },
})

/** The same panel for each of these values of a field, side by side. */
export function sideBySide(field: string, values: readonly string[], panel: Spec): Spec {
  return { facet: { column: inOrder(field, values) }, spec: panel }
}

/** A point for each value. */
export function points(size: number, rest: Spec = {}): Spec {
  return { type: 'point', filled: true, size, opacity: 1, ...rest }
}

/** A bar or band along one axis, from the low to the high end of each value that has both. */
export function fromLowToHigh(
  along: 'x' | 'y',
  mark: Spec,
  encoding: Readonly<Record<string, Spec>>,
): Spec {
  const ends = {
    [along]: { ...encoding[along], field: 'low' },
    [`${along}2`]: { field: 'high' },
  }
  return {
    transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
    mark,
    encoding: { ...encoding, ...ends },
  }
}

/** A dashed line across a panel, at the place on one axis where there is no effect. */
export function noEffect(along: 'x' | 'y', axis: Spec, nothing = 0): Spec {
  return {
    data: { values: [{ nothing }] },
    mark: { type: 'rule', strokeDash: [3, 3] },
    encoding: { [along]: { ...axis, field: 'nothing' } },
  }
}
