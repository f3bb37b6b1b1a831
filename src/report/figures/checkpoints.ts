/** Which checkpoints the report shows, and what it calls them: decided here alone. */
import { largest, smallest } from '../../core/extremes.js'
import { groupBy } from '../../core/groupBy.js'
import { shortNumber } from '../../core/numberWords.js'
import { uniqueSorted } from '../../core/uniqueSorted.js'
import type { NetworkRow } from '../../tables/tables.js'
import { nearestStep } from '../../training/phases/checkpoints.js'
import type { StudyTables } from '../types.js'
import { doneNetworks } from './studyRows.js'

type Id = string | undefined

/** A checkpoint of every network, side by side in one panel. */
export interface ShownCheckpoint {
  /** Title of the panel: which epoch, and what it is near to. */
  readonly title: string
  /** The step of a network; undefined where the panel does not have it. */
  readonly stepOf: (network: Id) => number | undefined
  /** Its epoch in one network, and at length what it is there. */
  readonly epochOf: (network: Id) => string
  readonly wordsOf: (network: Id) => string
}

/** The checkpoints that figures compare. */
interface ShownCheckpoints {
  /** The early and the last one; the last one alone where no network has another that was analysed. */
  readonly panels: readonly ShownCheckpoint[]
  /** The last one. */
  readonly end: ShownCheckpoint
  /** A sentence for captions: what the panels are. */
  readonly words: string
}

/**
 * Early is the analysed checkpoint before the last one that is nearest to t*, where overfitting begins, or, in networks
 * of which no t* is known, to the middle of training.
 */
export function shownCheckpoints(tables: StudyTables): ShownCheckpoints {
  const networks = new Map(doneNetworks(tables).map((row) => [row.network as Id, row]))
  const steps = analysedSteps(tables)
  const epochOf = epochsOf(tables)
  const epochWords = (ids: readonly Id[], stepOf: (id: Id) => number | undefined) =>
    rangeWords(ids.flatMap((id) => (stepOf(id) === undefined ? [] : [epochOf(id, stepOf(id))])))
  const ids = [...networks.keys()].filter((id) => steps.has(id))

  const endOf = (id: Id) => (networks.has(id) ? steps.get(id)?.at(-1) : undefined)
  const early = new Map(ids.map((id) => [id, earlyStep(networks.get(id)!, steps.get(id)!)]))
  const earlyOf = (id: Id) => early.get(id)
  const boundaryOf = (id: Id) => networks.get(id)?.phase_boundary_step
  const isOnly = ids.every((id) => earlyOf(id) === undefined)
  const hasTime = ids.some((id) => (endOf(id) ?? 0) > 0)
  const placeOf = (id: Id, step: number | undefined) =>
    `epoch ${shortNumber(epochOf(id, step))} (step ${step})`

  const end: ShownCheckpoint = {
    title: !isOnly
      ? `${epochWords(ids, endOf)} (end)`
      : hasTime
        ? `${epochWords(ids, endOf)} (the only one analysed)`
        : 'the only checkpoint',
    stepOf: endOf,
    epochOf: (id) => (hasTime ? epochWords([id], endOf) : 'the only checkpoint'),
    wordsOf: (id) => {
      if (earlyOf(id) !== undefined) return `${placeOf(id, endOf(id))}, end of training`
      return hasTime ? `${placeOf(id, endOf(id))}, the only one analysed` : 'the only checkpoint'
    },
  }
  if (isOnly) return { panels: [end], end, words: 'One checkpoint was analysed.' }

  const shown = ids.filter((id) => earlyOf(id) !== undefined)
  const known = shown.filter((id) => boundaryOf(id) !== undefined)
  const near =
    known.length === 0
      ? 'mid-training'
      : `t*: ${epochWords(known, boundaryOf).replace(/^epochs? /, '')}`
  const others = shown.length - known.length
  const early_: ShownCheckpoint = {
    title: `${epochWords(shown, earlyOf)} (${near})`,
    stepOf: earlyOf,
    epochOf: (id) => epochWords([id], earlyOf),
    wordsOf: (id) =>
      boundaryOf(id) === undefined
        ? `${placeOf(id, earlyOf(id))}, nearest analysed before the end to the middle of training: no t* is known`
        : `${placeOf(id, earlyOf(id))}, nearest analysed before the end to t*, epoch ${shortNumber(epochOf(id, boundaryOf(id)))}`,
  }
  const toMiddle =
    known.length === 0
      ? 'to the middle of training, as no t* is known'
      : others === 0
        ? 'to t*, where overfitting begins'
        : `to t*, where overfitting begins, or, in the ${others} of ${shown.length} networks without t*, to the middle of training`
  return {
    panels: [early_, end],
    end,
    words: `The earlier checkpoint is the analysed one before the end nearest ${toMiddle}.`,
  }
}

/** Rows of networks at a checkpoint that is shown. */
export function rowsAt<Row extends { readonly network?: string; readonly step?: number }>(
  rows: readonly Row[],
  { stepOf }: Pick<ShownCheckpoint, 'stepOf'>,
): Row[] {
  return rows.filter(({ network, step }) => step === stepOf(network))
}

function earlyStep(
  { phase_boundary_step }: NetworkRow,
  steps: readonly number[],
): number | undefined {
  const wanted = phase_boundary_step ?? steps[steps.length - 1] / 2
  const earlier = steps.slice(0, -1)
  return earlier.length === 0 ? undefined : nearestStep(earlier, wanted)
}

function rangeWords(epochs: readonly number[]): string {
  const [low, high] = [smallest(epochs), largest(epochs)].map((epoch) => shortNumber(epoch))
  return low === high ? `epoch ${low}` : `epochs ${low} to ${high}`
}

/** Analysed steps of every network, ascending. */
export function analysedSteps({ samples }: StudyTables): Map<Id, number[]> {
  const known = samples.filter(({ step }) => step !== undefined)
  const byNetwork = groupBy(known, ({ network }) => network)
  return new Map(
    [...byNetwork].map(([id, rows]) => [id, uniqueSorted(rows.flatMap(({ step }) => step ?? []))]),
  )
}

/** The epoch of a step, whether or not losses were measured there: steps of one network are equally long. */
export function epochsOf({ curves }: StudyTables): (network: unknown, step: unknown) => number {
  const lengths = new Map<unknown, number>()
  for (const { network, step, epoch } of curves) {
    if (step && epoch !== undefined) lengths.set(network, epoch / step)
  }
  return (network, step) => Number(((lengths.get(network) ?? 0) * Number(step ?? 0)).toPrecision(9))
}
