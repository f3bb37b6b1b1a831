import { parquetWriteBuffer } from 'hyparquet-writer'
import { orders, playersOf } from '../core/subset.js'
import type { Decomposition } from '../interactions/types.js'
import { writeAtomically } from '../store/atomic.js'

/** Decomposed samples, and τ of each. */
export interface InteractionTable {
  readonly samples: Int32Array
  readonly rows: readonly Decomposition[]
  readonly taus: Float64Array
}

/**
 * Writes every interaction of every sample as Parquet, one row an interaction: `sample, kind, mask,
 * players, order, value, salient`. For orders 0 and 1, where AND and OR are the same function,
 * everything is under `and` and there are no `or` rows.
 */
export async function writeInteractionTable(path: string, table: InteractionTable): Promise<void> {
  await writeAtomically(path, encodeInteractionTable(table))
}

function encodeInteractionTable({ samples, rows, taus }: InteractionTable): Uint8Array {
  const { n } = rows[0]
  const orderOf = orders(n)
  const names = Array.from(orderOf, (_, mask) => playersOf(mask).join('+'))
  const perSample = 2 * orderOf.length - n - 1
  const count = rows.length * perSample
  const sample = new Int32Array(count)
  const kind: string[] = new Array(count)
  const masks = new Int32Array(count)
  const players: string[] = new Array(count)
  const order = new Int32Array(count)
  const value = new Float64Array(count)
  const salient: boolean[] = new Array(count)
  let at = 0
  const add = (row: number, name: 'and' | 'or', mask: number, strength: number): void => {
    sample[at] = samples[row]
    kind[at] = name
    masks[at] = mask
    players[at] = names[mask]
    order[at] = orderOf[mask]
    value[at] = strength
    salient[at] = mask !== 0 && Math.abs(strength) > taus[row]
    at++
  }
  for (const [row, { and, or }] of rows.entries()) {
    for (let mask = 0; mask < and.length; mask++) add(row, 'and', mask, and[mask])
    for (let mask = 0; mask < or.length; mask++) {
      if (orderOf[mask] >= 2) add(row, 'or', mask, or[mask])
    }
  }
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'sample', data: sample, type: 'INT32' },
      { name: 'kind', data: kind, type: 'STRING' },
      { name: 'mask', data: masks, type: 'INT32' },
      { name: 'players', data: players, type: 'STRING' },
      { name: 'order', data: order, type: 'INT32' },
      { name: 'value', data: value, type: 'DOUBLE' },
      { name: 'salient', data: salient, type: 'BOOLEAN' },
    ],
  })
  return new Uint8Array(buffer)
}
