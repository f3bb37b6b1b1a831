import { shortNumber } from '../../core/numberWords.js'
import type { ReportStudy } from '../types.js'
import { escapeHtml, percentCell } from './escape.js'
import { htmlTable } from './table.js'

/** The reference networks and how right they are, on what they were trained on and on what they were not; empty without any. */
export function referenceSection({ tables }: ReportStudy): string {
  if (tables.references.length === 0) return ''
  const rows = tables.references.map((row) => [
    `<span class="name"><strong>${escapeHtml(row.name ?? '')}</strong><br><code>${escapeHtml(row.network ?? '')}</code></span>`,
    escapeHtml(row.architecture ?? ''),
    row.trained_on === 'test' ? 'the test samples' : 'not known',
    shortNumber(row.steps),
    percentCell(row.accuracy_on_test_samples),
    percentCell(row.accuracy_on_training_samples),
    row.status === 'failed'
      ? `<span class="mark fails">✗ ${escapeHtml(row.reason ?? 'failed')}</span>`
      : 'done',
  ])
  return htmlTable(
    'Reference networks',
    [
      'reference network',
      'architecture',
      'trained on',
      'steps',
      'accuracy on the test samples',
      'accuracy on the training samples',
      'state',
    ],
    rows,
  )
}
