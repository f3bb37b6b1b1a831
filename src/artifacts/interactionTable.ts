/** The Parquet file of interactions that readers open with pandas or DuckDB: a row for each interaction of each sample. */
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { orders, playersOf } from '../core/subset.js'
import { isSalient } from '../interactions/salience.js'
import type { Decomposition } from '../interactions/types.js'
import type { FileContent } from '../store/atomic.js'

/** Decomposed samples. */
interface InteractionTable {
  readonly samples: Int32Array
  readonly rows: readonly Decomposition[]
  /** The salience threshold τ of each sample, where it is known. */
  readonly taus?: readonly number[]
}

/** Interactions that are encoded together. */
const ROWS_A_GROUP = 100_000

/**
 * Writes every interaction of every sample as Parquet, one row an interaction: `sample, kind, mask,
 * players, interaction_order, value`. For orders 0 and 1, where AND and OR are the same function, everything is
 * under `and` and there are no `or` rows. With thresholds `salient` follows: |value| > τ and order ≥ 1; a study's
 * interactions have none, since τ is no part of what they are named by. A row group holds whole samples, and is
 * written before the next is encoded.
 */
export async function writeInteractionTable(
  path: string,
  table: InteractionTable,
  writeFile: (path: string, data: FileContent) => Promise<void>,
): Promise<void> {
  const { n } = table.rows[0]
  const samplesAGroup = Math.max(1, Math.floor(ROWS_A_GROUP / 2 ** (n + 1)))
  await writeFile(path, async (write) => {
    const bytes = new ByteWriter()
    const schema = schemaFromColumnData({ columnData: columnsOf(table, 0, 1) })
    const file = new ParquetWriter({ writer: bytes, schema })
    const flush = async () => {
      await write(bytes.getBytes())
      bytes.index = 0
    }
    for (let first = 0; first < table.rows.length; first += samplesAGroup) {
      const last = Math.min(table.rows.length, first + samplesAGroup)
      const columnData = columnsOf(table, first, last)
      file.write({ columnData, rowGroupSize: columnData[0].data.length })
      await flush()
    }
    file.finish()
    await flush()
  })
}

/** The columns of samples `first` to before `last`. */
function columnsOf({ samples, rows, taus }: InteractionTable, first: number, last: number) {
  const { n } = rows[0]
  const orderOf = orders(n)
  const names = Array.from(orderOf, (_, mask) => playersOf(mask).join('+'))
  const perSample = 2 * orderOf.length - n - 1
  const count = (last - first) * perSample
  const sample = new Int32Array(count)
  const kind: string[] = new Array(count)
  const masks = new Int32Array(count)
  const players: string[] = new Array(count)
  const order = new Int32Array(count)
  const value = new Float64Array(count)
  const salient: boolean[] = new Array(taus === undefined ? 0 : count)
  let at = 0
  const add = (row: number, name: 'and' | 'or', mask: number, strength: number): void => {
    sample[at] = samples[row]
    kind[at] = name
    masks[at] = mask
    players[at] = names[mask]
    order[at] = orderOf[mask]
    value[at] = strength
    if (taus !== undefined) salient[at] = mask !== 0 && isSalient(strength, taus[row])
    at++
  }
  for (let row = first; row < last; row++) {
    const { and, or } = rows[row]
    for (let mask = 0; mask < and.length; mask++) add(row, 'and', mask, and[mask])
    for (let mask = 0; mask < or.length; mask++) {
      if (orderOf[mask] >= 2) add(row, 'or', mask, or[mask])
    }
  }
  return [
    { name: 'sample', data: sample, type: 'INT32' as const },
    { name: 'kind', data: kind, type: 'STRING' as const },
    { name: 'mask', data: masks, type: 'INT32' as const },
    { name: 'players', data: players, type: 'STRING' as const },
    { name: 'interaction_order', data: order, type: 'INT32' as const },
    { name: 'value', data: value, type: 'DOUBLE' as const },
    ...(taus === undefined ? [] : [{ name: 'salient', data: salient, type: 'BOOLEAN' as const }]),
  ]
}
