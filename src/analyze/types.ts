import type { PartialValues } from '../artifacts/partialValues.js'
import type { ExperimentConfig } from '../config/schema.js'
import type { DataContext } from '../data/paths.js'
import type { Standardization } from '../data/standardize.js'
import type { DecomposeOptions } from '../interactions/decompose.js'
import type { Decomposition } from '../interactions/types.js'
import type { AnalyzeWishes, ForeignClassifier } from '../masking/foreign/foreignEvaluator.js'
import type { OutputKind } from '../masking/foreign/foreignOutputs.js'
import type { Lease } from '../store/lock.js'
import type { NetworkAnalysis } from '../study/network.js'

/** A model with the output of every class of the data; −1 where no sample is of it. */
export interface MappedClassifier extends ForeignClassifier {
  readonly outputs: Int32Array
}

/** What `lowlayer analyze` was asked for. */
export interface AnalyzeRequest {
  /** Version of lowlayer, for the manifest. */
  readonly version: string
  /** ONNX files; several are compared with each other. */
  readonly models: readonly string[]
  /** Sections `data`, `analysis`, `confusing` and `runtime` are used. */
  readonly config: ExperimentConfig
  readonly context: DataContext
  /** Folder of the results. */
  readonly out: string
  /** The lock of that folder, through which all is written there. */
  readonly lease: Lease
  readonly wishes: AnalyzeWishes
  /** Preprocessing that the models were trained with: x ← (x − mean) / std by channel or feature. */
  readonly preprocessing: Standardization | undefined
  /** Keys of the configuration that were written and that no analysis reads: said. */
  readonly unread?: readonly string[]
  /** Decomposes value tables, in order, on as many cores as there are; told after each. */
  readonly decompose: (
    tables: readonly Float64Array[],
    options: DecomposeOptions,
    onDecomposed: () => void,
  ) => Promise<readonly Decomposition[]>
  /** Told what goes on: units of a model's work done so far. */
  readonly report: (note: string, done: number, total: number) => void
  /** Told what was assumed or decided without being asked for: for the terminal, the manifest and the report. */
  readonly assume: (message: string) => void
  /** Told what a user should know while it runs. */
  readonly notice: (message: string) => void
}

/** What was found of one model. */
export interface ModelAnalysis {
  readonly analysis: NetworkAnalysis<AnalyzedModel>
  /** Opens the value tables of all samples, those of the other split included. */
  readonly openValues: () => Promise<PartialValues>
  /** Decompositions of all samples, those of the other split included. */
  readonly decompositions: readonly Decomposition[]
  /** Salience threshold of each of them. */
  readonly taus: Float64Array
}

/** A model that was asked for. */
export interface AnalyzedModel {
  /** Content id of the file and its weights. */
  readonly id: string
  /** File name without `.onnx`. */
  readonly name: string
  readonly file: string
  /** What its outputs were read as. */
  readonly reads: OutputKind
  /** Output of every class that samples have, by name: labels and predictions in tables are outputs. */
  readonly classes: Readonly<Record<string, number>>
}
