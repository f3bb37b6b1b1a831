/** From a configuration to the players, baseline and output by which its networks are evaluated on masked samples. */
import type { AnalysisConfig } from '../config/analysis.js'
import type { PathOf } from '../data/paths.js'
import type { Dataset } from '../data/types.js'
import type { BoundNetwork } from '../engine/types.js'
import { chooseBaseline } from './baseline/configureBaseline.js'
import { learningSettings, learnStudyBaseline } from './baseline/learnStudyBaseline.js'
import { trainingMoments } from './baseline/trainingMoments.js'
import { createMaskedEvaluator, type MaskedEvaluator } from './evaluation/evaluate.js'
import { valueShape } from './evaluation/layerValue.js'
import { parseOutput } from './evaluation/output.js'
import { type PlacedPlayers, placePlayers } from './players/configurePlayers.js'

/** Players of a study, for its results: the same for every network. */
export interface StudyMasking {
  readonly placed: PlacedPlayers
  /** A network made ready for masked evaluation of the study's samples. */
  evaluator(network: BoundNetwork): Promise<StudyEvaluator>
}

export interface StudyEvaluator extends MaskedEvaluator {
  /** Fingerprint of the baseline; it differs between networks where an inner value is masked. */
  readonly baseline: string
}

/**
 * The masking that a configuration asks for. `pathOf` finds the files it names. Throws InputError
 * when players, baseline or output do not fit the data.
 */
export function studyMasking(
  analysis: AnalysisConfig,
  data: Dataset,
  pathOf: PathOf,
): StudyMasking {
  const output = parseOutput(analysis.output, analysis.temperature, analysis.clamp)
  const placed = placePlayers(analysis.players, data, pathOf)
  const checked = new Set<string>()
  return {
    placed,
    async evaluator(network) {
      const at = placed.at(network.graph)
      const shape = valueShape(network.graph, at)
      const moments = () => trainingMoments(network, at, data)
      const learned = learningSettings(analysis.baseline)
      const baseline =
        learned === undefined
          ? await chooseBaseline(analysis.baseline, shape, moments, pathOf)
          : await learnStudyBaseline(network, at, data, placed, output, learned, await moments())
      const evaluator = await createMaskedEvaluator(network, placed.n, {
        at,
        players: (sample) => placed.players(sample, shape),
        baseline,
        output,
        checked,
      })
      return { ...evaluator, baseline: baseline.fingerprint }
    },
  }
}
