import type { InputKind } from '../core/inputKind.js'

/** Channels first, [C, H, W], or last, [H, W, C]. */
export type AxisOrder = 'nchw' | 'nhwc'

/** Rows of one split. Row r's input is `inputs.subarray(r * size, (r + 1) * size)`. */
export interface Samples {
  readonly count: number
  /** Standardised inputs (token ids for text), shape [count, ...Dataset.shape], row-major. */
  readonly inputs: Float32Array
  /** The labels that training sees: noisy where label noise was asked for. */
  readonly labels: Int32Array
  /** The labels before label noise. */
  readonly trueLabels: Int32Array
  /** Position of each row in its source, from 0: stable names of samples across subsets. */
  readonly ids: Int32Array
}

/** A data set in memory, ready for training: subset, label noise and standardisation applied. */
export interface Dataset {
  readonly source: string
  readonly kind: InputKind
  /** Shape of one input: [C, H, W], [F] or [T]. */
  readonly shape: readonly number[]
  /**
   * Order of the axes of images of several channels in their source, which samples here do not show; absent where
   * the source has none. Not part of the fingerprint.
   */
  readonly axisOrder?: AxisOrder
  readonly classes: readonly string[]
  /** Number of each class among all of its source, where only some were taken (`data.classes`). */
  readonly classNumbers?: readonly number[]
  /** Names of the features of tabular data. */
  readonly features?: readonly string[]
  /** Words by token id, for text; ids 0 and 1 are padding and unknown. */
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
  /** SHA-256 over everything above: two runs on equal data have equal fingerprints. */
  readonly fingerprint: string
}
