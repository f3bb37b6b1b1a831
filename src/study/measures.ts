/** Is it just difficulty? What decides the usual measures of difficulty, and what of the score they leave. */

import { commonStep } from '../comparison/commonStep.js'
import { compareScores } from '../comparison/compare.js'
import { cutCells } from '../comparison/effects.js'
import { gridKey } from '../comparison/grid.js'
import type { ComparisonOptions, NetworkScores } from '../comparison/types.js'
import type { ExperimentConfig } from '../config/schema.js'
import { areaUnderRoc } from '../confusing/control.js'
import { groupBy } from '../core/groupBy.js'
import { centredRanks, isConstant, mean, pearson } from '../metrics/descriptive.js'
import { partialSpearman, rankResiduals } from '../metrics/rankResiduals.js'
import type { EffectRow, MeasureRow } from '../tables/tables.js'
import { difficultyCheckpoint } from '../training/phases/checkpoints.js'
import { commonSamples, comparisonOptions, networkScores, setOfOther } from './compare.js'
import { courseOf, type DynamicsPoint } from './dynamics.js'
import type { KeptAnalysis } from './network.js'

/** Measures at one checkpoint, each larger for harder samples. */
const atCheckpoint = {
  loss: ({ loss }) => loss,
  margin: ({ margin }) => -margin,
  el2n: ({ el2n }) => el2n,
  grand: ({ grand }) => grand,
} as const satisfies Record<string, (point: DynamicsPoint) => number | undefined>

/** Measures over the checkpoints of a training, each larger for harder samples. */
const overTraining = {
  // Toneva et al. count samples that are never learnt as forgotten infinitely often.
  forgetting: ({ learned, forgetting }) => (learned ? forgetting : Number.MAX_SAFE_INTEGER),
  variability: ({ variability }) => variability,
} as const satisfies Record<string, (point: DynamicsPoint) => number | undefined>

/** Relabellings and draws over samples a measure: there are a dozen of them, and no verdict hangs on them. */
export const SECONDARY = { permutations: 999, bootstrap: 500 } as const

/** Values of one network by the name of the measure, over the samples that are compared. */
type Measured = ReadonlyMap<string, Float64Array>

/**
 * The measures of a network that are known, on some of its samples, larger for harder ones: at the end and, with `_early`, at the
 * trained checkpoint nearest to t* (or to the middle of training), before all is fitted; and over all checkpoints.
 */
export function measuresOf(
  { dynamics, phases }: Pick<KeptAnalysis, 'dynamics' | 'phases'>,
  samples: readonly number[],
): Measured {
  if (dynamics === undefined) return new Map()
  const position = new Map(Array.from(dynamics.sample, (sample, index) => [sample, index]))
  const courses = samples.map((sample) => courseOf(dynamics, position.get(sample)!))
  const steps = Array.from(dynamics.step)
  const end = steps.length - 1
  const trained = steps.filter((step) => step > 0)
  const early = trained.length < 2 ? end : steps.indexOf(difficultyCheckpoint(trained, phases))
  const listed = (
    at: number,
    measures: Readonly<Record<string, (point: DynamicsPoint) => number | undefined>>,
    suffix = '',
  ) =>
    Object.entries(measures).flatMap(([name, of]): [string, Float64Array][] => {
      const values = courses.map((course) => of(course[at]))
      if (!values.every((value) => value !== undefined && Number.isFinite(value))) return []
      return [[name + suffix, Float64Array.from(values as number[])]]
    })
  return new Map([
    ...listed(end, atCheckpoint),
    ...(early === end ? [] : listed(early, atCheckpoint, '_early')),
    ...listed(end, overTraining),
  ])
}

/** A network with its score, and the measures of its samples. */
interface MeasuredNetwork {
  readonly scores: NetworkScores
  readonly mislabelled: readonly boolean[]
  /** Its measures of difficulty. */
  readonly measures: Measured
  /** These, the score and {@link LEFT}. */
  readonly values: Measured
  /** Centred ranks of {@link values}: they are taken once, as sorting takes longest. */
  readonly ranks: Measured
  /** Share of the ranks of the score that the measures of difficulty explain. */
  readonly explained: number | undefined
}

/** Whether two measures are one up to rounding, as loss, margin and EL2N of two classes are, which are functions of one another; by their ranks. */
function areEqualRanks(a: Float64Array, b: Float64Array): boolean {
  return (pearson(a, b) ?? 0) > 1 - 1e-9
}

/** The score once the ranks of all measures are taken out of its ranks. */
const LEFT = 'score_after_difficulty'

const SCORE = 'score'

/**
 * Rows of `measures.csv`, measure by measure: for the score (whose shares and contrasts are given), every measure of difficulty, and the score with
 * difficulty taken out, the shares and contrasts that the score has, with its set rule; the mean over the networks of a
 * grid of the AUC for mislabelled samples, of the rank correlation with the score, and of that correlation given all other
 * measures. Measures that a network lacks are compared without it.
 */
