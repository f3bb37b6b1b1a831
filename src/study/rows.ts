/** Rows of the tables that each network fills on its own, and of the players of all. */
import { overlap } from '../comparison/overlap.js'
import type { ReferencesConfig } from '../config/confusing.js'
import { weakestKind } from '../confusing/reliability.js'
import type { SampleId } from '../confusing/types.js'
import {
  type Agreement,
  type AgreementRule,
  type GeneralizableStrength,
  generalizableStrength,
  shareWithFewer,
} from '../metrics/agreement.js'
import { finite, mean } from '../metrics/descriptive.js'
import { meanOrderDistribution } from '../metrics/orderDistribution.js'
import type { DataInfo, PlannedPlayer, StudyNetwork } from '../plan/types.js'
import { init } from '../regimes/init.js'
import type {
  AgreementRow,
  ClassRow,
  ConfusingRow,
  CurveRow,
  GeneralizationRow,
  NetworkRow,
  OrderRow,
  PlayerRow,
  ReferenceRow,
  SampleRow,
} from '../tables/tables.js'
import type { CurvePoint } from '../training/curve.js'
import { phaseAt } from '../training/phases/detect.js'
import type { CheckpointAnalysis, SampleAnalysis } from './checkpoint.js'
import { standingOut } from './continuum.js'
import type { NetworkAnalysis, RuledSet } from './network.js'

/** An analysis of a network of which no more than id and name are asked. */
type NamedAnalysis = NetworkAnalysis<{ readonly id: string; readonly name: string }>

/** The players of the analysis, and of its variant with others: those of all samples, or those of each text. */
export function playerRows({
  players = {},
  textPlayers = {},
}: Pick<DataInfo, 'players' | 'textPlayers'>): PlayerRow[] {
  const rowsOf = (choice: string, members: readonly PlannedPlayer[]) =>
    members.map(({ name, number }, player) => ({ choice, player, name, number }))
  return [
    ...Object.entries(players).flatMap(([choice, members]) =>
      rowsOf(choice, members).map((row) => ({ ...row, split: undefined, sample: undefined })),
    ),
    ...Object.entries(textPlayers).flatMap(([choice, texts]) =>
      texts.flatMap(({ split, sample, players }) =>
        rowsOf(choice, players).map((row) => ({ ...row, split, sample })),
      ),
    ),
  ]
}

/** The classes of the data. */
export function classRows(names: readonly string[] = []): ClassRow[] {
  return names.map((name, number) => ({ class: number, name }))
}

/** A network that was analysed, or the reason why it was not. */
export function networkRow(
  network: StudyNetwork,
  analysis: NetworkAnalysis | undefined,
  reason: string | undefined,
): NetworkRow {
  const end = analysis?.curve[analysis.curve.length - 1]
  const boundary = analysis?.phases.boundary?.step
  const interval = analysis?.phases.boundaryInterval
  return {
    network: network.id,
    name: network.name,
    architecture: network.architecture,
    regime: knownRegime(network),
    seed_low: network.seeds.low,
    seed_high: network.seeds.high,
    seed_order: network.seeds.order,
    derived_from: network.from,
    rerandomized: network.rerandomized.join('+') || undefined,
    low_layers: network.lowBlocks.join('+'),
    parameters: network.parameters,
    low_parameters: network.lowParameters,
    train_accuracy: end?.trainAccuracy,
    test_accuracy: end?.testAccuracy,
    phase_boundary_step: boundary === undefined ? undefined : Math.round(boundary),
    phase_boundary_low: interval && Math.round(interval.low),
    phase_boundary_high: interval && Math.round(interval.high),
    ...reliabilityCells(analysis),
    mislabelled_auc: analysis?.mislabelledAuc,
    standing_out: analysis && standingOut(analysis),
    ...difficultyCells(analysis),
    status: analysis === undefined ? 'failed' : 'done',
    reason,
  }
}

/** What networks of equal seeds share; the default says nothing of a network whose seeds are not known. */
function knownRegime({ regime, seeds }: StudyNetwork): string | undefined {
  const isUnknown = seeds.low === undefined && seeds.high === undefined && regime === init.name
  return isUnknown ? undefined : regime
}

/** The smallest ICC over the kinds of other choice, and which kind has it. */
function reliabilityCells(
  analysis: NamedAnalysis | undefined,
): Pick<NetworkRow, 'reliability' | 'reliability_kind'> {
  const kind = analysis && weakestKind(analysis.reliability)
  return { reliability: kind && analysis.reliability[kind], reliability_kind: kind }
}

