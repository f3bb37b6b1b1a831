/**
 * What the study would have said under other choices of the analysis: a multiverse (Steegen, Tuerlinckx, Gelman &
 * Vanpaemel, Perspectives on Psychological Science 11, 2016). Every combination that the stored interactions allow is
 * scored and judged anew; nothing is evaluated.
 */
import { compareScores, compareSets, type ScoreComparison } from '../comparison/compare.js'
import { cutCells } from '../comparison/effects.js'
import { findGrids, gridKey, isCrossed, isMirror } from '../comparison/grid.js'
import type { GridStatistics } from '../comparison/gridStatistics.js'
import { jaccard } from '../comparison/overlap.js'
import { relabellingsFor } from '../comparison/power/verdictOdds.js'
import { hasSeeds } from '../comparison/relation.js'
import type { GridName, NetworkScores, StudyScores } from '../comparison/types.js'
import type { ConfusingConfig, ReferencesConfig } from '../config/confusing.js'
import type { ExperimentConfig } from '../config/schema.js'
import { type Reliability, reliabilityByKind } from '../confusing/reliability.js'
import type { SampleId, SetRule } from '../confusing/types.js'
import { mean, spearman } from '../metrics/descriptive.js'
import type { MultiverseRow } from '../tables/tables.js'
import { type CheckpointInput, mainRows, otherRows } from './checkpoint.js'
import {
  comparisonOptions,
  mislabelledEverywhere,
  onSamples,
  setAmong,
  setOfOther,
  studyScores,
} from './compare.js'
import { SECONDARY } from './measures.js'
import { finalScorer, type KeptAnalysis, type ScoredCheckpoints } from './network.js'

/** What τ is multiplied by. */
const SCALES = [0.5, 1, 2] as const

/** The choices that scores depend on. */
interface ScoreChoice {
  /** `main`, or `other`: another choice of players. */
  readonly players: 'main' | 'other'
  /** In words: `mean`, `blur`. */
  readonly baseline: string
  /** Factor of τ. */
  readonly tau: number
  /** The score, with the scope of offsetting where it has one. */
  readonly score: string
  /** Whether all of these are the study's own. */
  readonly own: boolean
}

/** Scores of one network under one combination of choices; shape [samples]. */
export interface AlternativeScores extends ScoreChoice {
  readonly scores: Float64Array
  /** At the other end of the tie-break, where the interactions are decomposed at both. */
  readonly otherEnd: Float64Array | undefined
}

/** One way in which the scored checkpoints of a network were analysed. */
export interface AnalysedEnd {
  readonly players: ScoreChoice['players']
  readonly baseline: string
  /** The checkpoints that the score is taken from. */
  readonly scored: ScoredCheckpoints
  readonly otherEnd?: ScoredCheckpoints
}

/** Scores of a network (of the end, or their growth, as the study asks) under every combination; the study's own analysis first. */
export function alternativeScores(
  analysed: readonly AnalysedEnd[],
  { analysis, confusing }: Pick<ExperimentConfig, 'analysis' | 'confusing'>,
): AlternativeScores[] {
  return analysed.flatMap(({ players, baseline, scored, otherEnd }, index) => {
    const scorers = SCALES.map((tau) => ({
      tau,
      scoresOf: finalScorer(scored, analysis, tau),
      otherEndOf: otherEnd && finalScorer(otherEnd, analysis, tau),
    }))
    return scoreChoices(scored[scored.length - 1], confusing).flatMap(({ name, change }) =>
      scorers.map(({ tau, scoresOf, otherEndOf }): AlternativeScores => {
        const rule = { ...confusing, ...change }
        const own = index === 0 && tau === 1 && name === nameOf(confusing)
        const choice = { players, baseline, tau, score: name, own }
        return { ...choice, scores: scoresOf(rule), otherEnd: otherEndOf?.(rule) }
      }),
    )
  })
}

/** A score, by the name that tables have, and how it is asked for. */
interface ScoreOption {
  readonly name: string
  readonly change: Partial<ConfusingConfig>
}

/** The scores that a checkpoint allows: those that need references or another split only where these are there. */
function scoreChoices(input: CheckpointInput, confusing: ConfusingConfig): ScoreOption[] {
  const { values, references = [] } = input
  const held = new Set(otherRows(values).map((row) => values.givenLabel[row]))
  const hasClassMeans = mainRows(values).every((row) => held.has(values.givenLabel[row]))
  const changes: Partial<ConfusingConfig>[] = [
    { score: 'offset-complexity', offsetScope: 'per-order' },
    { score: 'offset-complexity', offsetScope: 'global' },
    ...(hasClassMeans ? [{ score: 'nongeneralizable-mass' as const }] : []),
    { score: 'high-order-share' },
    { score: 'cancellation' },
  ]
  return [
    ...changes.map((change) => ({ name: nameOf({ ...confusing, ...change }), change })),
    ...(references.length > 0 ? referenceScores(confusing) : []),
  ]
}

