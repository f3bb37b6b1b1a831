/** Every interaction of every sample as Parquet, a row group for each few samples. */
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { type DecomposedSample, interactionRows } from './tables.js'

const types = {
  sample: 'INT32',
  kind: 'STRING',
  mask: 'INT32',
  players: 'STRING',
  order: 'INT32',
  value: 'DOUBLE',
  salient: 'BOOLEAN',
} as const

const elements = Object.entries(types).map(([name, type]) => ({
  name,
  repetition_type: 'REQUIRED' as const,
  ...(type === 'STRING'
    ? { type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const }
    : { type }),
}))

const ROWS_A_GROUP = 100_000

/** The bytes of interactions.parquet; columns as in interactions.csv. */
export function encodeInteractions(samples: readonly DecomposedSample[]): Uint8Array {
  const writer = new ByteWriter()
  const file = new ParquetWriter({
    writer,
    schema: [{ name: 'root', num_children: elements.length }, ...elements],
  })
  const rowsASample = 2 ** (samples[0].found.n + 1)
  const samplesAGroup = Math.max(1, Math.floor(ROWS_A_GROUP / rowsASample))
  for (let first = 0; first < samples.length; first += samplesAGroup) {
    const group = samples.slice(first, first + samplesAGroup)
    const rows = group.flatMap((sample) => interactionRows(sample, true))
    const columnData = (Object.keys(types) as (keyof typeof types)[]).map((name) => ({
      name,
      data: rows.map((row) => row[name]),
    }))
    file.write({ columnData, rowGroupSize: rows.length })
  }
  file.finish()
  return writer.getBytes()
}