/** How far the confusing samples are the hard or the easy ones. */
function difficultyCells(
  analysis: NamedAnalysis | undefined,
): Pick<NetworkRow, 'hard_jaccard' | 'easy_jaccard' | 'chance_jaccard'> {
  if (analysis === undefined || analysis.difficulty.hard.length === 0) {
    return { hard_jaccard: undefined, easy_jaccard: undefined, chance_jaccard: undefined }
  }
  const { samples, sets, difficulty } = analysis
  const confusing = membersOf(sets[0])
  const hard = overlap(confusing, new Set(difficulty.hard), samples.length)
  const easy = overlap(confusing, new Set(difficulty.easy), samples.length)
  return {
    hard_jaccard: hard.jaccard,
    easy_jaccard: easy.jaccard,
    chance_jaccard: hard.expectedJaccard,
  }
}

function membersOf({ set }: RuledSet): Set<SampleId> {
  return new Set(set.members.map(({ sample }) => sample))
}

export function curveRows({ network, curve, phases }: NetworkAnalysis): CurveRow[] {
  return curve.flatMap((point) => {
    const { step, epoch } = point
    const phase = phaseAt(step, phases)
    const row = (split: string, metric: string, value: number): CurveRow => {
      return { network: network.id, step, epoch, phase, split, metric, value: finite(value) }
    }
    return [
      row('train', 'loss', point.trainLoss),
      ...(phases.labels === 'true' ? [row('train', 'loss_true_labels', point.trueLabelLoss!)] : []),
      row('test', 'loss', point.testLoss),
      row('train', 'accuracy', point.trainAccuracy),
      row('test', 'accuracy', point.testAccuracy),
    ]
  })
}

export function sampleRows(analysis: NamedAnalysis): SampleRow[] {
  const { checkpoints } = analysis
  return checkpoints.flatMap((checkpoint, index) => {
    const isLast = index === checkpoints.length - 1
    return checkpoint.samples.map((sample, position) =>
      sampleRow(analysis, checkpoint, sample, isLast ? position : undefined),
    )
  })
}

/** `final` is the sample's position in the final score arrays, at the last checkpoint only. */
function sampleRow(
  analysis: NamedAnalysis,
  { step, values, solver }: CheckpointAnalysis,
  { row, sample, tau, complexity, score }: SampleAnalysis,
  final: number | undefined,
): SampleRow {
  const prediction = knownClass(values.prediction[row])
  return {
    network: analysis.network.id,
    name: analysis.network.name,
    step,
    sample,
    label: values.label[row],
    given_label: values.givenLabel[row],
    prediction,
    correct: prediction === undefined ? undefined : prediction === values.givenLabel[row],
    loss: finite(values.loss[row]),
    v_full: values.full[row],
    l1: solver.l1[row],
    l1_lower_bound: finite(solver.lowerBound[row]),
    matching_error: solver.matchingError[row],
    converged: solver.converged[row] === 1,
    tau,
    salient: complexity.salient,
    mean_order: complexity.meanOrder,
    high_order_share: complexity.highOrderShare,
    offsetting: complexity.offset,
    score: final === undefined ? score : analysis.scores[final],
    score_low: final === undefined ? undefined : analysis.scoresLow?.[final],
    score_high: final === undefined ? undefined : analysis.scoresHigh?.[final],
  }
}

export function orderRows(analysis: NamedAnalysis, references?: ReferencesConfig): OrderRow[] {
  const groups = sampleGroups(analysis)
  return analysis.checkpoints.flatMap((checkpoint) =>
    groups.flatMap(({ group, members }) => {
      const chosen = checkpoint.samples.filter(({ sample }) => members.has(sample))
      const kinds = (['and', 'or'] as const).flatMap((kind) => {
        const found = meanOrderDistribution(chosen.map((sample) => sample[kind]))
        if (found === undefined) return []
        const strength = found.positive.map((positive, order) => positive - found.negative[order])
        return [{ kind, found, strength, sorts: meanGeneralizable(chosen, kind, references) }]
      })
      const all = kinds.map(({ strength }) => strength)
      const general = kinds.flatMap(({ sorts }) => sorts?.generalizable ?? [])
      const other = kinds.flatMap(({ sorts }) => sorts?.nongeneralizable ?? [])
      return kinds.flatMap(({ kind, found, strength, sorts }) =>
        Array.from({ length: found.n }, (_, index): OrderRow => {
          const order = index + 1
          return {
            network: analysis.network.id,
            step: checkpoint.step,
            sample_group: group,
            interaction_order: order,
            kind,
            positive: found.positive[order],
            negative: found.negative[order],
            count: found.count[order],
            normalized: overMean(strength, order, all),
            generalizable: sorts?.generalizable[order],
            nongeneralizable: sorts?.nongeneralizable[order],
            normalized_generalizable: sorts && overMean(sorts.generalizable, order, general),
            normalized_nongeneralizable: sorts && overMean(sorts.nongeneralizable, order, other),
          }
        }),
      )
    }),
  )
}