/** The score against references as they are asked for and, where it is the study's own, with one of their rules changed. */
function referenceScores({ score, references }: ConfusingConfig): ScoreOption[] {
  if (references === undefined) return []
  const name = 'nongeneralizable' as const
  const own: ScoreOption = { name, change: { score: name } }
  if (score !== name) return [own]
  const sign = references.sign === 'same' ? 'ignore' : 'same'
  const form = references.form === 'share' ? 'strength' : 'share'
  const changed = (said: string, rules: Partial<ReferencesConfig>): ScoreOption => ({
    name: `${name} (${said})`,
    change: { score: name, references: { ...references, ...rules } },
  })
  return [
    own,
    ...(['any', 'majority', 'all'] as const)
      .filter((agree) => agree !== references.agree)
      .map((agree) => changed(`agree: ${agree}`, { agree })),
    changed(`sign: ${sign}`, { sign }),
    changed(`form: ${form}`, { form }),
  ]
}

function nameOf({ score, offsetScope }: Pick<ConfusingConfig, 'score' | 'offsetScope'>): string {
  return score === 'offset-complexity' && offsetScope === 'global' ? `${score} (global)` : score
}

/** A network of a study with its alternative scores, each over the samples of the network. */
interface MultiverseNetwork {
  /** As the study compares it, over the samples in common. */
  readonly scores: NetworkScores
  /** Its own samples, in the order of alternative scores. */
  readonly samples: readonly SampleId[]
  readonly alternatives: readonly AlternativeScores[]
}

/**
 * Combination by combination of players, baseline, τ, score and set rule one row a grid: its low share with interval and p,
 * T_low of the sets, the verdict (the study's own as it stands, others from fewer draws), and how alike scores and sets are to the study's own (means over networks). Networks
 * without a combination stay out of it; none has it, no row. Where an analysis is decomposed at one end of the
 * tie-break, that end stands for both. `alternatives` are by the ids of networks.
 */
export function* multiverseOf(
  analyses: readonly KeptAnalysis[],
  alternatives: ReadonlyMap<string, readonly AlternativeScores[]>,
  config: ExperimentConfig,
): Generator<MultiverseRow[]> {
  const { samples, networks: own } = studyScores(analyses, config)
  const study = { samples, mislabelled: mislabelledEverywhere(analyses) }
  const networks = analyses.map((analysis, index) => ({
    scores: own[index],
    samples: analysis.samples,
    alternatives: alternatives.get(analysis.network.id) ?? [],
  }))
  const designed = designedGrids(own)
  const keys = new Set(networks.flatMap(({ alternatives }) => alternatives.map(keyOf)))
  const usual = comparisonOptions(config)
  const fewer = {
    ...usual,
    ...SECONDARY,
    permutations: relabellingsFor(config.comparison.alpha, SECONDARY.permutations),
  }
  for (const key of keys) {
    const placed = networks.flatMap((network) => {
      const found = network.alternatives.find((one) => keyOf(one) === key)
      const own = network.alternatives.find((one) => one.own)
      return found === undefined || own === undefined ? [] : [{ network, found, own }]
    })
    const [rule, ...others] = setRules(config.confusing.set)
    const changed = placed.map((one) => changedNetwork(one, study.samples, rule, config.confusing))
    const { found } = placed[0]
    // Its row is to say what the study says, at the margin too.
    const options = found.own ? usual : fewer
    const compared = compareScores(studyOf(changed, study), options)
    const asked = { choice: found, set: rule.rule, own: found.own }
    const ownSets = compared.grids.map(({ sets }) => sets)
    yield rowsOf(changed, compared, ownSets, { ...asked, designed })
    // Other sets move no share and no verdict: only what is said of the sets themselves is computed anew.
    for (const other of others) {
      const withSets = changed.map((one, index) =>
        withSet(one, placed[index], study.samples, other),
      )
      const sets = compareSets(studyOf(withSets, study), compared.grids, options)
      yield rowsOf(withSets, compared, sets, { ...asked, designed, set: other.rule, own: false })
    }
  }
}

function studyOf(
  changed: readonly ChangedNetwork[],
  study: Omit<StudyScores, 'networks'>,
): StudyScores {
  return { ...study, networks: changed.map(({ scores }) => scores) }
}

function keyOf({ players, baseline, tau, score }: ScoreChoice): string {
  return [players, baseline, tau, score].join('|')
}

/** The study's rule, and the other of the two that say something without a threshold of one's own. */
function setRules(own: SetRule): SetRule[] {
  return own.rule === 'mad' ? [own, { rule: 'top', fraction: 0.1 }] : [own, { rule: 'mad' }]
}

