/** The analyses that a study makes of each network: its own, and those under other choices that test reliability. */
import type { PlayersConfig } from '../config/analysis.js'
import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'
import { contentId, type Json } from '../core/hash.js'
import { ARTIFACT_VERSION } from './artifactVersion.js'
import type { AnalysisRun, DataInfo, VariantName } from './types.js'

/** The other baseline where the usual one equals that of the study: masked players are halved. */
const HALF = { damp: 0.5 }

/**
 * The analyses of a study: the main one, and those that repeat it under another choice of players or
 * of the baseline, at the checkpoints that scores take, to see how far the scores depend on it. A
 * repetition under the same choice would raise their agreement and say nothing: players that cannot be
 * others are left out, a baseline that would be the same gives way to another.
 */
export function analysisRuns(
  config: ExperimentConfig,
  data: DataInfo,
  networks: readonly string[],
): AnalysisRun[] {
  const { phase } = config.confusing
  const of = (name: AnalysisRun['name'], analysis: ExperimentConfig['analysis']) =>
    run(name, analysis, phase, { networks, files: data.analysisFiles })
  const variants = usualVariants(config, data).flatMap(({ name, analysis }) => {
    if (data.redundantVariants?.includes(name) !== true) return [of(name, analysis)]
    return name === 'players' ? [] : [of(name, { ...analysis, baseline: HALF })]
  })
  return [of('main', config.analysis), ...variants]
}

/** An analysis beside the main one, for the reliability of scores. */
interface Variant {
  readonly name: VariantName
  readonly analysis: ExperimentConfig['analysis']
}

/** The variants that a study asks for, before it is known whether they differ from the main analysis. */
export function usualVariants(
  config: ExperimentConfig,
  data: Pick<DataInfo, 'kind'>,
): readonly Variant[] {
  const { players, baseline } = config.confusing.reliability
  return [
    ...(players ? [{ name: 'players' as const, analysis: otherPlayers(config, data) }] : []),
    ...(baseline ? [{ name: 'baseline' as const, analysis: otherBaseline(config, data) }] : []),
  ]
}

/** What weakens the study before anything is run: of its data, and of the asked reliability; for the plan and the verdict. */
export function planWarnings({
  redundantVariants = [],
  warnings = [],
}: Pick<DataInfo, 'redundantVariants' | 'warnings'>): readonly string[] {
  if (!redundantVariants.includes('players')) return warnings
  return [
    ...warnings,
    'reliability under other players (confusing.reliability.players) was left out: another choice gives the ' +
      'same players again, which would count one condition twice; fewer players (analysis.players.count) leave more choice',
  ]
}

/** Whether an analysis decomposes at both ends of the tie-break, where scores are taken. */
export function hasOtherEnd({ name, analysis }: AnalysisRun): boolean {
  return name === 'main' && analysis.solver === 'certified' && analysis.tieBreak !== 'none'
}

/** What ids of analyses depend on besides their configuration. */
interface RunContext {
  /** Ids of the networks that are analysed. */
  readonly networks: readonly string[]
  readonly files: DataInfo['analysisFiles']
}

function run(
  name: AnalysisRun['name'],
  analysis: ExperimentConfig['analysis'],
  phase: ExperimentConfig['confusing']['phase'],
  { networks, files }: RunContext,
): AnalysisRun {
  const { samples, players, baseline, output, temperature, clamp } = analysis
  const panel = samples.filter === 'common-correct' ? networks : undefined
  const valuesId = shortId({
    version: ARTIFACT_VERSION,
    values: { samples, players: inOrder(players), baseline, output, temperature, clamp },
    files,
    panel,
  })
  const { noise, solver, gap, tieBreak, reference } = analysis
  const interactionsId = shortId({
    version: ARTIFACT_VERSION,
    valuesId,
    split: { noise, solver, gap, tieBreak, reference },
    // Of earlier versions, that of high orders alone was solved from scratch.
    from: solver === 'certified' && tieBreak === 'high' ? 'low' : undefined,
    // For the growth of a score a second checkpoint is decomposed at both ends.
    phase: phase === 'end' ? undefined : phase,
  })
  return { name, analysis, valuesId, interactionsId }
}

/** Players as they count for an id: of groups and further inputs the order, which says which bit is which player, where ids sort keys. */
function inOrder(players: PlayersConfig) {
  const { groups, inputs, ...rest } = players
  return {
    ...rest,
    ...(groups === undefined ? {} : { groups: Object.entries(groups) }),
    ...(inputs === undefined ? {} : { inputs: Object.entries(inputs) }),
  }
}

/** First 8 digits of a content id: what a file name carries. */
function shortId(content: object): string {
  return contentId(content as Json).slice(0, 8)
}

/** Players drawn at random, or with another seed where they are drawn at random already. */
function otherPlayers(
  { analysis }: ExperimentConfig,
  data: Pick<DataInfo, 'kind'>,
): ExperimentConfig['analysis'] {
  const { players } = analysis
  // The players of a text are always drawn.
  const isText = data.kind === 'text' || data.kind === 'tokens'
  const redrawn = players.select === 'random' || isText
  const seed = redrawn ? players.seed + 1 : players.seed
  return { ...analysis, players: { ...players, select: 'random', seed } }
}

/**
 * Blur instead of a constant for images, attention instead of a mask token for token ids; zero instead of the mean, or
 * the mean, elsewhere. Throws InputError where no other mask token is known.
 */
function otherBaseline(
  { analysis }: ExperimentConfig,
  data: Pick<DataInfo, 'kind'>,
): ExperimentConfig['analysis'] {
  const { baseline, players } = analysis
  const masksIds = data.kind === 'tokens' && players.layout !== 'layer'
  if (masksIds && baseline === 'attention') {
    throw new InputError(
      'confusing.reliability.baseline: attention has no other baseline to be compared with; set analysis.baseline ' +
        'to {maskToken: ID}, which is compared with attention',
    )
  }
  if (masksIds) return { ...analysis, baseline: 'attention' }
  // Further inputs that are masked too are no images.
  const isImage = data.kind === 'image' && players.inputs === undefined
  if (isImage && baseline !== 'blur') return { ...analysis, baseline: 'blur' }
  return { ...analysis, baseline: baseline === 'mean' ? 'zero' : 'mean' }
}
