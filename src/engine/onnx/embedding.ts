/** How many ids a model knows: the rows of the table in which it looks them up. */
import type { ModelProto } from './format.js'

/** A table of embeddings: `rows` ids, `width` numbers each. */
export interface Embedding {
  readonly rows: number
  readonly width: number
}

/** Operators that give whole numbers on as they are. */
const passing = new Set(['Identity', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten'])
/** Operators that give a table on in another type. */
const converting = new Set(['Identity', 'Cast', 'DequantizeLinear'])

/** The table that an input is looked up in (Gather), the smallest where there are several; undefined where none is found. */
export function embeddingOf(
  { node, initializer }: Pick<ModelProto['graph'], 'node' | 'initializer'>,
  input: string,
): Embedding | undefined {
  const tables = new Map(initializer.map(({ name, dims }) => [name, dims]))
  const ids = new Set([input])
  let found: Embedding | undefined
  for (const { opType, input: from, output, attribute } of node) {
    if (opType === 'Constant') {
      const tensor = attribute.find(({ name }) => name === 'value')?.t
      if (tensor !== undefined) tables.set(output[0], tensor.dims)
    } else if (converting.has(opType) && tables.has(from[0])) {
      tables.set(output[0], tables.get(from[0]) as number[])
    } else if (passing.has(opType) && ids.has(from[0])) {
      ids.add(output[0])
    } else if (opType === 'Gather' && ids.has(from[1])) {
      const [rows, width] = tables.get(from[0]) ?? []
      const axis = attribute.find(({ name }) => name === 'axis')?.i ?? 0
      if (axis !== 0 || width === undefined) continue
      if (found === undefined || rows < found.rows) found = { rows, width }
    }
  }
  return found
}
