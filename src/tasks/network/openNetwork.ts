/** A network at one checkpoint, whether lowlayer trained it or it is from elsewhere. */

import { readCheckpointWeights } from '../../artifacts/checkpoint.js'
import { sizeOf } from '../../core/tensor.js'
import { fedRows } from '../../data/heldInputs.js'
import { pathsFrom } from '../../data/paths.js'
import { sampleAt } from '../../data/rows.js'
import type { Dataset, Samples } from '../../data/types.js'
import { importExported } from '../../engine/onnx/checkpoint.js'
import { createEngine } from '../../engine/registry.js'
import type { BoundNetwork, Engine, Predictor, WeightedGraph } from '../../engine/types.js'
import { readInputFile } from '../../formats/inputFile.js'
import type { Graph } from '../../graph/types.js'
import { chooseBaseline, inputBaseline } from '../../masking/baseline/configureBaseline.js'
import { type StudyEvaluator, type StudyMasking, studyMasking } from '../../masking/configure.js'
import { valueShape } from '../../masking/evaluation/layerValue.js'
import { type Output, predictedClass, sampleLoss } from '../../masking/evaluation/output.js'
import type { SampleDifficulty } from '../../masking/evaluation/sampleDifficulty.js'
import { isInColour } from '../../masking/foreign/fitSamples.js'
import { createForeignEvaluator } from '../../masking/foreign/foreignEvaluator.js'
import { foreignOutput, wantedKind } from '../../masking/foreign/foreignOutputs.js'
import { lastInputNorms } from '../../masking/foreign/lastInputNorms.js'
import { momentsAt } from '../../masking/foreign/maskedPlace.js'
import {
  type MappedClassifier,
  openClassifier,
  presentLabels,
} from '../../masking/foreign/openClassifier.js'
import type { Baseline } from '../../masking/types.js'
import { buildModel } from '../../models/build.js'
import type { AnalysisRun, GivenNetwork, StudyNetwork } from '../../plan/types.js'
import { networkPaths } from '../../store/layout.js'
import { type Prediction, predictAll } from '../../training/evaluate.js'
import type { TaskContext } from '../types.js'
import { givenFile } from './givenFile.js'
import {
  difficultiesOf,
  graphDifficulties,
  lastLayerGrand,
  type RowDifficulties,
} from './rowDifficulties.js'

/** A network at one checkpoint, ready to be asked; holds sessions until disposed. */
export interface OpenNetwork {
  /** What it says of every row of a split; −1 where it predicts a class that the data do not have. */
  predict(samples: Samples): Promise<Prediction[]>
  /** How hard every row of a split is for it, against the given labels. */
  difficulties(samples: Samples): Promise<RowDifficulties>
  /** Makes it ready for masked evaluation. */
  evaluator(): Promise<StudyEvaluator>
  dispose(): Promise<void>
}

/** What a network is opened for. */
export interface NetworkUse {
  readonly context: Pick<TaskContext, 'plan' | 'results' | 'baseDir'>
  readonly dataset: Dataset
  readonly masking: StudyMasking
  readonly analysis: AnalysisRun['analysis']
  /** Told what was assumed or decided about a network from elsewhere. */
  readonly assume: (line: string) => void
}

/**
 * Opens a network at one of its checkpoints. Throws TaskError where a stored one is damaged, InputError where one from
 * elsewhere has changed since the study was planned, or does not fit the data.
 */
export async function openNetwork(
  network: StudyNetwork,
  step: number,
  use: NetworkUse,
): Promise<OpenNetwork> {
  const { plan, results } = use.context
  const { engine: name, device } = plan.config.runtime
  if (network.origin === 'trained') {
    const { graph } = buildModel(network.spec.model, plan.data)
    const file = networkPaths(results, network.id).checkpoint(step)
    const parameters = await readCheckpointWeights(file, graph)
    return openGraph({ engine: await createEngine(name, device), graph, parameters }, use)
  }
  const file = await givenFile(network, step)
  const exported = ownNetwork(file, network, use)
  if (exported !== undefined) {
    const engine = await createEngine(name, device)
    return openGraph({ engine, ...exported }, withOwnLayer(use, network))
  }
  return openModel(await createEngine('onnx', device), file, network, use)
}

