/** The types of a plan: networks, analyses and tasks of a study. */
import type { ModelConfig } from '../config/model.js'
import type { GivenNetworkConfig } from '../config/networks.js'
import type { ExperimentConfig } from '../config/schema.js'
import type { InputKind } from '../core/inputKind.js'

/** What the planner knows of a data set: enough to build models and to name results by content. */
export interface DataInfo {
  readonly fingerprint: string
  readonly kind: InputKind
  readonly shape: readonly number[]
  readonly classes: number
  /** What they are called, by their numbers; no part of any id. */
  readonly classNames?: readonly string[]
  readonly trainCount: number
  readonly testCount: number
  /** Number of token ids, for text. */
  readonly vocabularySize?: number
  /** What was assumed when the data were read, a line each; no part of any id. */
  readonly assumptions?: readonly string[]
  /** What about the data weakens what is found on them, a line each; no part of any id. */
  readonly warnings?: readonly string[]
  /** The players of each choice of them, where they are the same for all samples; no part of any id. */
  readonly players?: Readonly<Partial<Record<AnalysisRun['name'], readonly PlannedPlayer[]>>>
  /** The players of each analysed text, where players differ from text to text; no part of any id. */
  readonly textPlayers?: Readonly<Partial<Record<AnalysisRun['name'], readonly TextPlayers[]>>>
  /** SHA-256 of the files that players and baseline are read from, by their names. */
  readonly analysisFiles?: Readonly<Record<string, string>>
  /** The networks from elsewhere, as `networks.files` and `networks.table` give them. */
  readonly given?: readonly GivenNetworkInfo[]
  /** Order of the pixels in a row of pixels, where the source tells. */
  readonly axisOrder?: 'nchw' | 'nhwc'
  /** Number of each class among all of its source, where only some were taken: outputs of given networks may be called so. */
  readonly classNumbers?: readonly number[]
  /** Usual variants of the analysis that would mask these data as the analysis itself does. */
  readonly redundantVariants?: readonly VariantName[]
}

/** A player as tables name it; bit i of a coalition is the i-th player. */
export interface PlannedPlayer {
  readonly name: string
  /** Its number among the cells or features that could be players; of a word its place in the text, from 0. */
  readonly number?: number
}

/** The players of one text, in the order of their bits. */
export interface TextPlayers {
  readonly split: 'train' | 'test'
  readonly sample: number
  readonly players: readonly PlannedPlayer[]
}

/** What an analysis is repeated under to see how far the scores depend on it. */
export type VariantName = 'players' | 'baseline'

/** A file with its content id, so that another content is another network. */
export interface NamedFile {
  readonly file: string
  readonly id: string
}

/** What the planner knows of a network from elsewhere. */
export interface GivenNetworkInfo {
  /** As the configuration, or a row of the table, says it. */
  readonly entry: GivenNetworkConfig
  /** Its ONNX files, ascending by step; for values of another tool the one file of them, at step 0. */
  readonly checkpoints: readonly (NamedFile & { readonly step: number })[]
  readonly stepsPerEpoch: number
  /** Losses and accuracies while it was trained, where they are given. */
  readonly curve?: NamedFile & { readonly lastStep: number }
  /** Number of weights; undefined for values of another tool. */
  readonly parameters?: number
  /** The low layers, where they are named. */
  readonly low?: {
    /** Weights with their shapes: `conv1.weight 6×1×5×5, conv1.bias 6`. */
    readonly shapes: string
    readonly parameters: number
    /** Hash of the values that every checkpoint has, in the order of the checkpoints: exporters may keep equal weights once. */
    readonly hashes: readonly string[]
    /** Weights that an exporter renamed, which count as high ones and may be low. */
    readonly renamed?: readonly string[]
  }
  /** All other weights, where the low ones are named; the hash is of their values at the first checkpoint. */
  readonly high?: { readonly shapes: string; readonly hash: string }
}

/** Weights taken from another network instead of being drawn. */
export interface Inheritance {
  readonly network: string
  /** Step of the donor's checkpoint. */
  readonly step: number
  readonly blocks: readonly string[]
  /** Set where the donor is from elsewhere: its id tells its weights. */
  readonly isGiven?: true
}

/** The times of a network that results are kept of. */
interface Course {
  readonly totalSteps: number
  readonly stepsPerEpoch: number
  readonly checkpointSteps: readonly number[]
}

/**
 * Everything that determines a trained network, and nothing else: its content id is the network's
 * id. Seeds are given block by block, so that two studies which reach the same network by different
 * words share it.
 */
export interface TrainedSpec extends Course {
  readonly data: string
  /** Set where it is not trained on the training samples with their given labels, but on the test samples alone. */
  readonly trainedOn?: 'test'
  readonly model: ModelConfig
  readonly training: ExperimentConfig['training']
  /** Seed of the initial weights of every block. */
  readonly initSeeds: Readonly<Record<string, number>>
  /** Seed of the order of samples, of dropout and of augmentation. */
  readonly orderSeed: number
  readonly inherits?: Inheritance
  readonly frozenBlocks: readonly string[]
  readonly batchSize: number
  /** Further steps at which losses are measured without leaving a checkpoint. */
  readonly evaluationSteps: readonly number[]
}

