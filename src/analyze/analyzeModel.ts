import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { sha256 } from '../core/hash.js'
import type { Engine } from '../engine/types.js'
import type { TieBreak } from '../interactions/types.js'
import type { PlacedPlayers } from '../masking/configurePlayers.js'
import { createForeignEvaluator, type ForeignClassifier } from '../masking/foreignEvaluator.js'
import type { Baseline } from '../masking/types.js'
import { thresholds } from '../study/checkpoint.js'
import { analyseNetwork } from '../study/network.js'
import { collectDecompositions } from '../tasks/interactionFile.js'
import { evaluateSamples, modelOutput } from './evaluateModel.js'
import type { AnalyzedSample } from './samples.js'
import type { AnalyzedModel, AnalyzeRequest, ModelAnalysis } from './types.js'

/** What all models share. */
export interface ModelMasking {
  readonly players: PlacedPlayers
  readonly baseline: Baseline
  readonly engine: Engine
  /** Shape of one sample. */
  readonly shape: readonly number[]
}

/**
 * Value tables, interactions (at both ends of the tie-break, where there is one), metrics and
 * confusing samples of one model. It counts as a network with one checkpoint, step 0.
 */
export async function analyzeModel(
  { config, report, notice, decompose }: AnalyzeRequest,
  classifier: ForeignClassifier,
  samples: readonly AnalyzedSample[],
  { players, baseline, engine, shape }: ModelMasking,
): Promise<ModelAnalysis> {
  const { solver, noise, gap, reference, tieBreak, salience } = config.analysis
  const network = describeModel(classifier.model.file)
  const otherEnd = solver === 'certified' ? opposite(tieBreak) : undefined
  const total = samples.length * (otherEnd === undefined ? 2 : 3)
  let done = 0
  const step = (note: string) => () => report(`${network.name}: ${note}`, ++done, total)

  const evaluator = createForeignEvaluator(engine, classifier, shape, players.n, {
    players: (sample) => players.players(sample, shape),
    baseline,
    output: modelOutput(config.analysis, classifier, notice),
  })
  const onSample = step('masked evaluation')
  const evaluated = await evaluateSamples(evaluator, samples, players.n, onSample)
  await evaluator.dispose()

  const values = evaluated.samples
  const tables = evaluated.rows.map((row) => row.values)
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
    evaluated: evaluated.rows,
    decompositions: rows,
    taus: thresholds(checkpoint, salience),
  }
}

/** The other end of a tie-break that has two. */
function opposite(tieBreak: TieBreak): TieBreak | undefined {
  if (tieBreak === 'none') return undefined
  return tieBreak === 'low' ? 'high' : 'low'
}

function describeModel(file: string): AnalyzedModel {
  return {
    id: sha256(readFileSync(file)).slice(0, 16),
    name: basename(file).replace(/\.onnx$/, ''),
    file,
  }
}
