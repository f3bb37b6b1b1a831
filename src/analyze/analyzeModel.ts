import { basename, join } from 'node:path'
import { checkInteractionFileSize, collectDecompositions } from '../artifacts/interactionFile.js'
import { openPartial } from '../artifacts/partialValues.js'
import { contentId, type Json } from '../core/hash.js'
import type { Dataset } from '../data/types.js'
import type { Engine } from '../engine/types.js'
import type { TieBreak } from '../interactions/types.js'
import type { Output } from '../masking/evaluation/output.js'
import { createForeignEvaluator } from '../masking/foreign/foreignEvaluator.js'
import { foreignOutput } from '../masking/foreign/foreignOutputs.js'
import type { PlacedPlayers } from '../masking/players/configurePlayers.js'
import type { Baseline } from '../masking/types.js'
import type { Lease } from '../store/lock.js'
import { thresholds } from '../study/checkpoint.js'
import { evaluationPlan } from '../study/evaluationPlan.js'
import { analyseNetwork } from '../study/network.js'
import type { EvaluationPlan } from '../study/types.js'
import { evaluateSamples, type ModelValues, readEvaluation } from './evaluateModel.js'
import type { AnalyzedSample } from './samples.js'
import type { AnalyzedModel, AnalyzeRequest, MappedClassifier, ModelAnalysis } from './types.js'

/** What all models share. */
export interface ModelMasking {
  readonly players: PlacedPlayers
  readonly baseline: Baseline
  readonly engine: Engine
  readonly data: Pick<Dataset, 'shape' | 'fingerprint' | 'classes'>
}

/**
 * Value tables, interactions (at both ends of the tie-break, where there is one), metrics and
 * confusing samples of one model. It counts as a network with one checkpoint, step 0.
 */
export async function analyzeModel(
  request: AnalyzeRequest,
  classifier: MappedClassifier,
  chosen: readonly AnalyzedSample[],
  masking: ModelMasking,
): Promise<ModelAnalysis> {
  const { config, lease, report, notice, assume, decompose } = request
  const { players, baseline, engine, data } = masking
  const { solver, noise, gap, reference, tieBreak, salience } = config.analysis
  const network = describeModel(classifier, data.classes)
  const samples = chosen.map((sample) => onOutputs(sample, classifier))
  const otherEnd = solver === 'certified' ? opposite(tieBreak) : undefined
  const total = samples.length * (otherEnd === undefined ? 2 : 3)
  let done = 0
  const step = (note: string) => () => {
    lease.stopIfLost()
    report(`${network.name}: ${note}`, ++done, total)
  }

  checkInteractionFileSize(samples.length, players.n)
  const { reading, width } = classifier
  const output = foreignOutput(config.analysis, { file: network.file, reading, width }, assume)
  const plan = evaluationPlan(samples, players.n, baseline.fingerprint)
  const { map } = players.players(samples[0], data.shape)
  const settings = evaluationId(request, classifier, masking, map, output)
  const openValues = opener(valueFileOf(request.out, network), plan, lease, settings)
  const { values, tables } = await evaluated()
  const decomposed = async (end: TieBreak) => {
    const options = { solver, noise, gap, reference, tieBreak: end }
    const rows = await decompose(tables, options, step('interactions'))
    return { rows, checkpoint: { step: 0, values, decompositions: collectDecompositions(rows) } }
  }
  const { rows, checkpoint } = await decomposed(tieBreak)
  const other = otherEnd === undefined ? undefined : (await decomposed(otherEnd)).checkpoint
  const input = { network, curve: [], checkpoints: [checkpoint], otherEnd: other && [other] }
  return {
    analysis: analyseNetwork(input, config),
    openValues,
    decompositions: rows,
    taus: thresholds(checkpoint, salience),
  }

  async function evaluated(): Promise<ModelValues> {
    const evaluator = createForeignEvaluator(engine, classifier, players.n, {
      players: (sample) => players.players(sample, data.shape),
      baseline,
      output,
      assume,
    })
    const partial = await openValues()
    try {
      if (partial.count > 0 && partial.count < samples.length) {
        notice(`${network.name}: ${partial.count} of ${samples.length} samples are there already`)
      }
      await evaluateSamples(evaluator, samples, partial, step('masked evaluation'))
      return await readEvaluation(plan, partial)
    } finally {
      await partial.close()
      await evaluator.dispose()
    }
  }
}

/** A function that keeps nothing of an analysis but this: closures of one function share what they keep. */
function opener(file: string, plan: EvaluationPlan, lease: Lease, settings: string) {
  return () => openPartial(file, plan, lease, settings)
}

/** Where the value tables of a model go in a folder of results. */
export function valueFileOf(out: string, { id }: AnalyzedModel): string {
  return join(out, 'values', `${id}.npz`)
}

/** All that value tables depend on besides samples, number of players and baseline. */
function evaluationId(
  { preprocessing, wishes, version }: AnalyzeRequest,
  { model, rows, layout }: MappedClassifier,
  { engine, data }: ModelMasking,
  players: ArrayLike<number>,
  output: Output,
): string {
  return contentId({
    version,
    model: model.id,
    together: rows.together,
    engine: { name: engine.name, device: engine.device, versions: engine.versions },
    data: data.fingerprint,
    players: Array.from(players),
    output,
    // The order of a row of pixels is not in the fingerprint of the data.
    layout,
    preprocessing,
    wishes,
  } as unknown as Json)
}

/** The other end of a tie-break that has two. */
function opposite(tieBreak: TieBreak): TieBreak | undefined {
  if (tieBreak === 'none') return undefined
  return tieBreak === 'low' ? 'high' : 'low'
}

/** A sample with its labels as outputs of the model, which tables have in their place. */
function onOutputs(sample: AnalyzedSample, { outputs }: MappedClassifier): AnalyzedSample {
  return { ...sample, label: outputs[sample.label], trueLabel: outputs[sample.trueLabel] }
}

function describeModel(
  { model: { id, file }, reading, outputs }: MappedClassifier,
  classes: readonly string[],
): AnalyzedModel {
  const pairs = classes.map((name, c) => [name, outputs[c]] as const).filter(([, at]) => at >= 0)
  return {
    id,
    name: basename(file).replace(/\.onnx$/, ''),
    file,
    reads: reading.kind,
    classes: Object.fromEntries(pairs),
  }
}