/** Everything that determines what is found on a network from elsewhere: its files and how they are read. */
export interface GivenSpec extends Course {
  readonly data: string
  readonly axisOrder: DataInfo['axisOrder']
  readonly classNumbers: DataInfo['classNumbers']
  readonly kind: 'onnx' | 'values'
  /** Content ids of the files, in the order of `checkpointSteps`. */
  readonly checkpoints: readonly string[]
  readonly curve: string | undefined
  readonly reading: Pick<
    GivenNetworkConfig,
    'input' | 'output' | 'outputKind' | 'layout' | 'layer' | 'layerLayout' | 'classes'
  >
}

interface NetworkBase {
  readonly id: string
  readonly name: string
  readonly architecture: string
  readonly regime: string
  readonly lowBlocks: readonly string[]
  /** How many layers are low, where they are the first ones; else their names, joined by +. */
  readonly cut: number | string | undefined
  readonly highBlocks: readonly string[]
  /** Parameters of the low layers with their shapes: equal seeds mean equal low layers where this is equal. */
  readonly lowShapes: string
  readonly parameters: number | undefined
  readonly lowParameters: number | undefined
  /** Id of the network this one was derived from. */
  readonly from?: string
  readonly rerandomized: readonly string[]
  /**
   * Members of the study are analysed. Donors only lend their trained weights. References only say, at their last
   * checkpoint, which interactions of the members are generalizable.
   */
  readonly role: 'analysed' | 'donor' | 'reference'
}

/** A network that lowlayer trains, and its part in a study. */
export interface TrainedNetwork extends NetworkBase {
  readonly origin: 'trained'
  readonly spec: TrainedSpec
  readonly seeds: { readonly low: number; readonly high: number; readonly order: number }
  /** Blocks that descend from a network from elsewhere: another tool drew them from their seeds. */
  readonly drawnElsewhere?: readonly string[]
}

/** A network from elsewhere, and its part in a study. */
export interface GivenNetwork extends NetworkBase {
  readonly origin: 'given'
  readonly spec: GivenSpec
  /** Low and high undefined where they are not known. */
  readonly seeds: {
    readonly low: number | undefined
    readonly high: number | undefined
    readonly order: number
  }
  /** Where its files are, in the order of `spec.checkpointSteps`. */
  readonly files: readonly string[]
  readonly curveFile: string | undefined
}

export type StudyNetwork = TrainedNetwork | GivenNetwork

/** One way of analysing the networks: masks, values, interactions. */
export interface AnalysisRun {
  /** `main`, or what is chosen otherwise to see how far the scores depend on it. */
  readonly name: 'main' | VariantName
  readonly analysis: ExperimentConfig['analysis']
  /** Content ids, 8 digits, in the names of value and interaction files. */
  readonly valuesId: string
  readonly interactionsId: string
}

interface TaskBase {
  readonly id: string
  /** Ids of tasks that must be done before. */
  readonly needs: readonly string[]
}

/** Trains one network to the end, leaving checkpoints and curve. */
export interface TrainTask extends TaskBase {
  readonly kind: 'train'
  readonly network: TrainedNetwork
}

/** Measures losses and accuracies of a network from elsewhere at its checkpoints, leaving the curve. */
export interface MeasureTask extends TaskBase {
  readonly kind: 'measure'
  readonly network: GivenNetwork
}

/** Chooses the samples that all networks are analysed on, where that depends on what all of them predict. */
interface CommonPanelTask extends TaskBase {
  readonly kind: 'panel'
}

/** Chooses the analysed samples of one network, where that depends on what it predicts. */
interface OwnPanelTask extends TaskBase {
  readonly kind: 'panel'
  readonly network: StudyNetwork
}

export type PanelTask = CommonPanelTask | OwnPanelTask

/** Masked evaluation of one network at all its analysed checkpoints. */
export interface ValuesTask extends TaskBase {
  readonly kind: 'values'
  readonly network: StudyNetwork
  readonly run: AnalysisRun
}

/** AND–OR interactions of one network at all its analysed checkpoints. */
export interface InteractionsTask extends TaskBase {
  readonly kind: 'interactions'
  readonly network: StudyNetwork
  readonly run: AnalysisRun
}

/** Metrics, confusing sets, comparison and tables of the study; runs on whatever succeeded. */
export interface CompareTask extends TaskBase {
  readonly kind: 'compare'
}

export type Task = TrainTask | MeasureTask | PanelTask | ValuesTask | InteractionsTask | CompareTask
export type TaskKind = Task['kind']

/** The whole study as a graph of tasks, in an order in which they can run. */
export interface Plan {
  readonly study: string
  /** Content id of the study: data, networks, analysis and comparison, but not `runtime`. */
  readonly id: string
  readonly config: ExperimentConfig
  readonly data: DataInfo
  readonly networks: readonly StudyNetwork[]
  readonly tasks: readonly Task[]
  /** The main analysis first. */
  readonly runs: readonly AnalysisRun[]
  /** Ids of the main analysis. */
  readonly valuesId: string
  readonly interactionsId: string
}
