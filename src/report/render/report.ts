/** All files of a report from a study: the page and every figure in each format. */

import { studyFiles } from '../../store/layout.js'
import { drawnNote, drawnStudy } from '../drawnNetworks.js'
import type { Figure } from '../figures/figure.js'
import { type FigureName, figureMakers, figuresOfAll } from '../figures/figures.js'
import { orderFiguresByCheckpoint } from '../figures/orders.js'
import { shortNumber } from '../html/escape.js'
import { type DrawnFigure, reportPage } from '../html/page.js'
import { explainedDrawing } from '../html/terms.js'
import type { ReportStudy } from '../types.js'
import { renderDrawing, renderSvg } from './drawing.js'
import { narrow } from './narrow.js'

/** Content by path below the study's folder. */
export type ReportFiles = Readonly<Record<string, string | Uint8Array>>

/** What is drawn, and who is told of it. */
export interface ReportOptions {
  /**
   * False where nobody looks at figures: the page then says of each that none was asked for. `on the page` leaves out
   * their files, most of which take as long again. Default true.
   */
  readonly drawsFigures?: boolean | 'on the page'
  /** Called before each figure, which takes a while. */
  readonly drawn?: () => Promise<void>
}

/** Renders the report of a study. */
export async function renderReport(
  study: ReportStudy,
  { drawsFigures = true, drawn: told = async () => undefined }: ReportOptions = {},
): Promise<ReportFiles> {
  const files: Record<string, string | Uint8Array> = {}
  const figures: Partial<Record<FigureName, DrawnFigure>> = {}
  const drawn = drawnStudy(study)
  const note = drawnNote(study)
  for (const [name, make] of Object.entries(figureMakers)) {
    await told()
    const made = make(figuresOfAll.has(name) ? study : drawn)
    if ('missing' in made) {
      figures[name as FigureName] = made
      continue
    }
    if (!drawsFigures) {
      figures[name as FigureName] = {
        id: made.id,
        title: made.title,
        missing: 'no figures were asked for',
      }
      continue
    }
    const figure = figuresOfAll.has(name) ? made : { ...made, caption: made.caption + note }
    if (drawsFigures === 'on the page') {
      const svg = await renderSvg(figure.spec, figure.id)
      figures[name as FigureName] = { ...figure, svg: await bothWidths(figure, svg) }
      continue
    }
    const { svg, png, pdf } = await renderDrawing(figure.spec, figure.id, figure.title)
    figures[name as FigureName] = { ...figure, svg: await bothWidths(figure, svg) }
    const path = `${studyFiles.figures}/${figure.id}`
    files[`${path}.svg`] = svg
    files[`${path}.png`] = png
    files[`${path}.pdf`] = pdf
    files[`${path}.vl.json`] =
      `${JSON.stringify({ title: figure.title, ...figure.spec }, undefined, 1)}\n`
  }
  const checkpoints = []
  for (const { step, epoch, spec } of drawsFigures ? orderFiguresByCheckpoint(drawn) : []) {
    const label = `epoch ${shortNumber(epoch)} (step ${step})`
    const id = `checkpoint-${step}`
    const svg = await renderSvg(spec, id)
    const title = `Strength by order, ${label}`
    checkpoints.push({ label, html: await bothWidths({ id, title, spec }, svg) })
  }
  const all = figures as Record<FigureName, DrawnFigure>
  files[studyFiles.page] = reportPage({ study, figures: all, checkpoints })
  return files
}

/** The drawing for wide screens and paper, and the one for phones: the page shows one of them. */
async function bothWidths(
  { id, title, spec }: Pick<Figure, 'id' | 'title' | 'spec'>,
  svg: string,
): Promise<string> {
  const stacked = await renderSvg(narrow(spec), `${id}-narrow`)
  // What is told under a pointer, which phones do not have.
  const plain = stacked.replaceAll(
    / aria-label="[^"]*" role="graphics-symbol" aria-roledescription="[^"]*"/g,
    '',
  )
  return onPage(svg, title, 'wide') + onPage(plain, title, 'narrow')
}

/** Larger on the page than in a paper's column, so that its small print is as large as the page's. */
const PAGE_SCALE = 1.2

/** A drawing for the page, with the name that screen readers give to it. */
function onPage(svg: string, title: string, look: 'wide' | 'narrow'): string {
  return explainedDrawing(svg)
    .replaceAll(/ font-family="[^"]*"/g, '')
    .replace(
      'class="marks"',
      `class="marks ${look}" role="graphics-document" aria-label="${title}"`,
    )
    .replace(/ width="(\d+)" height="(\d+)"/, (_, width: string, height: string) => {
      const [w, h] = [width, height].map((side) => Math.round(PAGE_SCALE * Number(side)))
      return ` width="${w}" height="${h}"`
    })
}