/** Mean over samples of generalizable and other strength by order; undefined without references. */
function meanGeneralizable(
  samples: readonly SampleAnalysis[],
  kind: 'and' | 'or',
  references: ReferencesConfig | undefined,
): GeneralizableStrength | undefined {
  const found = samples.flatMap(({ agreement }) =>
    agreement === undefined || references === undefined
      ? []
      : [generalizableStrength(agreement, kind, references.agree)],
  )
  if (found.length === 0) return undefined
  const average = (sort: keyof GeneralizableStrength) =>
    found[0][sort].map(
      (_, order) => found.reduce((sum, one) => sum + one[sort][order], 0) / found.length,
    )
  return { generalizable: average('generalizable'), nongeneralizable: average('nongeneralizable') }
}

/** The strength of an order over the mean of all orders, 1 to n, of both kinds; undefined where all are 0. */
function overMean(
  strength: Float64Array,
  order: number,
  kinds: readonly Float64Array[],
): number | undefined {
  const total = kinds.reduce((sum, kind) => sum + kind.reduce((a, b) => a + b, 0), 0)
  return total > 0 ? (strength[order] * (strength.length - 1)) / total : undefined
}

/** The share of generalizable strength against the number of references asked, at every checkpoint. */
export function agreementRows({ network, checkpoints }: NamedAnalysis): AgreementRow[] {
  return checkpoints.flatMap(({ step, samples }) => {
    const found = samples.flatMap(({ agreement }) => agreement ?? [])
    const expected = samples.flatMap(({ agreementByChance }) => agreementByChance ?? [])
    return Array.from({ length: found[0]?.references ?? 0 }, (_, index): AgreementRow => {
      const references = index + 1
      const share = (of: readonly Agreement[], rule: AgreementRule) =>
        mean(of.flatMap((each) => shareWithFewer(each, references, rule) ?? []))
      return {
        network: network.id,
        step,
        references_asked: references,
        share_any: share(found, 'any'),
        share_majority: share(found, 'majority'),
        share_all: share(found, 'all'),
        expected_any: share(expected, 'any'),
        expected_majority: share(expected, 'majority'),
        expected_all: share(expected, 'all'),
      }
    })
  })
}

/** A reference and its last losses, or the reason why there is none. */
export function referenceRow(
  { id, name, architecture, origin, spec, seeds }: StudyNetwork,
  end: CurvePoint | undefined,
  reason: string | undefined,
): ReferenceRow {
  // What a curve calls training samples are those that its network was trained on.
  const isExchanged = origin === 'trained' && spec.trainedOn === 'test'
  return {
    network: id,
    name,
    architecture,
    trained_on: isExchanged ? 'test' : undefined,
    seed: origin === 'trained' ? seeds.low : undefined,
    steps: spec.totalSteps,
    accuracy_on_test_samples: isExchanged ? end?.trainAccuracy : end?.testAccuracy,
    accuracy_on_training_samples: isExchanged ? end?.testAccuracy : end?.trainAccuracy,
    status: reason === undefined ? 'done' : 'failed',
    reason,
  }
}

function sampleGroups({ samples, sets, difficulty }: NamedAnalysis) {
  const confusing = membersOf(sets[0])
  const others = samples.filter((sample) => !confusing.has(sample))
  return [
    { group: 'all', members: new Set<SampleId>(samples) },
    { group: 'confusing', members: confusing },
    { group: 'other', members: new Set<SampleId>(others) },
    { group: 'hard', members: new Set<SampleId>(difficulty.hard) },
    { group: 'easy', members: new Set<SampleId>(difficulty.easy) },
  ]
}

export function generalizationRows(analysis: NamedAnalysis): GeneralizationRow[] {
  return analysis.generalization.flatMap((orders, index) =>
    orders.map(({ order, ...similarities }) => ({
      network: analysis.network.id,
      step: analysis.checkpoints[index].step,
      interaction_order: order,
      ...similarities,
    })),
  )
}

export function confusingRows({ network, checkpoints, sets }: NamedAnalysis): ConfusingRow[] {
  const { step } = checkpoints[checkpoints.length - 1]
  return sets.flatMap(({ set, undetermined }) =>
    set.members.map(({ sample, rank, score }) => ({
      network: network.id,
      name: network.name,
      step,
      rule: set.rule,
      sample: Number(sample),
      rank,
      score,
      undetermined: undetermined.has(sample),
    })),
  )
}

/** −1 is a class that the data do not have; values of another tool may come without predictions. */
function knownClass(prediction: number): number | undefined {
  return prediction < -1 ? undefined : prediction
}
