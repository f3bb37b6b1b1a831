/** Figures for phones: the same data and marks, panels below each other. */
import type { Spec } from '../figures/figure.js'

/** Widest panel, in pixels of the drawing; with axis and legend it fills a phone. */
const WIDEST = 290

/** Panels this narrow stand in twos. */
const HALF = 130

/**
 * A specification whose panels are below each other, each with its own names, where the wide one has them side by side.
 */
export function narrow(spec: Spec): Spec {
  const { hconcat, vconcat, concat, facet, spec: inner, layer, encoding, ...rest } = spec
  const all = (specs: unknown) => (specs as readonly Spec[]).map(narrow)
  return {
    ...rest,
    ...(typeof rest.width === 'number' ? { width: Math.min(WIDEST, rest.width) } : {}),
    ...(hconcat === undefined ? {} : { vconcat: all(hconcat) }),
    ...(vconcat === undefined ? {} : { vconcat: all(vconcat) }),
    ...(concat === undefined ? {} : { concat: all(concat), columns: 2 }),
    ...(facet === undefined ? {} : stacked(facet as Facet, inner as Spec)),
    ...(layer === undefined ? {} : { layer: all(layer) }),
    ...(encoding === undefined ? {} : { encoding: named(encoding as Encoding) }),
  }
}

interface Facet {
  readonly row?: Spec
  readonly column?: Spec
}

function stacked({ row, column }: Facet, inner: Spec): Spec {
  const spec = narrow(inner)
  if (row !== undefined && column !== undefined)
    return { facet: { row: column, column: row }, spec }
  const { header, ...panel } = (column ?? row)!
  const hasLabels = (header as { labels?: boolean } | undefined)?.labels !== false
  return {
    facet: { ...panel, ...(hasLabels && header !== undefined ? { header } : {}) },
    columns: Number(spec.width) <= HALF ? 2 : 1,
    spec,
  }
}

type Encoding = Readonly<Record<string, { readonly axis?: unknown }>>

/** What panels side by side say once, on the left, each says by itself. */
function named(encoding: Encoding): Encoding {
  const { y } = encoding
  if (y?.axis !== null) return encoding
  const { axis: _, ...own } = y
  return { ...encoding, y: own }
}
