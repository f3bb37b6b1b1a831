/** The tables of `lowlayer decompose`. */
import { orders, playersOf } from '../../core/subset.js'
import { countSalient, isSalient } from '../../interactions/salience.js'
import type { Decomposition } from '../../interactions/types.js'
import { orderDistribution } from '../../metrics/orderDistribution.js'
import { schemaDocument } from '../../tables/schemaDocument.js'
import { boolean, integer, number, type Row, table, text } from '../../tables/table.js'

/** One decomposed sample and its salience threshold. */
export interface DecomposedSample {
  readonly sample: number
  readonly found: Decomposition
  readonly tau: number
}

const sample = integer('Row of the value table, from 0.')

export const decompositionTable = table('decomposition', 'One row per sample.', {
  sample,
  n: integer('Number of players.'),
  solver: text('certified, sgd-reference, and, or.'),
  l1: number(
    'Σ|I| over every AND and OR interaction after the merge of orders 0 and 1, ∅ included.',
  ),
  l1_lower_bound: number(
    'Dual lower bound on the smallest possible l1; empty without certificate.',
  ),
  relative_gap: number(
    '(upper − lower) / upper of the problem solved, tie-break weights included.',
  ),
  noise_bound: number('δ: bound on every |q(S)|, in units of v.'),
  max_matching_error: number('max_S |h(S) − (v + q)(S)|.'),
  tau: number('Salience threshold: |I| > τ.'),
  salient: integer('Number of salient interactions of order ≥ 1.'),
  iterations: integer('Iterations of the solver.'),
  milliseconds: number('Time of the solver.'),
  converged: boolean('Whether the relative gap that was asked for was reached; empty: none asked.'),
})

export const interactionsTable = table(
  'interactions',
  'One row per salient interaction, or per interaction with --salience all; interactions.parquet has all of them, in the same columns.',
  {
    sample,
    kind: text('and, or; for orders 0 and 1, where both are the same function, and.'),
    mask: integer('The subset T as a bitmask, bit i ↔ player i.'),
    players: text('Players of T, joined by +.'),
    interaction_order: integer('Order |T|: the number of players of T.'),
    value: number('I(T), in units of v.'),
    salient: boolean('|I(T)| > τ and T ≠ ∅.'),
  },
)

export const ordersTable = table('orders', 'Salient strength by order.', {
  sample,
  interaction_order: integer('Order k = |T|, from 1.'),
  positive: number('Sum of the positive salient interactions of order k, AND and OR.'),
  negative: number('Sum of the negative ones (≤ 0).'),
  count: integer('Number of salient interactions of order k.'),
})

/** SCHEMA.md beside these tables. */
export function decompositionSchema(): string {
  return schemaDocument({
    title: 'Tables of these decompositions',
    tables: [decompositionTable, ordersTable, interactionsTable],
    example: {
      table: 'orders',
      question: 'SELECT interaction_order, avg(positive), avg(negative)',
    },
  })
}

/** NaN marks what a solver does not know: an empty cell. */
const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)

export function decompositionRow(decomposed: DecomposedSample): Row<typeof decompositionTable> {
  const { found, tau } = decomposed
  return {
    sample: decomposed.sample,
    n: found.n,
    solver: found.solver,
    l1: found.l1,
    l1_lower_bound: known(found.lowerBound),
    relative_gap: known(found.gap),
    noise_bound: found.noiseBound,
    max_matching_error: found.matchingError,
    tau,
    salient: countSalient(found, tau),
    iterations: found.iterations,
    milliseconds: found.milliseconds,
    converged: found.solver === 'certified' ? found.converged : undefined,
  }
}

/** Rows of one sample: AND by bitmask, then OR of orders ≥ 2; salient ones, or every one. */
export function interactionRows(
  { sample, found, tau }: DecomposedSample,
  every: boolean,
): Row<typeof interactionsTable>[] {
  const order = orders(found.n)
  const rows: Row<typeof interactionsTable>[] = []
  for (const kind of ['and', 'or'] as const) {
    found[kind].forEach((value, mask) => {
      if (kind === 'or' && order[mask] < 2) return
      const salient = mask !== 0 && isSalient(value, tau)
      if (!salient && !every) return
      const players = playersOf(mask).join('+')
      rows.push({ sample, kind, mask, players, interaction_order: order[mask], value, salient })
    })
  }
  return rows
}

export function orderRows({ sample, found, tau }: DecomposedSample): Row<typeof ordersTable>[] {
  const { positive, negative, count } = orderDistribution(found, tau)
  return Array.from({ length: found.n }, (_, index) => {
    const order = index + 1
    return {
      sample,
      interaction_order: order,
      positive: positive[order],
      negative: negative[order],
      count: count[order],
    }
  })
}
