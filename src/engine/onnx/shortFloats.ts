/** Floats of 16 bits, kept in float32: the values that they can have. */

export type ShortFloat = 'float16' | 'bfloat16'

/** Whether an element type is a float of 16 bits. */
export function isShortFloat(type: string | undefined): type is ShortFloat {
  return type === 'float16' || type === 'bfloat16'
}

/** The largest float16, (2 − 2^−10) · 2^15; what rounds to more is infinite. */
const LARGEST_FLOAT16 = 65504
/** The smallest normal float16. Smaller ones are multiples of 2^−24. */
const NORMAL_FLOAT16 = 2 ** -14

/**
 * Values rounded to the nearest of a type, halves to the even one (IEEE 754), as ONNX's Cast does: float16 has 10 bits of
 * fraction and exponents from −14 to 15, bfloat16 7 bits and those of float32.
 */
export function roundedTo(type: ShortFloat, values: Float32Array): Float32Array {
  const result = withoutBits(values, type === 'float16' ? 13 : 16)
  if (type === 'bfloat16') return result
  for (const [index, value] of values.entries()) {
    // Between 1/2 and 1 the multiples of 2^−24 are all the float32 that there are.
    if (Math.abs(value) < NORMAL_FLOAT16)
      result[index] = Math.sign(value) * (Math.fround(Math.abs(value) + 0.5) - 0.5)
    else if (Math.abs(result[index]) > LARGEST_FLOAT16)
      result[index] = Math.sign(value) * Number.POSITIVE_INFINITY
  }
  return result
}

/** Float32 rounded to those whose last bits of the fraction are 0. */
function withoutBits(values: Float32Array, count: number): Float32Array {
  const result = values.slice()
  const bits = new Uint32Array(result.buffer)
  const half = 2 ** (count - 1)
  for (let index = 0; index < bits.length; index++) {
    if (!Number.isFinite(values[index])) continue
    // A carry out of the fraction raises the exponent, as it must.
    const odd = (bits[index] >>> count) & 1
    bits[index] = ((bits[index] + half - 1 + odd) >>> count) << count
  }
  return result
}
