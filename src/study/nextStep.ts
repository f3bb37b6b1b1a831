/** What to run next where a verdict is open: what would let the study decide, as settings of the same configuration. */
import type { GridStatistics } from '../comparison/gridStatistics.js'
import { smallestAttainableP } from '../comparison/permutation.js'
import { decidingDesign, simulatedShares } from '../comparison/power/decidingDesign.js'
import type { NextStep, Verdict } from '../comparison/types.js'
import type { ExperimentConfig } from '../config/schema.js'
import { designSettings, isOwnGrid } from '../plan/designs.js'
import type { StudyNetwork } from '../plan/types.js'
import { regimeOf } from '../regimes/registry.js'

/** Simulated studies per design: the standard error of odds of 80% is 9%, and a comparison waits for no more. */
const STUDIES = 20

/** What was compared. */
interface Compared {
  /** How many samples. */
  readonly samples: number
  /** The networks, in the order in which the grid counts its members. */
  readonly networks: readonly Pick<StudyNetwork, 'origin' | 'architecture'>[]
}

/**
 * What stands in the way first: no overfitting phase, or none that is known, a score that does not see mislabelled samples or that other
 * choices change, with more seeds where those that there are can decide nothing, and only then too few seeds for the shares that were
 * found. Undefined of a firm verdict, and of a study without a grid.
 */
export function nextStep(
  { verdict, clauses }: Pick<Verdict, 'verdict' | 'clauses'>,
  grid: GridStatistics | undefined,
  { samples, networks }: Compared,
  config: ExperimentConfig,
): NextStep | undefined {
  if (verdict !== 'inconclusive' || grid === undefined) return undefined
  const fails = (id: string) =>
    clauses.some((clause) => clause.id === id && clause.status === 'fails')
  const overfitting = clauses.find(({ id }) => id === 'i')
  if (overfitting?.status === 'undecided') {
    const reason = `it is not known whether networks overfit (clause i): ${overfitting.reason}`
    return withEnoughSeeds({ reason, set: [] }, grid, samples, config)
  }
  if (fails('i')) {
    const isTrainedHere = grid.grid.members.every((member) => networks[member].origin === 'trained')
    return withEnoughSeeds(trainLonger(config, isTrainedHere), grid, samples, config)
  }
  if (fails('vi')) return withEnoughSeeds(otherScore(config, networks), grid, samples, config)
  if (fails('v')) {
    const reason =
      'the scores depend on choices of the analysis (clause v), which no number of seeds mends'
    return { reason, set: [] }
  }
  if (grid.shares !== undefined && grid.otherEnd === undefined) return otherEnd(config)
  return moreSeeds(grid, samples, config)
}

/** Firm verdicts need the shares at both ends of the tie-break. */
function otherEnd({ analysis }: ExperimentConfig): NextStep {
  const reason =
    'the scores are known at one end of the tie-break alone (clauses iii and iv), which no number of seeds mends'
  const canHaveBoth = analysis.solver === 'certified' && analysis.tieBreak === 'none'
  return { reason, set: canHaveBoth ? ['analysis.tieBreak=low'] : [] }
}

function trainLonger({ training }: ExperimentConfig, isTrainedHere: boolean): NextStep {
  const reason = 'most networks have not begun to overfit: train twice as long'
  // Those from elsewhere are not trained by the settings of this configuration.
  if (!isTrainedHere) return { reason, set: [] }
  const twice = training.epochs.replace(/^[\d.]+/, (length) => String(2 * Number(length)))
  return { reason, set: [`training.epochs=${twice}`] }
}