/** Reliability of scores under one combination: the others differ from it in one kind of choice. */
function reliabilityOf(
  found: AlternativeScores,
  alternatives: readonly AlternativeScores[],
  asked: ConfusingConfig['reliability'],
): Reliability {
  const choices = ['players', 'baseline', 'tau', 'score'] as const
  const differingIn = (choice: (typeof choices)[number]) =>
    alternatives
      .filter((one) => choices.every((each) => (one[each] === found[each]) === (each !== choice)))
      .map(({ scores }) => scores)
  return reliabilityByKind(found.scores, {
    salience: asked.salience ? differingIn('tau') : [],
    'tie-break': asked.tieBreak && found.otherEnd !== undefined ? [found.otherEnd] : [],
    players: differingIn('players'),
    baseline: differingIn('baseline'),
  })
}

interface ChangedNetwork {
  readonly scores: NetworkScores
  /** Rank correlation of the scores, and Jaccard of the sets, with the study's own. */
  readonly spearman: number | undefined
  readonly jaccard: number | undefined
}

/** A network under one combination of choices, and under the study's own. */
interface PlacedNetwork {
  readonly network: MultiverseNetwork
  readonly found: AlternativeScores
  readonly own: AlternativeScores
}

function changedNetwork(
  placed: PlacedNetwork,
  samples: readonly SampleId[],
  rule: SetRule,
  { reliability }: ConfusingConfig,
): ChangedNetwork {
  const { network, found, own } = placed
  const common = onSamples(network.samples, samples)
  const score = common(found.scores)
  const scores = {
    ...network.scores,
    score,
    // Under other choices one end is decomposed; where the study itself has one alone, no row has both.
    otherScore: own.otherEnd && common(found.otherEnd ?? found.scores),
    reliability: reliabilityOf(found, network.alternatives, reliability),
  }
  const changed = { scores, spearman: spearman(common(own.scores), score), jaccard: undefined }
  return withSet(changed, placed, samples, rule)
}

/** The same network with the set that follows from its scores by another rule. */
function withSet(
  changed: ChangedNetwork,
  { network, found, own }: PlacedNetwork,
  samples: readonly SampleId[],
  rule: SetRule,
): ChangedNetwork {
  const set =
    found.score === own.score
      ? setAmong(samples, changed.scores.score, rule)
      : setOfOther(samples, changed.scores.score, rule, network.scores.set)
  return {
    ...changed,
    scores: { ...changed.scores, set },
    jaccard: jaccard(new Set(network.scores.set), new Set(set)),
  }
}

/** The grids that the verdicts of a study can be of, were all scores usable. */
function designedGrids(networks: readonly NetworkScores[]): GridName[] {
  const known = [...networks.keys()].filter((position) => hasSeeds(networks[position]))
  return findGrids(networks, new Set(known)).filter(
    (grid, index) => !isMirror(grid) && (index === 0 || isCrossed(grid.cells)),
  )
}

/** What a combination of choices is, and the grids that it should have a row of. */
interface AskedRows {
  readonly choice: ScoreChoice
  readonly set: string
  readonly own: boolean
  readonly designed: readonly GridName[]
}

function rowsOf(
  changed: readonly ChangedNetwork[],
  { grids, conclusions, excluded }: ScoreComparison,
  sets: readonly GridStatistics['sets'][],
  { choice, set, own, designed }: AskedRows,
): MultiverseRow[] {
  const unusable = new Set(excluded.map(({ network }) => network))
  const found = conclusions()
  const missing = designed
    .filter((one) => found.every(({ name }) => gridKey(name) !== gridKey(one)))
    .map((name) => ({ name, conclusion: undefined }))
  return [...found, ...missing].map(({ name, conclusion }) => {
    const inGrid = (one: GridName) => gridKey(one) === gridKey(name)
    const position = grids.findIndex(({ grid }) => inGrid(grid))
    const { shares, tests } = grids[position] ?? {}
    const { low } = sets[position] ?? {}
    const members = changed.filter(({ scores }) => inGrid(scores))
    const out = members.filter(({ scores }) => unusable.has(scores.network)).length
    const known = (of: (network: ChangedNetwork) => number | undefined) =>
      mean(members.flatMap((network) => of(network) ?? []))
    return {
      architecture: name.architecture,
      regime: name.regime,
      ...cutCells(name.cut),
      players: choice.players,
      baseline: choice.baseline,
      tau_factor: choice.tau,
      score: choice.score,
      set_rule: set,
      own,
      low_share: shares?.low.estimate,
      ci_low: shares?.low.low,
      ci_high: shares?.low.high,
      p_value: tests?.low?.pValue,
      t_low: low?.estimate,
      t_low_p: low?.test?.pValue,
      verdict: conclusion,
      spearman: known((network) => network.spearman),
      jaccard: known((network) => network.jaccard),
      note:
        out === 0
          ? undefined
          : `${out} of ${members.length} networks are left out: all samples have the same score${shares === undefined ? '; too few are left for shares' : ''}`,
    }
  })
}
