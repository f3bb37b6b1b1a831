/** What the report is drawn from: the rows of the tables and a few stored decompositions. */

import type { Verdict } from '../comparison/types.js'
import type { Manifest } from '../store/manifest.js'
import type {
  AgreementRow,
  ConfusingRow,
  CurveRow,
  DifficultyRow,
  EffectRow,
  GeneralizationRow,
  MeasureRow,
  MultiverseRow,
  NetworkRow,
  OrderRow,
  OverlapRow,
  PairClassRow,
  ReferenceRow,
  SampleRow,
} from '../tables/tables.js'

/**
 * Tables of a study. Of samples, orders, agreement, generalization, overlaps and difficulty there are only the rows of the networks that
 * are drawn (drawnNetworks.ts), where others were not asked for.
 */
export interface StudyTables {
  readonly networks: readonly NetworkRow[]
  readonly curves: readonly CurveRow[]
  readonly samples: readonly SampleRow[]
  readonly orders: readonly OrderRow[]
  readonly agreement: readonly AgreementRow[]
  readonly references: readonly ReferenceRow[]
  readonly generalization: readonly GeneralizationRow[]
  readonly confusing: readonly ConfusingRow[]
  readonly overlaps: readonly OverlapRow[]
  readonly pairClasses: readonly PairClassRow[]
  readonly effects: readonly EffectRow[]
  readonly measures: readonly MeasureRow[]
  readonly difficulty: readonly DifficultyRow[]
}

/** The input of a sample and where its players are, ready to be drawn. */
export type Drawing =
  | {
      readonly kind: 'image'
      readonly width: number
      readonly height: number
      /** Bytes R, G, B by pixel, shape [height, width, 3]. */
      readonly pixels: Uint8Array
      /** Player of every pixel, or −1; shape [height, width]. */
      readonly players: Int32Array
    }
  | {
      readonly kind: 'board' | 'row' | 'text'
      readonly cells: readonly DrawnCell[]
    }

/** One feature or word; `player` is −1 where it is always present. */
export interface DrawnCell {
  readonly name: string
  readonly value: string
  readonly player: number
}

/** One sample of one network at one checkpoint: v, its interactions and τ. Tables [2^n]. */
export interface StoredSample {
  readonly step: number
  readonly values: Float64Array
  readonly and: Float64Array
  readonly or: Float64Array
  readonly tau: number
}

/** A sample chosen for the gallery. */
export interface SampleDetail {
  readonly network: string
  readonly sample: number
  readonly label: string
  readonly givenLabel: string
  readonly prediction: string
  readonly score: number
  readonly rank: number
  readonly confusing: boolean
  /** Networks of the study in whose confusing set the sample is. */
  readonly confusingIn: readonly string[]
  readonly n: number
  readonly playerNames: readonly string[]
  /** Absent where the data set could not be read. */
  readonly drawing: Drawing | undefined
  /** At the checkpoints that the report shows, ascending by step. */
  readonly states: readonly StoredSample[]
}

/** A file that could not be used, why, and what is missing from the report for it. */
export interface ReportProblem {
  readonly file: string
  readonly message: string
}

export interface ReportStudy {
  readonly name: string
  readonly tables: StudyTables
  readonly verdict: Verdict | undefined
  readonly manifest: Manifest | undefined
  readonly details: readonly SampleDetail[]
  readonly multiverse: readonly MultiverseRow[]
  readonly problems: readonly ReportProblem[]
}
