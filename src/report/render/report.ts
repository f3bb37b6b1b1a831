import { shortNumber } from '../../core/numberWords.js'
/** All files of a report from a study: the page and every figure in each format. */

import { studyFiles } from '../../store/layout.js'
import { drawnNote, drawnStudy } from '../drawnNetworks.js'
import type { DrawnFigure } from '../figures/figure.js'
import { drawFigure, type FigureName, figureNames, figuresOfAll } from '../figures/figures.js'
import { orderFiguresByCheckpoint } from '../figures/orders.js'
import { type PageFigure, reportPage } from '../html/page.js'
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
  const shown: Partial<Record<FigureName, PageFigure>> = {}
  const drawn = drawnStudy(study)
  const note = drawnNote(study)
  for (const name of figureNames) {
    await told()
    const isOfAll = figuresOfAll.has(name)
    const figure = drawFigure(name, isOfAll ? study : drawn)
    const { id, title } = figure
    if ('missing' in figure || !drawsFigures) {
      const missing = 'missing' in figure ? figure.missing : 'no figures were asked for'
      shown[name] = { id, title, missing }
      continue
    }
    const { spec } = figure
    let svg: string
    if (drawsFigures === 'on the page') svg = await renderSvg(spec, id)
    else {
      const forms = await renderDrawing(spec, id, title)
      svg = forms.svg
      const path = `${studyFiles.figures}/${id}`
      files[`${path}.svg`] = svg
      files[`${path}.png`] = forms.png
      files[`${path}.pdf`] = forms.pdf
      files[`${path}.vl.json`] = `${JSON.stringify({ title, ...spec }, undefined, 1)}\n`
    }
    const caption = isOfAll ? figure.caption : figure.caption + note
    shown[name] = { ...figure, caption, svg: await bothWidths(figure, svg) }
  }
  const checkpoints = []
  for (const { step, epoch, spec } of drawsFigures ? orderFiguresByCheckpoint(drawn) : []) {
    const label = `epoch ${shortNumber(epoch)} (step ${step})`
    const id = `checkpoint-${step}`
    const svg = await renderSvg(spec, id)
    const title = `Strength by order, ${label}`
    checkpoints.push({ label, html: await bothWidths({ id, title, spec }, svg) })
  }
  const all = shown as Record<FigureName, PageFigure>
  files[studyFiles.page] = reportPage({ study, figures: all, checkpoints })
  return files
}

/** The drawing for wide screens and paper, and the one for phones: the page shows one of them. */
async function bothWidths(
  { id, title, spec }: Pick<DrawnFigure, 'id' | 'title' | 'spec'>,
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
