/** The section of the report with the most confusing samples. */
import { shortNumber } from '../../core/numberWords.js'
import { playersOf } from '../../core/subset.js'
import { type ShownCheckpoint, shownCheckpoints } from '../figures/checkpoints.js'
import { strongestOf } from '../figures/matching.js'
import { networkNames } from '../figures/studyRows.js'
import type { ReportStudy, SampleDetail, StoredSample } from '../types.js'
import { type Drawer, drawerOf } from './drawing.js'
import { escapeHtml } from './escape.js'
import { picker } from './picker.js'
import { explained } from './terms.js'

const STRONGEST = 6

/** The highest-scoring samples with their strongest interactions on the players; one shown at a time. */
export function sampleSection(study: ReportStudy): string {
  const { details } = study
  if (details.length === 0) {
    return '<p class="notice">The stored interactions could not be read, so that no sample can be shown.</p>'
  }
  const nameOf = networkNames(study)
  const { panels: checkpoints } = shownCheckpoints(study.tables)
  const drawers = new Map<number, Drawer>()
  for (const { sample, drawing, n } of details) {
    if (drawing === undefined || drawers.has(sample)) continue
    drawers.set(sample, drawerOf(drawing, n, `sample-${sample}`))
  }
  const definitions = [...drawers.values()].map((drawer) => drawer.definitions).join('')
  const panels = details.map((detail) => ({
    label: `#${detail.sample} · ${nameOf(detail.network)} · score ${shortNumber(detail.score)}${detail.confusing ? '' : ' (not confusing)'}`,
    html: card(detail, { nameOf, checkpoints }, drawers.get(detail.sample)),
  }))
  const undrawn = details.every(({ drawing }) => drawing === undefined)
    ? '<p class="notice">The data set was not found, so that inputs are not drawn; their interactions are listed by the players’ names.</p>'
    : ''
  const cells = details.some(({ playerNames }) => /^r\d+c\d+$/.test(playerNames[0] ?? ''))
    ? '<p class="small">r1c2 is the cell in row 1 and column 2 of the grid, counted from 0.</p>'
    : ''
  return `${definitions}${undrawn}${cells}${picker('sample-list', 'Sample', panels)}`
}

interface Words {
  readonly nameOf: (id: string) => string
  readonly checkpoints: readonly ShownCheckpoint[]
}

function card(
  detail: SampleDetail,
  { nameOf, checkpoints }: Words,
  drawer: Drawer | undefined,
): string {
  const { label, givenLabel, prediction, sample, confusingIn, rank, score, network } = detail
  const noisy =
    label === givenLabel
      ? ''
      : ` <span class="mark undecided">changed by noise from ${escapeHtml(label)}</span>`
  const states = checkpoints.flatMap(({ stepOf, wordsOf }) =>
    detail.states
      .filter(({ step }) => step === stepOf(network))
      .map(
        (state) =>
          `<section><h4>${escapeHtml(wordsOf(network))}</h4>${interactionList(state, detail, drawer)}</section>`,
      ),
  )
  return `<article class="sample">
<div class="picture">${drawer?.draw(undefined, undefined) ?? ''}</div>
<dl>
<dt>sample</dt><dd>#${sample}</dd>
<dt>network</dt><dd>${escapeHtml(nameOf(network))}</dd>
<dt>score</dt><dd>${shortNumber(score)}, rank ${rank}</dd>
<dt>given label</dt><dd>${escapeHtml(givenLabel)}${noisy}</dd>
<dt>predicted</dt><dd>${escapeHtml(prediction)}</dd>
<dt>confusing for</dt><dd>${confusingIn.length === 0 ? 'no network' : confusingIn.map((id) => escapeHtml(nameOf(id))).join(', ')}</dd>
</dl>
<div class="states">${states.join('')}</div>
</article>`
}

function interactionList(
  state: StoredSample,
  { playerNames }: SampleDetail,
  drawer: Drawer | undefined,
): string {
  const strongest = strongestOf(state, STRONGEST)
  const most = Math.abs(strongest[0]?.value ?? 1)
  const items = strongest.map(({ kind, mask, value }) => {
    const names = wordsOf(mask, kind, playerNames)
    const sign = value > 0 ? 'positive' : 'negative'
    const width = ((100 * Math.abs(value)) / most).toFixed(0)
    const faint =
      Math.abs(value) > state.tau ? '' : ` <span class="small">(below ${explained('τ')})</span>`
    return `<li>${drawer?.draw(mask, sign) ?? ''}<span class="words">${isSingle(mask) ? '' : `<span class="kind">${kind}</span> `}${escapeHtml(names)}${isSingle(mask) ? ' alone' : ''}${faint}<span class="bar ${sign}" style="width:${width}%"></span><span class="value">${value > 0 ? '+' : '−'}${shortNumber(Math.abs(value))}</span></span></li>`
  })
  return items.length === 0
    ? '<p>no interaction</p>'
    : `<ol class="interactions">${items.join('\n')}</ol>`
}

/** For one player AND and OR are the same. */
function isSingle(mask: number): boolean {
  return playersOf(mask).length === 1
}

/** The players of an interaction; nearly all of them are told by those that are left out. */
function wordsOf(mask: number, kind: string, names: readonly string[]): string {
  const members = playersOf(mask)
  const left = names.filter((_, player) => !members.includes(player))
  if (left.length === 0) return `all ${names.length} players`
  if (members.length > 4 && left.length < members.length / 2) return `all but ${left.join(', ')}`
  return members.map((player) => names[player]).join(kind === 'AND' ? ' & ' : ' | ')
}
