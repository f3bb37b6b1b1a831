/** Plans masked evaluation in stages, so that low layers need not run again for every coalition of players. */
import { subsetCount } from '../../core/subset.js'
import { sizeOf } from '../../core/tensor.js'
import { cutValues } from '../../graph/cut.js'
import { inferTypes } from '../../graph/infer.js'
import type { Graph } from '../../graph/types.js'
import type { Players } from '../types.js'
import { affineValues } from './affine.js'
import { type Colouring, colourCoalitions, colourPlayers, meetingSubsets } from './colouring.js'
import { playersByValue } from './receptiveFields.js'
import { joinCost, nodeCosts, TABLE_COST } from './stageCost.js'

/**
 * Masked evaluation in stages. A position of a low feature map depends only on the players in its
 * receptive field; with k of them it takes 2^k values over all 2^n coalitions. So low layers run for
 * a few coalitions in which every position shows all its values (players that never meet share a
 * colour), and later stages pick each position's value from that table. Where the table feeds an
 * affine layer, that layer is applied to the table's Möbius transform instead: the transform is zero
 * except for the few subsets that meet somewhere, and f(a_S) = Σ_{T⊆S} (linear part of f)(m_T) + f(0)
 * adds up over them in one matrix product (docs/method.md, "Forward cost"; our choice).
 *
 * Exact: equal to running the whole network on every masked input but for rounding.
 */
export interface Stage {
  /** How the first value of each coalition comes about. */
  readonly join: Join
  /** The value of the network that the join makes; the layers from here on run as they are. */
  readonly start: string
  /** The value that the stage computes: the next stage's table, or the network's output. */
  readonly to: string
  /** Coalitions that the stage runs. */
  readonly coalitions: Int32Array
}

/** Values of a feature map for every colour set: [2^colours, positions, channels]. */
export interface TableLayout {
  readonly value: string
  /** [channels, height, width]. */
  readonly shape: readonly number[]
  /** Players met by each position. */
  readonly playersAt: Int32Array
  readonly colouring: Colouring
}

type Join =
  /** The masked value itself, cell by cell. */
  | { readonly kind: 'mask' }
  /** Each position from the table of the stage before. */
  | { readonly kind: 'gather'; readonly table: TableLayout }
  /** An affine part of the network (from `from` to the stage's start) summed over subsets. */
  | {
      readonly kind: 'superpose'
      readonly from: string
      readonly subsets: Int32Array
      /** The table that is transformed; without it, the masked value is. */
      readonly table?: TableLayout
    }

/** Subsets of a superposition at most; beyond that the matrix product is no bargain. */
const SUBSET_LIMIT = 1024
/** Players that meet at most in a superposition: alternating sums of 2^5 values cost 5 bits. */
const MEETING_LIMIT = 5
/** Table rows at most: row numbers are computed in float32. */
const ROW_LIMIT = 2 ** 24
/** The most floats of a table. */
const TABLE_LIMIT = 2 ** 25

/** A value where the network can be cut, with what is known of its dependence on players. */
interface Cut {
  readonly value: string
  readonly shape: readonly number[]
  /** Cost of everything from the masked value up to here, for one coalition. */
  readonly work: number
  readonly table?: TableLayout
  readonly subsets?: Int32Array
  /** Later cuts that are affine functions of this one, by position. */
  readonly affine: readonly number[]
}

/** The cheapest sequence of stages by the cost model, for players that are the same for all samples. */
export function planStages(graph: Graph, masked: string, players: Players): readonly Stage[] {
  const cuts = describeCuts(graph, masked, players)
  const last = cuts.length - 1
  const best = cuts.map((): Plan | undefined => undefined)
  best[0] = { cost: 0, stages: [] }
  for (let to = 1; to <= last; to++) {
    if (to !== last && cuts[to].table === undefined) continue
    for (let from = 0; from < to; from++) {
      const before = best[from]
      if (before === undefined) continue
      for (const option of stageOptions(cuts, from, to, players.n, to === last)) {
        const cost = before.cost + option.cost
        if (cost < (best[to]?.cost ?? Number.POSITIVE_INFINITY)) {
          best[to] = { cost, stages: [...before.stages, option.stage] }
        }
      }
    }
  }
  return best[last]?.stages ?? [wholeNetwork(cuts[last].value, masked, players.n)]
}

