/** Tables [count, size], row after row in one array: some of their rows, some of their columns, several side by side. */

/** Rows in the order asked for, each cell times `scale`. */
export function gatherRows(
  table: ArrayLike<number>,
  rows: Iterable<number> & { readonly length: number },
  size: number,
  scale = 1,
): Float32Array {
  const gathered = new Float32Array(rows.length * size)
  let at = 0
  for (const row of rows) {
    const end = (row + 1) * size
    for (let index = row * size; index < end; index++) gathered[at++] = table[index] * scale
  }
  return gathered
}

/** The columns from `start` on, [count, width]; the table itself where these are all. */
export function columnsOf(
  table: Float32Array,
  size: number,
  start: number,
  width: number,
): Float32Array {
  if (width === size) return table
  const part = new Float32Array((table.length / size) * width)
  for (let from = start, to = 0; to < part.length; from += size, to += width) {
    part.set(table.subarray(from, from + width), to)
  }
  return part
}

/** Tables of `count` rows side by side; a single one is returned as it is. */
export function sideBySide(tables: readonly Float32Array[], count: number): Float32Array {
  if (tables.length === 1) return tables[0]
  const joined = new Float32Array(tables.reduce((sum, { length }) => sum + length, 0))
  const size = joined.length / count
  let start = 0
  for (const table of tables) {
    const width = table.length / count
    for (let row = 0; row < count; row++) {
      joined.set(table.subarray(row * width, (row + 1) * width), row * size + start)
    }
    start += width
  }
  return joined
}
