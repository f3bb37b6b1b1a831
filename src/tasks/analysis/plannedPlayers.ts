/** Who the players are, as far as that is known before any network is. */
import type { AnalysisConfig } from '../../config/analysis.js'
import type { ExperimentConfig } from '../../config/schema.js'
import type { PathOf } from '../../data/paths.js'
import { sampleAt } from '../../data/rows.js'
import type { Dataset } from '../../data/types.js'
import { placePlayers, shapeWithoutNetwork } from '../../masking/players/configurePlayers.js'
import type { Players } from '../../masking/types.js'
import { usualVariants } from '../../plan/analysisRuns.js'
import type { DataInfo, PlannedPlayer, TextPlayers } from '../../plan/types.js'
import { choosePanel } from './chosenSamples.js'

/**
 * The players of the analysis, and of its variant with others, in the order of their bits: one list for all samples, or one of each
 * analysed text; of texts none where which are analysed depends on what networks predict. Throws InputError where they do not fit
 * the data.
 */
export function plannedPlayers(
  config: ExperimentConfig,
  dataset: Dataset,
  pathOf: PathOf,
): Pick<DataInfo, 'players' | 'textPlayers'> {
  const other = usualVariants(config, dataset).find(({ name }) => name === 'players')
  const byChoice = <Found>(of: (analysis: AnalysisConfig) => Found) => ({
    main: of(config.analysis),
    ...(other === undefined ? {} : { players: of(other.analysis) }),
  })
  const isText = dataset.kind === 'text' || dataset.kind === 'tokens'
  if (!isText) return { players: byChoice((analysis) => ofAllSamples(analysis, dataset, pathOf)) }
  if (config.analysis.samples.filter !== 'none') return {}
  return { textPlayers: byChoice((analysis) => ofEachText(analysis, dataset, pathOf)) }
}

function ofAllSamples(analysis: AnalysisConfig, dataset: Dataset, pathOf: PathOf): PlannedPlayer[] {
  const { players } = placePlayers(analysis.players, dataset, pathOf)
  return membersOf(players(sampleAt(dataset.train, 0), dataset.shape))
}

function ofEachText(analysis: AnalysisConfig, dataset: Dataset, pathOf: PathOf): TextPlayers[] {
  const { players } = placePlayers(analysis.players, dataset, pathOf)
  const shape = shapeWithoutNetwork(analysis.players, dataset)
  return choosePanel(analysis, dataset).flatMap(({ split, rows }) =>
    rows.map((row) => {
      const sample = sampleAt(dataset[split], row)
      return { split, sample: sample.id, players: membersOf(players(sample, shape)) }
    }),
  )
}

function membersOf({ names, numbers }: Players): PlannedPlayer[] {
  return names.map((name, index) => {
    const number = numbers?.[index]
    return number === undefined ? { name } : { name, number }
  })
}
