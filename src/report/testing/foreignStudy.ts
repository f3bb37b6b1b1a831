/** Two networks from elsewhere with a single checkpoint each: seeds, course of training and phases are not known. */
import type { ReportStudy } from '../types.js'
import { exampleStudy } from './exampleStudy.js'

const FEATURES = 30

/** The same study at every call; of its table of 30 features four are players. */
export function foreignStudy(): ReportStudy {
  const { tables, details, ...study } = exampleStudy()
  const names = new Map(
    tables.networks.slice(0, 2).map(({ network }, index) => [network, `model-${index}`]),
  )
  /** Rows of the two networks, each at its only checkpoint. */
  const kept = <T extends { readonly network?: string; readonly step?: number }>(
    rows: readonly T[],
  ): T[] =>
    rows
      .filter(({ network, step }) => names.has(network) && (step === undefined || step === 1000))
      .map((row) => ({ ...row, ...(row.step === undefined ? {} : { step: 0 }) }))
  return {
    ...study,
    name: 'two models',
    verdict: study.verdict && {
      ...study.verdict,
      verdict: 'not-asked',
      sentence: 'no verdict: nothing was asked of low layers.',
    },
    multiverse: [],
    tables: {
      ...tables,
      networks: kept(tables.networks).map((row) => ({
        ...row,
        name: names.get(row.network),
        architecture: 'onnx',
        regime: undefined,
        seed_low: undefined,
        seed_high: undefined,
        low_layers: undefined,
        low_parameters: undefined,
        mislabelled_auc: undefined,
        phase_boundary_step: undefined,
        phase_boundary_low: undefined,
        phase_boundary_high: undefined,
      })),
      curves: kept(tables.curves).map((row) => ({ ...row, epoch: 0 })),
      samples: kept(tables.samples).map((row) => ({ ...row, label: 0, given_label: 0 })),
      orders: kept(tables.orders),
      generalization: kept(tables.generalization),
      confusing: kept(tables.confusing),
      difficulty: kept(tables.difficulty),
      overlaps: tables.overlaps
        .filter(({ network_a, network_b }) => names.has(network_a) && names.has(network_b))
        .map((row) => ({ ...row, relation: 'other-model', cut: undefined })),
      agreement: [],
      references: [],
      effects: [],
      measures: [],
    },
    details: details
      .filter(({ network }) => names.has(network))
      .map((detail) => ({
        ...detail,
        states: detail.states.slice(-1).map((state) => ({ ...state, step: 0 })),
        drawing: {
          kind: 'row',
          cells: Array.from({ length: FEATURES }, (_, feature) => ({
            name: `feature ${feature}`,
            value: String(feature / 7),
            player: feature < detail.n ? feature : -1,
          })),
        },
      })),
  }
}