/**
 * Tries whether a network has the inner layer that is masked, before it is trained or anything is computed on it. Throws
 * InputError naming the network where it has not, or where players cannot be cells of it.
 */
export async function tryLayer(network: StudyNetwork, use: NetworkUse): Promise<void> {
  if (network.origin === 'trained') {
    return tryGraphLayer(buildModel(network.spec.model, use.context.plan.data).graph, use)
  }
  if (network.spec.kind === 'values') return
  const [file] = network.files
  const exported = ownNetwork(file, network, use)
  if (exported !== undefined) return tryGraphLayer(exported.graph, withOwnLayer(use, network))
  const opened = await openModel(await createEngine('onnx', 'cpu'), file, network, use)
  await opened.dispose()
}

/**
 * The network that lowlayer wrote to a file, where its outputs are the classes in their order: they are called by their numbers in the source, or
 * it has just as many outputs as the study has classes, which is said where numbers would tell otherwise. Undefined of files of other tools, and
 * where outputs are said to be other classes, a class has none, or further inputs are masked: then the file is opened as theirs are, which maps or refuses it.
 */
function ownNetwork(
  file: string,
  { spec }: GivenNetwork,
  { dataset, analysis, assume }: NetworkUse,
): WeightedGraph | undefined {
  const exported = importExported(readInputFile(file))
  if (exported === undefined || spec.reading.classes !== undefined) return undefined
  if (analysis.players.inputs !== undefined) return undefined
  const { graph } = exported
  // A single output stands for two classes.
  const outputs = Math.max(2, sizeOf(valueShape(graph, graph.output)))
  const { classes, classNumbers = [...classes.keys()] } = dataset
  const present = presentLabels(dataset)
  if (present.every((label) => classNumbers[label] === label)) {
    return present.every((label) => label < outputs) ? exported : undefined
  }
  if (outputs !== classes.length) return undefined
  assume(
    `${file}, which lowlayer wrote, has as many outputs as data.classes lists: they are taken to be these, in this order ` +
      '(networks.files[].classes says otherwise)',
  )
  return exported
}

function tryGraphLayer(graph: Graph, { masking: { placed }, dataset }: NetworkUse): void {
  placed.players(sampleAt(dataset.train, 0), valueShape(graph, placed.at(graph)))
}

/** The inner tensor of a network that is masked; undefined where its input is. */
function layerOf({ players }: NetworkUse['analysis'], { spec }: GivenNetwork): string | undefined {
  return players.layout === 'layer' ? (spec.reading.layer ?? players.layer) : undefined
}

/** What is asked of a network, with its own name of the layer that is masked. */
function withOwnLayer(use: NetworkUse, network: GivenNetwork): NetworkUse {
  const { analysis, dataset, context } = use
  const layer = layerOf(analysis, network)
  if (layer === undefined || layer === analysis.players.layer) return use
  const own = { ...analysis, players: { ...analysis.players, layer } }
  const masking = studyMasking(own, dataset, pathsFrom(context))
  return { ...use, analysis: own, masking }
}

/** A network whose graph lowlayer has: low layers are shared between masked inputs. */
function openGraph(network: BoundNetwork, { dataset, masking }: NetworkUse): OpenNetwork {
  let predictor: Promise<Predictor> | undefined
  const whole = () => {
    predictor ??= network.engine.createPredictor(network.graph, network.parameters)
    return predictor
  }
  return {
    predict: async (samples) => predictAll(await whole(), dataset, samples),
    difficulties: async (samples) => graphDifficulties(network, await whole(), dataset, samples),
    evaluator: () => masking.evaluator(network),
    dispose: async () => (await predictor)?.dispose(),
  }
}

