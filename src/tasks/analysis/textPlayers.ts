/** The players of texts, which are other words in every text. */
import type { AnalysisConfig } from '../../config/analysis.js'
import type { ExperimentConfig } from '../../config/schema.js'
import type { PathOf } from '../../data/paths.js'
import { sampleAt } from '../../data/rows.js'
import type { Dataset } from '../../data/types.js'
import { placePlayers, shapeWithoutNetwork } from '../../masking/players/configurePlayers.js'
import { usualVariants } from '../../plan/analysisRuns.js'
import type { DataInfo, TextPlayers } from '../../plan/types.js'
import { choosePanel } from './chosenSamples.js'

/**
 * The players of every analysed text, of the analysis and of its variant with others, in the order of their bits. Undefined where
 * samples have the same players, and where which texts are analysed depends on what networks predict.
 */
export function textPlayers(
  config: ExperimentConfig,
  dataset: Dataset,
  pathOf: PathOf,
): DataInfo['textPlayers'] {
  const isText = dataset.kind === 'text' || dataset.kind === 'tokens'
  if (!isText || config.analysis.samples.filter !== 'none') return undefined
  const other = usualVariants(config, dataset).find(({ name }) => name === 'players')
  return {
    main: placed(config.analysis, dataset, pathOf),
    ...(other === undefined ? {} : { players: placed(other.analysis, dataset, pathOf) }),
  }
}

function placed(analysis: AnalysisConfig, dataset: Dataset, pathOf: PathOf): TextPlayers[] {
  const { players } = placePlayers(analysis.players, dataset, pathOf)
  const shape = shapeWithoutNetwork(analysis.players, dataset)
  return choosePanel(analysis, dataset).flatMap(({ split, rows }) =>
    rows.map((row) => {
      const sample = sampleAt(dataset[split], row)
      const { names, numbers = [] } = players(sample, shape)
      const members = names.map((name, index) => ({ name, number: numbers[index] }))
      return { split, sample: sample.id, players: members }
    }),
  )
}
