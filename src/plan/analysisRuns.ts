import type { ExperimentConfig } from '../config/schema.js'
import { contentId, type Json } from '../core/hash.js'
import type { AnalysisRun, DataInfo } from './types.js'

/**
 * The analyses of a study: the main one, and those that repeat it under another choice of players or
 * of the baseline, at the checkpoints that scores take, to see how far the scores depend on it.
 */
export function analysisRuns(
  config: ExperimentConfig,
  data: DataInfo,
  version: number,
  networks: readonly string[],
): AnalysisRun[] {
  const { reliability, phase } = config.confusing
  const of = (name: AnalysisRun['name'], analysis: ExperimentConfig['analysis']) =>
    run(name, analysis, phase, { version, networks, files: data.analysisFiles })
  const main = of('main', config.analysis)
  const variants = [
    ...(reliability.players ? [of('players', otherPlayers(config))] : []),
    ...(reliability.baseline ? [of('baseline', otherBaseline(config, data))] : []),
  ]
  return [main, ...variants]
}

/** Whether an analysis decomposes at both ends of the tie-break, where scores are taken. */
export function hasOtherEnd({ name, analysis }: AnalysisRun): boolean {
  return name === 'main' && analysis.solver === 'certified' && analysis.tieBreak !== 'none'
}

/** What ids of analyses depend on besides their configuration. */
interface RunContext {
  readonly version: number
  /** Ids of the networks that are analysed. */
  readonly networks: readonly string[]
  readonly files: DataInfo['analysisFiles']
}

function run(
  name: AnalysisRun['name'],
  analysis: ExperimentConfig['analysis'],
  phase: ExperimentConfig['confusing']['phase'],
  { version, networks, files }: RunContext,
): AnalysisRun {
  const { samples, players, baseline, output, temperature, clamp } = analysis
  const panel = samples.filter === 'none' ? undefined : networks
  const valuesId = shortId({
    version,
    values: { samples, players, baseline, output, temperature, clamp },
    files,
    panel,
  })
  const { noise, solver, gap, tieBreak, reference } = analysis
  const interactionsId = shortId({
    version,
    valuesId,
    split: { noise, solver, gap, tieBreak, reference },
    // For the growth of a score a second checkpoint is decomposed at both ends.
    phase: phase === 'end' ? undefined : phase,
  })
  return { name, analysis, valuesId, interactionsId }
}

/** First 8 digits of a content id: what a file name carries. */
export function shortId(content: object): string {
  return contentId(content as Json).slice(0, 8)
}

/** Players drawn at random, or with another seed where they are drawn at random already. */
function otherPlayers({ analysis }: ExperimentConfig): ExperimentConfig['analysis'] {
  const { players } = analysis
  const redrawn = players.select === 'random' || players.layout === 'tokens'
  const seed = redrawn ? players.seed + 1 : players.seed
  return { ...analysis, players: { ...players, select: 'random', seed } }
}

/** Blur instead of a constant for images; zero instead of the mean, or the mean, elsewhere. */
function otherBaseline(
  { analysis }: ExperimentConfig,
  data: DataInfo,
): ExperimentConfig['analysis'] {
  const { baseline } = analysis
  if (data.kind === 'image' && baseline !== 'blur') return { ...analysis, baseline: 'blur' }
  return { ...analysis, baseline: baseline === 'mean' ? 'zero' : 'mean' }
}