/** The plain way: every layer for every coalition. */
export function wholeNetwork(output: string, masked: string, n: number): Stage {
  return { join: { kind: 'mask' }, start: masked, to: output, coalitions: allCoalitions(n) }
}

function allCoalitions(n: number): Int32Array {
  return Int32Array.from({ length: subsetCount(n) }, (_, coalition) => coalition)
}

interface Plan {
  readonly cost: number
  readonly stages: readonly Stage[]
}

function describeCuts(graph: Graph, masked: string, players: Players): Cut[] {
  const types = inferTypes(graph, 1)
  const byValue = playersByValue(graph, types, masked, players)
  const costs = nodeCosts(graph, types, masked)
  const values = cutValues(graph)
  const names = values.slice(values.indexOf(masked))
  const affine = names.map((name) => affineValues(graph, name))
  return names.map((value, index) => {
    const playersAt = byValue.get(value)
    const shape = types.get(value)?.shape.slice(1) ?? []
    const table = index === 0 ? undefined : tableLayout(value, shape, playersAt, players.n)
    return {
      value,
      shape,
      work: costs.get(value) ?? 0,
      table,
      subsets: index === 0 ? singletons(players.n) : tableSubsets(table),
      affine: names.flatMap((name, other) =>
        other > index && affine[index].has(name) ? [other] : [],
      ),
    }
  })
}

function tableLayout(
  value: string,
  shape: readonly number[],
  playersAt: Int32Array | undefined,
  n: number,
): TableLayout | undefined {
  if (playersAt === undefined) return undefined
  const colouring = colourPlayers(playersAt, n)
  const rows = 2 ** colouring.count * playersAt.length
  if (colouring.count >= n || rows > ROW_LIMIT || rows * shape[0] > TABLE_LIMIT) return undefined
  return { value, shape, playersAt, colouring }
}

/** ∅ and every single player: the masked value itself adds up over players. */
function singletons(n: number): Int32Array {
  return Int32Array.from({ length: n + 1 }, (_, index) => (index === 0 ? 0 : 1 << (index - 1)))
}

function tableSubsets(table: TableLayout | undefined): Int32Array | undefined {
  if (table === undefined) return undefined
  const subsets = meetingSubsets(table.playersAt, SUBSET_LIMIT)
  const largest = subsets?.at(-1) ?? 0
  const order = largest.toString(2).replaceAll('0', '').length
  return order > MEETING_LIMIT ? undefined : subsets
}

interface StageOption {
  readonly cost: number
  readonly stage: Stage
}

/** Ways from the table (or masked value) of one cut to another: with and without superposition. */
function* stageOptions(
  cuts: readonly Cut[],
  from: number,
  to: number,
  n: number,
  isLast: boolean,
): Generator<StageOption> {
  const source = cuts[from]
  const { table } = cuts[to]
  const coalitions =
    isLast || table === undefined ? allCoalitions(n) : colourCoalitions(table.colouring)
  const perCoalition = (start: Cut, join: number) => {
    const write = isLast ? 0 : TABLE_COST * sizeOf(cuts[to].shape)
    return coalitions.length * (join + cuts[to].work - start.work + write)
  }
  const stage = (join: Join, start: Cut): Stage => {
    return { join, start: start.value, to: cuts[to].value, coalitions }
  }
  const plain: Join =
    source.table === undefined ? { kind: 'mask' } : { kind: 'gather', table: source.table }
  const plainRows = plain.kind === 'mask' ? 2 * n + 1 : 0
  yield {
    cost: perCoalition(source, joinCost(source.shape, plainRows)),
    stage: stage(plain, source),
  }
  if (source.subsets === undefined) return
  const { value, subsets } = source
  for (const position of source.affine) {
    if (position > to) continue
    const start = cuts[position]
    const once = (subsets.length + 1) * (start.work - source.work)
    yield {
      cost: once + perCoalition(start, joinCost(start.shape, subsets.length)),
      stage: stage({ kind: 'superpose', from: value, subsets, table: source.table }, start),
    }
  }
}