function otherScore({ confusing }: ExperimentConfig, networks: Compared['networks']): NextStep {
  if (confusing.score === 'nongeneralizable') {
    const reason =
      'the score does not see mislabelled samples: train longer, or analyse other players'
    return { reason, set: [] }
  }
  const reason = 'the score does not see mislabelled samples: take that of the claim’s authors'
  const set = ['confusing.score=nongeneralizable']
  if (confusing.references !== undefined) {
    return { reason: `${reason}, for which the references are there`, set }
  }
  const trained = networks.filter(({ origin }) => origin === 'trained')
  const isTrained = (architecture: string) =>
    trained.some((own) => own.architecture === architecture)
  if (networks.every(({ architecture }) => isTrained(architecture))) {
    return { reason: `${reason}, for which networks on the test samples are trained too`, set }
  }
  return {
    reason: `${reason} (confusing.score: nongeneralizable), for which networks from elsewhere that were trained on the test samples are given too (networks.files[].reference: true)`,
    set: [],
  }
}

/** The design of a grid that was compared. */
function designOf({ grid }: GridStatistics, samples: number, { networks }: ExperimentConfig) {
  const lends = regimeOf(grid.regime).donorStep !== undefined
  const donors = (lends && networks.grid?.donors) || 1
  return {
    lows: Math.ceil(grid.cells.lows.length / donors),
    donors,
    highs: grid.cells.highs.length,
    orders: networks.grid?.order.length ?? 1,
    repeats: (networks.grid?.repeats ?? 1) - 1,
    samples,
  }
}

/** A step with at least 3 × 3 seeds, where the test of those that there are gives no p below α: it would be taken in vain. */
function withEnoughSeeds(
  step: NextStep,
  statistics: GridStatistics,
  samples: number,
  config: ExperimentConfig,
): NextStep {
  const isOwn = isOwnGrid(config, statistics.grid)
  const found = designOf(statistics, samples, config)
  const { grid } = config.networks
  // Networks that fell out of a grid of the configuration are no reason to ask for its seeds again.
  const design =
    isOwn && grid !== undefined
      ? { ...found, lows: grid.low.length, highs: grid.high.length }
      : found
  const smallest = smallestAttainableP(design.lows * design.donors, design.highs)
  if (smallest < config.comparison.alpha) return step
  const enough = {
    ...design,
    lows: Math.max(3, design.lows),
    highs: Math.max(3, design.highs),
    samples: config.analysis.samples.count,
  }
  const where = isOwn ? '' : ` (${besidesGrid(config)})`
  const reason = `${step.reason}; and take ${enough.lows} × ${enough.highs} seeds, as fewer can decide nothing${where}`
  return { reason, set: [...step.set, ...(isOwn ? designSettings(config, enough) : [])] }
}

/** What to do where no setting gives a design. */
function besidesGrid({ networks }: ExperimentConfig): string {
  return networks.grid === undefined
    ? 'add networks of further seeds'
    : 'the networks of the verdict are not those of networks.grid: add others of further seeds to them'
}

function moreSeeds(
  statistics: GridStatistics,
  samples: number,
  config: ExperimentConfig,
): NextStep {
  const { alpha, margin, seed } = config.comparison
  const { shares } = statistics
  const current = designOf(statistics, samples, config)
  const { donors } = current
  const found =
    shares &&
    decidingDesign(
      current,
      simulatedShares({
        low: shares.low.estimate,
        high: shares.high.estimate,
        sample: shares.sample.estimate,
        order: shares.order?.estimate ?? 0,
      }),
      { studies: STUDIES, seed, comparison: { alpha, margin } },
    )
  if (found === undefined) {
    const reason =
      shares === undefined
        ? 'the grid has no shares of the variance: it needs two low and two high seeds or more, all crossed'
        : 'if the shares are what this study found, no grid up to 8 × 8 seeds decides in 4 of 5 studies; several studies of other samples taken together may (lowlayer pool)'
    return { reason, set: [] }
  }
  const { lows, highs } = found.design
  const each = donors > 1 ? ` with ${donors} donors a low seed` : ''
  const reason = `if the shares are what this study found, ${lows} × ${highs} seeds${each} decide in ${Math.round(STUDIES * found.odds)} of ${STUDIES} simulated studies; lowlayer power says it more surely`
  const larger = { ...found.design, samples: config.analysis.samples.count }
  if (isOwnGrid(config, statistics.grid)) return { reason, set: designSettings(config, larger) }
  return {
    reason: `${reason}; ${besidesGrid(config)}`,
    set: [],
  }
}
