import { drawnNote, drawnStudy } from '../drawnNetworks.js'
import { epochsOf } from '../figures/studyRows.js'
import type { ReportStudy } from '../types.js'
import { escapeHtml, htmlTable, percent, shortNumber } from './escape.js'

/** Failed networks that are listed beside those that are drawn; networks.csv has all. */
const MOST_FAILED = 100

/** Every network, or those that are drawn and those that failed: seeds, accuracies, where its overfitting phase begins, or why it is missing. */
export function networkSection(study: ReportStudy): string {
  const { tables } = drawnStudy(study)
  const epochOf = epochsOf(tables)
  const failed = study.tables.networks.filter(
    (row) => row.status === 'failed' && !tables.networks.includes(row),
  )
  const rows = [...tables.networks, ...failed.slice(0, MOST_FAILED)].map((row) => {
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
  const note = drawnNote(study) === '' ? '' : `<p class="small">${drawnNote(study)}</p>`
  return (
    note +
    htmlTable(
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
  )
}
