/** Vega-Lite specifications to SVG, without a browser. */
import type { TopLevelSpec } from 'vega-lite'
import type { Spec } from '../figures/figure.js'
import { textWidth } from './textWidth.js'

interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: string | number
}

/** Vega and Vega-Lite, which take longer to load than all else together and are not always needed. */
async function loadVega() {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  // Vega's own place for another measure of text; its types leave it out.
  const { textMetrics } = vega as unknown as {
    textMetrics: { width: (item: TextItem, text: unknown) => number }
  }
  textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
    textWidth(String(text ?? ''), fontSize, fontWeight === 'bold' || Number(fontWeight) >= 600)
  return { ...vega, compile }
}

/**
 * Draws a specification. The same specification gives the same text; `prefix` keeps the ids of
 * several drawings on one page apart. Nothing is ever loaded: data are in the specification.
 */
export async function renderSvg(spec: Spec, prefix: string): Promise<string> {
  const { compile, loader, logger, None, parse, resetSVGDefIds, View } = await loadVega()
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
