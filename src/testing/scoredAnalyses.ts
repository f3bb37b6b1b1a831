/** For tests: analyses of a study whose scores are chosen, for which no network was trained. */
import { planStudy } from '../plan/plan.js'
import { analyseNetwork, type NetworkAnalysis } from '../study/network.js'
import type { TrainingDynamics } from '../study/types.js'
import { configOf } from './configOf.js'
import { ticTacToeInfo } from './dataInfo.js'
import { madeCheckpoint } from './madeCheckpoint.js'

/** What is known of one network, by its seeds; one number per sample of its main panel. */
export interface GivenNetworkScores {
  /** Between 0.2 and 1: the score is 2c/(1 + c), which rises with it. */
  readonly c: readonly number[]
  readonly dynamics?: TrainingDynamics
  /** Of samples of the other split, which follow those of the main panel. */
  readonly other?: readonly number[]
  readonly accuracy?: number
}

/** The given label of a sample; every other one is of class 1. */
export const classOf = (sample: number): number => sample % 2

/**
 * Analyses of a planned study of mlp-5 whose scores are chosen: of two interactions 1 and −c of order 1 the score
 * `cancellation` is 2c/(1 + c). Every tenth sample is mislabelled.
 */
export function scoredAnalyses(
  scoresOf: (seeds: { readonly low: number; readonly high: number }) => GivenNetworkScores,
  grid: object = {},
) {
  const config = configOf(
    {
      data: { source: 'tic-tac-toe', labelNoise: 0.1 },
      model: { architecture: 'mlp-5' },
      networks: { grid: { low: [0, 1, 2], high: [0, 1, 2], repeats: 1, ...grid } },
      confusing: { score: 'cancellation', phase: 'end' },
      comparison: { bootstrap: 50 },
    },
    'test',
  )
  const { networks } = planStudy(config, ticTacToeInfo)
  const analyses = networks.map((network): NetworkAnalysis => {
    const { c, dynamics, other = [], accuracy } = scoresOf(network.seeds as never)
    const rows = [...c, ...other].map((value) => [0, 1, -value, 0])
    const panel = [...c.map(() => 0), ...other.map(() => 1)]
    const checkpoint = madeCheckpoint(rows, { panel })
    const { values } = checkpoint
    for (let row = 0; row < values.count; row++) {
      values.givenLabel[row] = classOf(row)
      values.label[row] = row % 10 === 0 ? 1 - classOf(row) : classOf(row)
    }
    const curve =
      accuracy === undefined
        ? []
        : [
            {
              step: 1,
              epoch: 1,
              trainLoss: 0,
              testLoss: 0,
              trainAccuracy: 1,
              testAccuracy: accuracy,
            },
          ]
    return analyseNetwork({ network, curve, checkpoints: [checkpoint], dynamics }, config)
  })
  return { analyses, config }
}
