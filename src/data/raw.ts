/** What every data source gives back, before samples are chosen and standardised. */
import type { Dataset } from './types.js'

/** Inputs of the chosen rows, before standardisation; [rows, ...shape]. */
interface RawInputs {
  readonly train: Float32Array
  readonly test: Float32Array
  /** What is held beside the rows, [rows, cells] (see Samples). */
  readonly held?: { readonly train: Float32Array; readonly test: Float32Array }
  /** What was assumed when the rows were read, a line each. */
  readonly assumptions?: readonly string[]
  /** Words by token id, for text, made from the training rows; names of words (see Dataset). */
  readonly vocabulary?: readonly string[]
}

/** A data source that was opened: the class of every row is known, and `read` gives the inputs of the rows that are chosen. */
export interface RawData
  extends Pick<
    Dataset,
    'kind' | 'shape' | 'parts' | 'held' | 'axisOrder' | 'classes' | 'classNumbers' | 'features'
  > {
  /** Whether subsets are drawn whatever the classes are: those of a language model may have one sample each. */
  readonly isPooled?: boolean
  /** Class of every row of the training split, or of the only one. */
  readonly trainLabels: Int32Array
  /** Class of every row of the test split; absent where the source has none. */
  readonly testLabels?: Int32Array
  /** What was assumed when the source was opened, a line each (see Dataset). */
  readonly assumptions?: readonly string[]
  /** Reads rows of the training split and of the test split (or of the only one, for both). */
  readonly read: (trainRows: Int32Array, testRows: Int32Array) => Promise<RawInputs>
}
