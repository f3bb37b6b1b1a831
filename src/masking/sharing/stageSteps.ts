import type { Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'
import { parametersOf } from '../evaluation/parameters.js'
import type { Players } from '../types.js'
import { type BoundGraph, chained, withConstant } from './boundGraph.js'
import { MASK_CELLS, MASK_ROWS, type StageGraph, stageGraph, stageRows } from './stageGraph.js'
import type { Stage } from './stages.js'
import { MASK_TABLE, type Superposition, superposeGraph } from './superposeGraph.js'

/**
 * What runs for a sample one after another: first `cells`, once, where cells are not the table of the
 * step before; then `stage` on them, in batches of its coalitions.
 */
export interface Step {
  readonly cells?: BoundGraph
  readonly stage: BoundGraph
  /** `mask.rows` of all coalitions of the stage, [coalitions, width]. */
  readonly rows: Float32Array
  readonly coalitions: number
}

/**
 * The steps of stages, for samples of these players. A stage that runs all its coalitions at once
 * becomes part of what makes the cells of the next: a call of an engine takes as long as some
 * thousand exponentials. `runsAtOnce` tells of a stage's graph and number of coalitions.
 */
export function planSteps(
  network: { readonly graph: Graph; readonly parameters: Tensors },
  stages: readonly Stage[],
  players: Players,
  runsAtOnce: (graph: Graph, coalitions: number) => boolean,
): readonly Step[] {
  const bound = ({ graph, constants }: StageGraph): BoundGraph => {
    return { graph, parameters: parametersOf(graph, { ...network.parameters, ...constants }) }
  }
  const steps: Step[] = []
  /** What computes the table of the stage before, where no step does. */
  let table: BoundGraph | undefined
  for (const each of stages) {
    let cells = table
    if (each.join.kind === 'superpose') {
      const own = bound(superposeGraph(network.graph, each as Superposition, players))
      cells = table === undefined ? own : chained(table, own, MASK_TABLE)
    }
    const stage = bound(stageGraph(network.graph, each, players.n))
    const rows = stageRows(each, players.n)
    const coalitions = each.coalitions.length
    if (each !== stages.at(-1) && runsAtOnce(stage.graph, coalitions)) {
      const shape = [coalitions, rows.length / coalitions]
      const whole = withConstant(stage, MASK_ROWS, { shape, data: rows })
      table = cells === undefined ? whole : chained(cells, whole, MASK_CELLS)
    } else {
      steps.push({ cells, stage, rows, coalitions })
      table = undefined
    }
  }
  return steps
}
