/** The section of the report with the table of networks. */
import { groupBy } from '../../core/groupBy.js'
import { shortNumber } from '../../core/numberWords.js'
import type { NetworkRow } from '../../tables/tables.js'
import { FEWEST_POINTS } from '../../training/phases/detect.js'
import { drawnNote, drawnStudy } from '../drawnNetworks.js'
import { epochsOf } from '../figures/checkpoints.js'
import type { ReportStudy } from '../types.js'
import { escapeHtml, percentCell } from './escape.js'
import { htmlTable } from './table.js'

/** Failed networks that are listed beside those that are drawn; networks.csv has all. */
const MOST_FAILED = 100

/** Every network, or those that are drawn and those that failed: seeds, accuracies, where its overfitting phase begins, or why it is missing. */
export function networkSection(study: ReportStudy): string {
  const { tables } = drawnStudy(study)
  const epochOf = epochsOf(tables)
  const points = groupBy(tables.curves, ({ network }) => network)
  const failed = study.tables.networks.filter(
    (row) => row.status === 'failed' && !tables.networks.includes(row),
  )
  const rows = [...tables.networks, ...failed.slice(0, MOST_FAILED)].map((row) => {
    const boundary = row.phase_boundary_step
    const state =
      row.status === 'failed'
        ? `<span class="mark fails">✗ ${escapeHtml(row.reason ?? 'failed')}</span>`
        : 'done'
    return [
      `<span class="name"><strong>${escapeHtml(row.name ?? '')}</strong><br><code>${escapeHtml(row.network ?? '')}</code></span>`,
      escapeHtml(row.architecture ?? ''),
      escapeHtml(row.regime ?? 'not known'),
      `<span class="name">${seedWords(row)}</span>`,
      `${row.low_parameters === undefined ? '' : `${shortNumber(row.low_parameters)} of `}${shortNumber(row.parameters)}`,
      percentCell(row.train_accuracy),
      percentCell(row.test_accuracy),
      row.status === 'failed'
        ? ''
        : boundary !== undefined
          ? `epoch ${shortNumber(epochOf(row.network, boundary))}`
          : new Set(points.get(row.network)?.map(({ step }) => step)).size < FEWEST_POINTS
            ? 'not known'
            : 'none found',
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
        'low seed / high seed / order seed',
        'parameters in low layers',
        'training accuracy',
        'test accuracy',
        'overfitting from',
        'reliability',
        'AUC, noisy labels',
        'state',
      ],
      rows,
    )
  )
}

/** Seeds low / high / order; those of networks from elsewhere may not be known. */
function seedWords({ seed_low, seed_high, seed_order }: NetworkRow): string {
  if (seed_low === undefined && seed_high === undefined) return 'not known'
  return [seed_low, seed_high, seed_order].map((seed) => seed ?? 'not known').join(' / ')
}
