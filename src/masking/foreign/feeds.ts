/** How rows of cells, which masking writes, go into the inputs of a model. */
import { atPlace, InputError } from '../../core/errors.js'
import { columnsOf } from '../../core/tableRows.js'
import { sizeOf } from '../../core/tensor.js'
import type { FedTensor, ForeignFeeds } from '../../engine/onnx/foreign.js'

/** An input of a model, and the cells of a row that go into it. */
export interface FedInput {
  readonly name: string
  /** Element type that the model declares. */
  readonly type: FedTensor['type']
  /** First of its cells in a row. */
  readonly start: number
  /** Shape of one sample as the model takes it. */
  readonly shape: readonly number[]
}

/** All inputs of a model, fed from one row per sample. */
export interface RowFeed {
  readonly inputs: readonly FedInput[]
  /** Cells of a row; those that belong to no input are held for whoever reads the row. */
  readonly size: number
  /** Cell of a sample, as its data have it, that each cell of a row takes. */
  readonly order: Int32Array
  /** Samples a run, where the model fixes it; undefined for any number. */
  readonly batch: number | undefined
}

/** Whether a cell of a row goes into no float input: then it is a whole number, such as an id. */
export function isWholeCell({ inputs }: RowFeed, cell: number): boolean {
  return !inputs.some(
    ({ type, start, shape }) => type === 'float32' && cell >= start && cell < start + sizeOf(shape),
  )
}

/** What a model is fed for rows [count, size]. */
export function feedsOf({ inputs, size }: RowFeed, rows: Float32Array): ForeignFeeds {
  const count = rows.length / size
  const entries = inputs.map(({ name, type, start, shape }) => {
    const cells = columnsOf(rows, size, start, sizeOf(shape))
    return [
      name,
      {
        shape: [count, ...shape],
        ...atPlace(`input ${name}`, () => typed(type, cells)),
      } as FedTensor,
    ] as const
  })
  return Object.fromEntries(entries)
}

/** Cells as a model of this element type takes them. Whole numbers up to 2^24 are exact in float32. */
function typed(type: FedTensor['type'], cells: Float32Array) {
  switch (type) {
    case 'float32':
      return { type, data: cells }
    case 'int32':
      return { type, data: Int32Array.from(cells, whole) }
    case 'int64':
      return { type, data: BigInt64Array.from(cells, (cell) => BigInt(whole(cell))) }
  }
}

function whole(cell: number): number {
  if (Number.isInteger(cell)) return cell
  throw new InputError(`${cell} is not a whole number, which this input takes`)
}
