/** The section of the report with the verdict. */
import type { Clause, NextStep, Verdict, VerdictWords } from '../../comparison/types.js'
import { asOptions } from '../../config/overrides.js'
import { escapeHtml } from './escape.js'
import { htmlTable } from './table.js'
import { explained } from './terms.js'

const marks = {
  holds: ['✓', 'holds'],
  fails: ['✗', 'fails'],
  undecided: ['?', 'undecided'],
  'not-tested': ['–', 'not tested'],
} as const

/** Clauses that stand beside the verdict. */
const besides: Readonly<Record<string, string>> = {
  sets: 'beside it:',
  'fully-different': 'stronger claim:',
}

/**
 * The verdict: what was found, in words; what was asked, how sure the finding is and what to run next; what weakens it;
 * and every clause with what decided it.
 */
export function verdictSection(verdict: Verdict | undefined): string {
  if (verdict === undefined)
    return '<p>verdict.json is missing or damaged: there is no verdict.</p>'
  if (verdict.verdict === 'not-asked') return finding(verdict) + warnings(verdict.warnings)
  const rows = [...verdict.clauses, verdict.sets, verdict.fullyDifferent].map(clauseRow)
  return `${finding(verdict)}
${otherGrids(verdict.others)}
${sentences('High layers shared in the place of low ones', verdict.mirrors)}
${sentences('Other architectures above the same low layers', verdict.acrossArchitectures)}
${warnings(verdict.warnings)}
${nextStep(verdict.next)}
<h3>What decided</h3>
${htmlTable('Clauses of the verdict', ['', 'clause', 'what decided'], rows, 'clauses')}
<p class="small">“Decides” needs all clauses, (vi) where it could be tested. Where (ii) holds and (iii) or (iv) fails, the effect is “real but small”; where (iii) fails and (ii) does not hold it is “absent”; anything else, and all where (i), (v) or (vi) fails, is “inconclusive”. The last two rows stand beside it and decide nothing: what the sets say, and the stronger claim that they are fully different. The rule is ours; docs/method.md explains it.</p>`
}

function warnings(found: readonly string[]): string {
  if (found.length === 0) return ''
  const items = found.map((warning) => `<li>${explained(warning)}</li>`).join('')
  return `<div class="notice"><strong>To keep in mind</strong><ul>${items}</ul></div>`
}

/** What would decide an open verdict, as settings: where the results lie from where a reader stands is not known. */
function nextStep(next: NextStep | undefined): string {
  if (next === undefined) return ''
  const settings = asOptions(next.set)
  const shown =
    settings === ''
      ? ''
      : `
<p>Run the study by the command that ran it, with the same <code>--results</code>, so that its networks are used again, and add:</p>
<pre><code>${escapeHtml(settings)}</code></pre>`
  return `<h3>What to run next</h3>
<p>${explained(capitalized(next.reason))}.</p>${shown}`
}

/** A verdict in words, its outcome first; studies of earlier versions have the sentence alone. */
function finding({
  verdict,
  asked,
  sentence,
  certainty,
}: Pick<Verdict, 'verdict'> & Partial<VerdictWords>): string {
  const [outcome, ...rest] = (sentence ?? '').split(': ')
  const words = capitalized(rest.join(': '))
  const details = [
    [verdict === 'not-asked' ? 'Made' : 'Asked', asked],
    ['How sure', certainty],
  ].flatMap(([title, text]) =>
    text === undefined || text === ''
      ? []
      : [`<br><span class="small"><b>${title}:</b> ${explained(text)}</span>`],
  )
  return `<p class="verdict ${verdict}"><strong>${escapeHtml(capitalized(outcome))}.</strong> <span>${explained(words)}</span>${details.join('')}</p>`
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What a study of several regimes, cuts or architectures found in its other grids; early files have none. */
function otherGrids(others: Verdict['others'] = []): string {
  if (others.length === 0) return ''
  return `<h3>The study’s other grids</h3>
${others.map(finding).join('\n')}
<p class="small">Each is compared within itself and judged by the same rule; effects.csv has the figures of all.</p>`
}

/** Findings that stand beside the verdict, under a title; early files have none. */
function sentences(title: string, found: readonly { readonly sentence: string }[] = []): string {
  if (found.length === 0) return ''
  return `<h3>${title}</h3>
<ul>${found.map(({ sentence }) => `<li>${explained(sentence)}</li>`).join('')}</ul>`
}

function clauseRow(clause: Clause): string[] {
  const [mark, word] = marks[clause.status]
  const id = besides[clause.id] ?? `(${clause.id})`
  return [
    `<span class="mark ${clause.status}" title="${word}">${mark} ${word}</span>`,
    `${escapeHtml(id)} ${explained(clause.text)}`,
    explained(clause.reason),
  ]
}
