/** Vega-Lite specifications as SVG, PNG and PDF, without a browser. */
import { createRequire } from 'node:module'
import type { TopLevelSpec } from 'vega-lite'
import { ink, type Spec } from '../figures/figure.js'
import { encodePng } from './png.js'
import { textWidth } from './textWidth.js'

/** One figure in the forms that papers take. */
interface PaperForms {
  readonly svg: string
  /** {@link PAPER_WIDTH} wide, on white. */
  readonly png: Uint8Array
  /** One page of that width; text stays text, its font is part of the file. */
  readonly pdf: Uint8Array
}

/** Width of a figure across the page of a paper, in inches. */
const PAPER_WIDTH = 7

const DOTS_PER_INCH = 300

/** A point, of which PDF is made. */
const POINTS_PER_INCH = 72

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

/** The canvas of bitmaps and pages, with the fonts that the package brings: text looks the same on machines without fonts. */
async function loadCanvas() {
  const canvas = await import('@napi-rs/canvas')
  const { resolve } = createRequire(import.meta.url)
  for (const font of ['DejaVuSans', 'DejaVuSans-Bold'])
    canvas.GlobalFonts.registerFromPath(resolve(`dejavu-fonts-ttf/ttf/${font}.ttf`), 'DejaVu Sans')
  return canvas
}

type View = InstanceType<Awaited<ReturnType<typeof loadVega>>['View']>

/**
 * Lays a specification out and draws it. Nothing is ever loaded: data are in the specification.
 */
async function withView<T>(spec: Spec, draw: (view: View) => Promise<T>): Promise<T> {
  const { compile, loader, logger, None, parse, View } = await loadVega()
  const quiet = logger(None)
  const { spec: vega } = compile(spec as unknown as TopLevelSpec, { logger: quiet })
  const view = new View(parse(vega), { renderer: 'none', logger: quiet, loader: loader() })
  try {
    return await draw(view)
  } finally {
    view.finalize()
  }
}

/**
 * A specification as SVG, whose ink is that of the page. The same specification gives the same text; `prefix`
 * keeps the ids of several drawings on one page apart.
 */
export function renderSvg(spec: Spec, prefix: string): Promise<string> {
  return withView(spec, (view) => svgOf(view, prefix))
}

/** A specification in every form, from one layout. The same specification and title give the same bytes. */
export function renderDrawing(spec: Spec, prefix: string, title: string): Promise<PaperForms> {
  return withView(spec, async (view) => {
    const svg = await svgOf(view, prefix)
    const [width, height] = ['width', 'height'].map((side) =>
      Number(new RegExp(` ${side}="([\\d.]+)"`).exec(svg)?.[1]),
    )
    const { createCanvas, PDFDocument } = await loadCanvas()
    // Vega draws on any canvas; its types know that of browsers only.
    const paint = (context: unknown, scale: number) =>
      view.toCanvas(scale, { externalContext: context })
    const sizeAt = (perInch: number) => {
      const scale = (PAPER_WIDTH * perInch) / width
      return [scale, PAPER_WIDTH * perInch, Math.round(height * scale)] as const
    }
    const [points, pageWidth, pageHeight] = sizeAt(POINTS_PER_INCH)
    const document = new PDFDocument({ title })
    await paint(document.beginPage(pageWidth, pageHeight), points)
    document.endPage()
    const [dots, imageWidth, imageHeight] = sizeAt(DOTS_PER_INCH)
    const canvas = createCanvas(imageWidth, imageHeight)
    const context = canvas.getContext('2d')
    context.fillStyle = '#ffffff'
    context.fillRect(0, 0, imageWidth, imageHeight)
    await paint(context, dots)
    const png = encodePng(canvas.data(), imageWidth, imageHeight, DOTS_PER_INCH)
    return { svg, png, pdf: document.close() }
  })
}

async function svgOf(view: View, prefix: string): Promise<string> {
  const { resetSVGDefIds } = await loadVega()
  resetSVGDefIds()
  const svg = await view.toSVG()
  return svg
    .replaceAll(/\b(clip|gradient_)(\d+)\b/g, `${prefix}-$1$2`)
    .replaceAll(`"${ink}"`, '"currentColor"')
}
