/** The report as one page that needs nothing but itself. */

import { bibliography } from '../citations.js'
import type { DrawnFigure, MissingFigure } from '../figures/figure.js'
import type { FigureName } from '../figures/figures.js'
import type { ReportProblem, ReportStudy } from '../types.js'
import { assumptionSection } from './assumptions.js'
import { escapeHtml } from './escape.js'
import { networkSection } from './networks.js'
import { type Panel, picker } from './picker.js'
import { referenceSection } from './references.js'
import { sampleSection } from './samples.js'
import { script } from './script.js'
import { manifestSection, settingsSection } from './settings.js'
import { style } from './style.js'
import { explained, glossarySection } from './terms.js'
import { verdictSection } from './verdict.js'

/** A figure with its drawing, or why it is missing. */
export type PageFigure = (DrawnFigure & { readonly svg: string }) | MissingFigure

interface PageParts {
  readonly study: ReportStudy
  readonly figures: Readonly<Record<FigureName, PageFigure>>
  /** Strength by order at every analysed checkpoint. */
  readonly checkpoints: readonly Panel[]
}

/** HTML of the report. */
export function reportPage({ study, figures, checkpoints }: PageParts): string {
  const missing: MissingFigure[] = []
  let number = 0
  const draw = (...names: FigureName[]) =>
    names
      .map((name) => {
        const figure = figures[name]
        if (!('missing' in figure)) return figureHtml(figure, ++number)
        missing.push(figure)
        return ''
      })
      .join('\n')
  const all: readonly (readonly [id: string, title: string, html: string])[] = [
    ['verdict', 'Verdict', verdictSection(study.verdict)],
    ['assumptions', 'What was assumed', assumptionSection(study.manifest)],
    ['networks', 'Networks and accuracies', networkSection(study)],
    ['losses', 'Losses, gap and phases', draw('losses', 'gap')],
    [
      'orders',
      'Strength by order',
      draw('orders') + checkpointPicker(checkpoints) + draw('salientCounts', 'ordersByNetwork'),
    ],
    ['scores', 'Confusing scores', draw('scores', 'sampleOrders')],
    ['samples', 'What confuses', sampleIntroduction + sampleSection(study)],
    ['overlaps', 'Overlap of the confusing sets', draw('heatMap', 'memberships')],
    ['pairs', 'What networks share, and what they agree on', draw('pairClasses')],
    ['variance', 'What decides the scores', draw('effects')],
    [
      'generalization',
      'Do the interactions generalise?',
      referenceSection(study) + draw('generalizableOrders', 'agreement', 'generalization'),
    ],
    ['difficulty', 'Is it just difficulty?', draw('measures', 'difficulty', 'courses')],
    ['exactness', 'How exact is all this?', draw('matching', 'exactness')],
    ['sensitivity', 'Would other choices say the same?', draw('multiverse', 'sensitivity')],
    ['missing', 'What is not drawn', missingSection(missing)],
    ['glossary', 'What the terms mean', glossarySection()],
    ['settings', 'Configuration and provenance', settingsSection(study.manifest)],
    ['manifest', 'Manifest', manifestSection(study.manifest)],
    ['cite', 'How to cite', citeSection(study)],
  ]
  const sections = all.filter(([, , html]) => html.trim() !== '')
  const contents = sections
    .map(([id, title]) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`)
    .join('')
  const body = sections
    .map(
      ([id, title, html]) =>
        `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeHtml(title)}</h2>\n${html}\n</section>`,
    )
    .join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="lowlayer">
<title>${escapeHtml(study.name)}: lowlayer report</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header><h1>${escapeHtml(study.name)}</h1>
<p class="small">${subtitle(study)}</p>
${problemNotice(study.problems)}
<nav aria-label="Contents"><ul>${contents}</ul></nav></header>
<main>
${body}
</main>
<script>${script}</script>
</body>
</html>
`
}

/** What the study asked; without a verdict that is not known. */
function subtitle({ verdict }: ReportStudy): string {
  return verdict?.verdict === 'not-asked'
    ? 'What AND and OR interactions these networks use, and which samples confuse them; after arXiv 2502.08625.'
    : 'Do the low layers’ random weights decide which samples confuse a network? A controlled test after arXiv 2502.08625.'
}

const sampleIntroduction =
  '<p class="small">The samples of highest score of a few networks, and two of lowest score for contrast. The strongest interactions are drawn on the players (cells, features or words that are kept or masked together): blue adds to the score of the given label, orange takes away; an AND needs all lit players, an OR any of them.</p>'

function figureHtml(figure: DrawnFigure & { readonly svg: string }, number: number): string {
  const { id, title, source, caption, svg } = figure
  const tag = source === 'ours' ? source : `after the paper’s ${source}`
  const files = ['svg', 'pdf', 'png', 'vl.json']
    .map((extension) => `<a href="../figures/${id}.${extension}">${extension}</a>`)
    .join(' ')
  return `<figure id="figure-${id}"><h3>Figure ${number}. ${explained(title)}<span class="tag">${escapeHtml(tag)}</span></h3>
<div class="drawing" tabindex="0" role="region" aria-label="${escapeHtml(title)}">${svg}</div>
<figcaption>${explained(caption)} <span class="files">Files: ${files}</span></figcaption></figure>`
}

/** Figures of which the study has no data, and why. */
function missingSection(figures: readonly MissingFigure[]): string {
  if (figures.length === 0) return ''
  const items = figures.map(
    ({ id, title, missing }) =>
      `<li data-missing="${id}">${escapeHtml(title)}: ${escapeHtml(missing)}</li>`,
  )
  return `<ul class="small">${items.join('')}</ul>`
}

function checkpointPicker(panels: readonly Panel[]): string {
  // One alone is what the figure above shows.
  if (panels.length < 2) return ''
  const drawn = panels.map(({ label, html }) => ({
    label,
    html: `<div class="drawing">${html}</div>`,
  }))
  return `<h3>At every checkpoint<span class="tag">ours</span></h3>${picker('checkpoint-list', 'Checkpoint', drawn, panels.length - 1)}`
}

function problemNotice(problems: readonly ReportProblem[]): string {
  if (problems.length === 0) return ''
  const items = problems.map(
    ({ file, message }) => `<li><code>${escapeHtml(file)}</code>: ${escapeHtml(message)}</li>`,
  )
  return `<div class="notice" role="note"><strong>Not everything could be read</strong><ul>${items.join('')}</ul>What is below comes from the files that could.</div>`
}

function citeSection({ manifest }: ReportStudy): string {
  const source = (manifest?.config as { data?: { source?: string } } | undefined)?.data?.source
  return `<details><summary>BibTeX of the methods and data used</summary><div class="scroll" tabindex="0" role="region" aria-label="BibTeX"><pre>${escapeHtml(bibliography(source))}</pre></div></details>
<p class="small">Tables beside this page: <code>SCHEMA.md</code> explains every column and how to read them.</p>`
}