export function* measureRows(
  analyses: readonly KeptAnalysis[],
  scoreEffects: readonly EffectRow[],
  config: ExperimentConfig,
): Generator<MeasureRow[]> {
  const samples = commonSamples(analyses)
  const networks = analyses.map((analysis) => measuredNetwork(analysis, { samples, config }))
  const names = new Set(networks.flatMap(({ measures }) => [...measures.keys()]))
  if (names.size === 0) return
  for (const measure of [SCORE, ...names, LEFT]) {
    const effects =
      measure === SCORE ? scoreEffects : effectsOf(networks, measure, { samples, config })
    yield [
      ...effects.map(({ effect, ...row }): MeasureRow => ({ ...row, measure, statistic: effect })),
      ...meansOf(networks, measure),
    ]
  }
}

function measuredNetwork(
  analysis: KeptAnalysis,
  { samples, config }: MeasuredStudy,
): MeasuredNetwork {
  const scores = networkScores(analysis, samples, config)
  const measures = measuresOf(analysis, samples)
  const ranks = new Map(
    [[SCORE, scores.score] as const, ...measures].map(([name, of]) => [name, centredRanks(of)]),
  )
  const wrong = new Set(analysis.mislabelled)
  const found = {
    scores,
    mislabelled: samples.map((sample) => wrong.has(sample)),
    measures,
    values: new Map([[SCORE, scores.score], ...measures]),
    ranks,
    explained: undefined,
  }
  if (measures.size === 0) return found
  const [ofScore, ...others] = ranks.values()
  const { residuals, explained } = rankResiduals(ofScore, others)
  return {
    ...found,
    values: found.values.set(LEFT, residuals),
    ranks: ranks.set(LEFT, centredRanks(residuals)),
    explained,
  }
}

interface MeasuredStudy {
  readonly samples: readonly number[]
  readonly config: ExperimentConfig
}

/** Shares and contrasts of a measure in the place of the score. */
function effectsOf(
  networks: readonly MeasuredNetwork[],
  measure: string,
  { samples, config }: MeasuredStudy,
): readonly EffectRow[] {
  const options: ComparisonOptions = { ...comparisonOptions(config), ...SECONDARY }
  const measured = networks.flatMap((network): NetworkScores[] => {
    const score = network.values.get(measure)
    if (score === undefined) return []
    const { scores } = network
    const set = setOfOther(samples, score, config.confusing.set, scores.set)
    return [{ ...scores, score, otherScore: undefined, set }]
  })
  const rows = compareScores({ samples, networks: measured }, options).effects()
  if (measured.length === networks.length) return rows
  // The score beside it is of all of them.
  const part = `of the ${measured.length} of ${networks.length} networks that have it`
  return rows.map((row) => ({
    ...row,
    note: row.note === undefined ? part : `${row.note}; ${part}`,
  }))
}

/** What is a mean over the networks of each grid. */
function meansOf(networks: readonly MeasuredNetwork[], measure: string): MeasureRow[] {
  const grids = groupBy(networks, ({ scores }) => gridKey(scores))
  return [...grids.values()].flatMap((members) => {
    const { architecture, regime, cut } = members[0].scores
    const step = commonStep(members.map(({ scores }) => scores))
    const row = (statistic: string, found: readonly (number | undefined)[]): MeasureRow[] => {
      const known = found.filter((value) => value !== undefined)
      if (known.length === 0) return []
      const note = `mean over ${known.length} of ${members.length} networks`
      const empty = { ci_low: undefined, ci_high: undefined, p_value: undefined }
      const grid = { step, architecture, regime, ...cutCells(cut) }
      return [{ ...grid, measure, statistic, estimate: mean(known), ...empty, note }]
    }
    const each = (of: (values: Float64Array, network: MeasuredNetwork) => number | undefined) =>
      members.map((network) => {
        const values = network.values.get(measure)
        // What is the same for all samples tells none from another.
        return values === undefined || isConstant(values) ? undefined : of(values, network)
      })
    return [
      ...row(
        'mislabelled_auc',
        each((values, { mislabelled }) => areaUnderRoc(values, mislabelled)),
      ),
      ...(measure === SCORE
        ? row(
            'explained',
            members.map(({ explained }) => explained),
          )
        : row(
            'spearman',
            each((_, { ranks }) => pearson(ranks.get(measure)!, ranks.get(SCORE)!)),
          )),
      ...row(
        'partial',
        each((_, { ranks, measures }) => {
          if (!measures.has(measure)) return undefined
          const own = ranks.get(measure)!
          const others = [...measures.keys()]
            .map((name) => ranks.get(name)!)
            .filter((other) => !areEqualRanks(own, other))
          return partialSpearman(own, ranks.get(SCORE)!, others)
        }),
      ),
    ]
  })
}