/** A network that ONNX Runtime runs as it is. */
async function openModel(
  engine: Engine,
  file: string,
  network: GivenNetwork,
  use: NetworkUse,
): Promise<OpenNetwork> {
  const { reading } = network.spec
  const { dataset, masking, analysis, assume, context } = use
  const { data } = context.plan.config
  const pathOf = pathsFrom(context)
  const layer = layerOf(analysis, network)
  const ofInput = layer === undefined ? await inputBaseline(analysis, dataset, pathOf) : undefined
  const classifier = await openClassifier(file, {
    data: dataset,
    players: masking.placed,
    baseline: ofInput,
    device: engine.device,
    wishes: {
      input: reading.input,
      output: reading.output,
      layout: reading.layout,
      alsoMasked: Object.keys(analysis.players.inputs ?? {}),
      kind: reading.outputKind ?? wantedKind(analysis.output),
      layer:
        layer === undefined ? undefined : { name: layer, layout: reading.layerLayout ?? 'nchw' },
    },
    classes: reading.classes,
    inColour: isInColour(data),
  })
  try {
    for (const line of classifier.remarks) assume(line)
    const output = foreignOutput(
      analysis,
      { file, reading: classifier.reading, width: classifier.width },
      assume,
    )
    return {
      predict: (samples) => predictRows(classifier, output, samples),
      difficulties: (samples) => modelDifficulties(classifier, output, samples),
      async evaluator() {
        const baseline = ofInput ?? (await innerBaseline(classifier))
        const evaluator = createForeignEvaluator(engine, classifier, masking.placed.n, {
          players: masking.placed.players,
          baseline,
          output,
          assume,
        })
        return onLabels(evaluator, classifier, baseline.fingerprint)
      },
      dispose: () => classifier.model.dispose(),
    }
  } catch (error) {
    await classifier.model.dispose()
    throw error
  }

  function innerBaseline(place: MappedClassifier): Promise<Baseline> {
    const { train } = dataset
    const attention = dataset.parts?.find(({ role }) => role === 'attention')
    const moments = () => momentsAt(place, fedRows(train), train.count, attention)
    return chooseBaseline(analysis.baseline, place.shape, moments, pathOf)
  }
}

/** The evaluator with labels of the data in the place of outputs of the model. */
function onLabels(
  evaluator: Pick<StudyEvaluator, 'evaluate' | 'dispose'>,
  { outputs }: MappedClassifier,
  baseline: string,
): StudyEvaluator {
  return {
    baseline,
    async evaluate(sample) {
      const found = await evaluator.evaluate({ ...sample, label: outputs[sample.label] })
      return { ...found, prediction: outputs.indexOf(found.prediction) }
    },
    dispose: () => evaluator.dispose(),
  }
}

/** Rows of a split that go into a model at once. */
const ROWS = 256

async function predictRows(
  classifier: MappedClassifier,
  { kind }: Output,
  samples: Samples,
): Promise<Prediction[]> {
  const found: Prediction[] = []
  const { outputs, width } = classifier
  for await (const { values, labels } of classifiedRows(classifier, samples)) {
    for (const [row, label] of labels.entries()) {
      found.push({
        prediction: outputs.indexOf(predictedClass(values, row * width, width, kind)),
        loss: sampleLoss(values, row * width, width, label, kind),
      })
    }
  }
  return found
}

async function modelDifficulties(
  classifier: MappedClassifier,
  { kind }: Output,
  samples: Samples,
): Promise<RowDifficulties> {
  const found: SampleDifficulty[] = []
  const { outputs, width } = classifier
  for await (const { values, labels } of classifiedRows(classifier, samples)) {
    for (const row of difficultiesOf(values, width, labels, kind)) {
      found.push({ ...row, prediction: outputs.indexOf(row.prediction) })
    }
  }
  const norms = await lastInputNorms(classifier, { kind }, fedRows(samples))
  return { rows: found, grand: norms && lastLayerGrand(found, norms) }
}

/** Outputs [rows, width] of a model for some rows of a split after the other, and which of them belongs to each label. */
async function* classifiedRows(
  { classify, outputs }: MappedClassifier,
  samples: Samples,
): AsyncGenerator<{ readonly values: Float32Array; readonly labels: Int32Array }> {
  const { labels, count } = samples
  const rows = fedRows(samples)
  const size = rows.length / count
  for (let start = 0; start < count; start += ROWS) {
    const end = Math.min(start + ROWS, count)
    const values = await classify(rows.subarray(start * size, end * size))
    yield { values, labels: labels.subarray(start, end).map((label) => outputs[label]) }
  }
}
