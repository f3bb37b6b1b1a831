import type { Clause, Verdict } from '../../comparison/types.js'
import { escapeHtml, htmlTable, shortNumber, withMinus } from './escape.js'

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

/** The finding in one line, every clause with the figures that decided it, and what weakens them. */
export function verdictSection(verdict: Verdict | undefined): string {
  if (verdict === undefined)
    return '<p>verdict.json is missing or damaged: there is no verdict.</p>'
  const rows = [...verdict.clauses, verdict.sets, verdict.fullyDifferent].map(clauseRow)
  const warnings =
    verdict.warnings.length === 0
      ? ''
      : `<div class="notice"><strong>To keep in mind</strong><ul>${verdict.warnings
          .map((warning) => `<li>${escapeHtml(warning)}</li>`)
          .join('')}</ul></div>`
  return `${finding(verdict)}
${htmlTable('Clauses of the verdict', ['', 'clause', 'what decided', 'figures'], rows, 'clauses')}
<p class="small">“Decides” needs all clauses, (vi) where it could be tested. Where (ii) holds and (iii) or (iv) fails, the effect is “real but small”; where (iii) fails and (ii) does not hold it is “absent”; anything else, and all where (i), (v) or (vi) fails, is “inconclusive”. The last two rows stand beside it and decide nothing: what the sets say, and the stronger claim that they are fully different. The rule is ours; docs/method.md explains it.</p>
${otherGrids(verdict.others)}
${mirrors(verdict.mirrors)}
${warnings}`
}

/** A verdict in one line, its outcome first. */
function finding({ verdict, sentence }: Pick<Verdict, 'verdict' | 'sentence'>): string {
  const [outcome, ...rest] = sentence.split(': ')
  const words = capitalized(withMinus(rest.join(': ')))
  return `<p class="verdict ${verdict}"><strong>${escapeHtml(capitalized(outcome))}.</strong> <span>${escapeHtml(words)}</span></p>`
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

/** What the study's mirrored regimes found, each beside the one that it mirrors; early files have none. */
function mirrors(found: Verdict['mirrors'] = []): string {
  if (found.length === 0) return ''
  return `<h3>High layers shared in the place of low ones</h3>
<ul>${found.map(({ sentence }) => `<li>${escapeHtml(withMinus(sentence))}</li>`).join('')}</ul>`
}

function clauseRow(clause: Clause): string[] {
  const [mark, word] = marks[clause.status]
  const figures = Object.entries(clause.figures)
    .map(([name, value]) => `<span class="pair">${escapeHtml(name)} ${shortNumber(value)}</span>`)
    .join(' ')
  const id = besides[clause.id] ?? `(${clause.id})`
  return [
    `<span class="mark ${clause.status}" title="${word}">${mark} ${word}</span>`,
    `${escapeHtml(id)} ${escapeHtml(clause.text)}`,
    escapeHtml(withMinus(clause.reason)),
    figures,
  ]
}
