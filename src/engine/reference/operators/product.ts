/** The product of two matrices in float64, which dense layers and convolutions are made of. */

/** A matrix that is part of an array: where it begins, and how far apart its rows and its columns lie. */
export interface MatrixPart {
  readonly data: Float64Array
  readonly from: number
  readonly row: number
  readonly column: number
}

/**
 * Adds a · b, of shapes [rows, inner] and [inner, columns], to the values of `out` from `from` on, row by row. Four
 * terms at a time, a third of the time of one; each sum is taken in the order of its terms, as by plain loops.
 */
export function addProduct(
  out: Float64Array,
  from: number,
  a: MatrixPart,
  b: MatrixPart,
  [rows, inner, columns]: readonly [number, number, number],
): void {
  const left = a.data
  const right = b.data
  const alongA = a.column
  const downB = b.row
  const alongB = b.column
  for (let row = 0; row < rows; row++) {
    const to = from + row * columns
    let p = a.from + row * a.row
    let q = b.from
    let k = 0
    for (; k + 3 < inner; k += 4, p += 4 * alongA, q += 4 * downB) {
      const a0 = left[p]
      const a1 = left[p + alongA]
      const a2 = left[p + 2 * alongA]
      const a3 = left[p + 3 * alongA]
      for (let at = 0, b0 = q; at < columns; at++, b0 += alongB) {
        const b1 = b0 + downB
        const b2 = b1 + downB
        out[to + at] =
          out[to + at] + a0 * right[b0] + a1 * right[b1] + a2 * right[b2] + a3 * right[b2 + downB]
      }
    }
    for (; k < inner; k++, p += alongA, q += downB) {
      for (let at = 0; at < columns; at++) out[to + at] += left[p] * right[q + at * alongB]
    }
  }
}
