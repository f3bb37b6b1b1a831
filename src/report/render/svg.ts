/** Vega-Lite specifications to SVG, without a browser. */
import * as vegaModule from 'vega'
import { loader, logger, None, parse, resetSVGDefIds, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Spec } from '../figures/figure.js'
import { textWidth } from './textWidth.js'

interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: string | number
}

// Vega's own place for another measure of text; its types leave it out.
const { textMetrics } = vegaModule as unknown as {
  textMetrics: { width: (item: TextItem, text: unknown) => number }
}
textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
  textWidth(String(text ?? ''), fontSize, fontWeight === 'bold' || Number(fontWeight) >= 600)

/**
 * Draws a specification. The same specification gives the same text; `prefix` keeps the ids of
 * several drawings on one page apart. Nothing is ever loaded: data are in the specification.
 */
export async function renderSvg(spec: Spec, prefix: string): Promise<string> {
  const quiet = logger(None)
  const { spec: vega } = compile(spec as unknown as TopLevelSpec, { logger: quiet })
  resetSVGDefIds()
  const view = new View(parse(vega), { renderer: 'none', logger: quiet, loader: loader() })
  try {
    const svg = await view.toSVG()
    return svg.replaceAll(/\b(clip|gradient_)(\d+)\b/g, `${prefix}-$1$2`)
  } finally {
    view.finalize()
  }
}
