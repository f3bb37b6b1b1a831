/** What a data set is once it is loaded. */
import type { InputKind } from '../core/inputKind.js'

/** Channels first, [C, H, W], or last, [H, W, C]. */
export type AxisOrder = 'nchw' | 'nhwc'

/** Rows of one split. Row r's input is `inputs.subarray(r * size, (r + 1) * size)`. */
export interface Samples {
  readonly count: number
  /** Standardised inputs (token ids for text), shape [count, ...Dataset.shape], row-major. */
  readonly inputs: Float32Array
  /** What models are fed beside each input, [count, cells of Dataset.held]; absent where there is nothing. */
  readonly held?: Float32Array
  /** The labels that training sees: noisy where label noise was asked for. */
  readonly labels: Int32Array
  /** The labels before label noise. */
  readonly trueLabels: Int32Array
  /** Position of each row in its source, from 0: stable names of samples across subsets. */
  readonly ids: Int32Array
}

/**
 * Cells of a row that are an array of the source. What they are for:
 * - `ids`, `attention`, `input`  go into a model's input of that name: token ids, 1 for tokens and 0 for padding, others
 * - `words`     word of each token, the same number for the sub-tokens of one word; negative: none
 * - `names`     name of the word of each token: a place in `Dataset.vocabulary`
 * - `position`  place of the token whose outputs count, where a model gives outputs per token
 * - `target`    the token that a language model is to give there
 */
export interface RowPart {
  /** Name of the array. */
  readonly name: string
  readonly role: 'ids' | 'attention' | 'input' | 'words' | 'names' | 'position' | 'target'
  /** Extents of one sample. */
  readonly shape: readonly number[]
  /** The first of its cells in a row. */
  readonly start: number
  /** The largest value in any row and where it stands, for ids and targets: models know ids up to some number. */
  readonly highest?: { readonly value: number; readonly place: string }
}

/** A data set in memory, ready for training: subset, label noise and standardisation applied. */
export interface Dataset {
  readonly source: string
  readonly kind: InputKind
  /** Shape of one input: [C, H, W], [F] or [T]; [cells] of rows that have parts. */
  readonly shape: readonly number[]
  /** The arrays that a row consists of, side by side, where it is more than one. */
  readonly parts?: readonly RowPart[]
  /** Arrays that given models are fed beside a sample; `start` is a cell of Samples.held. */
  readonly held?: readonly RowPart[]
  /**
   * Order of the axes of images of several channels in their source, which samples here do not show; absent where
   * the source has none. Not part of the fingerprint.
   */
  readonly axisOrder?: AxisOrder
  readonly classes: readonly string[]
  /** Number of each class among all of its source, where only some were taken (`data.classes`). Not part of the fingerprint. */
  readonly classNumbers?: readonly number[]
  /** Names of the features of tabular data. */
  readonly features?: readonly string[]
  /** Words by token id, for text; ids 0 and 1 are padding and unknown. Names of words, for rows that have some. */
  readonly vocabulary?: readonly string[]
  /** x_standardised = (x_raw − mean[c]) / std[c], by channel or feature; absent when untouched. */
  readonly standardization?: { readonly mean: readonly number[]; readonly std: readonly number[] }
  /**
   * What was assumed or decided when the data were read, a line each, for the terminal, the manifest and the
   * report. Not part of the fingerprint: it tells of the data and is none of them.
   */
  readonly assumptions: readonly string[]
  readonly train: Samples
  readonly test: Samples
  /** SHA-256 over everything above but what says otherwise: two runs on equal data have equal fingerprints. */
  readonly fingerprint: string
}
