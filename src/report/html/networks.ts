import { epochsOf } from '../figures/studyRows.js'
import type { ReportStudy } from '../types.js'
import { escapeHtml, htmlTable, percent, shortNumber } from './escape.js'

/** Every network: seeds, accuracies, where its overfitting phase begins, or why it is missing. */
export function networkSection({ tables }: ReportStudy): string {
  const epochOf = epochsOf(tables)
  const rows = tables.networks.map((row) => {
    const last = Math.max(
      0,
      ...tables.curves.flatMap((c) => (c.network === row.network ? [c.step ?? 0] : [])),
    )
    const boundary = row.phase_boundary_step
    const epoch =
      boundary === undefined || last === 0
        ? undefined
        : (boundary / last) * epochOf(row.network, last)
    const state =
      row.status === 'failed'
        ? `<span class="mark fails">✗ ${escapeHtml(row.reason ?? 'failed')}</span>`
        : 'done'
    return [
      `<span class="name"><strong>${escapeHtml(row.name ?? '')}</strong><br><code>${escapeHtml(row.network ?? '')}</code></span>`,
      escapeHtml(row.architecture ?? ''),
      escapeHtml(row.regime ?? ''),
      `<span class="name">${[row.seed_low, row.seed_high, row.seed_order].map((seed) => seed ?? '').join(' / ')}</span>`,
      `${shortNumber(row.low_parameters)} of ${shortNumber(row.parameters)}`,
      percent(row.train_accuracy),
      percent(row.test_accuracy),
      row.status === 'failed'
        ? ''
        : boundary === undefined
          ? 'none found'
          : `epoch ${shortNumber(epoch)}`,
      row.reliability?.toFixed(2).replace('-', '−') ?? '',
      row.mislabelled_auc?.toFixed(2) ?? '',
      state,
    ]
  })
  return htmlTable(
    'Networks',
    [
      'network',
      'architecture',
      'regime',
      'seeds low / high / order',
      'parameters in low layers',
      'training accuracy',
      'test accuracy',
      'overfitting from',
      '<abbr title="Smallest intraclass correlation of the scores over kinds of other choice: τ, tie-break, players, baseline">reliability</abbr>',
      '<abbr title="How well the scores find labels changed by noise: 0.5 is chance">AUC, noisy labels</abbr>',
      'state',
    ],
    rows,
  )
}
