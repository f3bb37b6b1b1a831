/** Outputs of every token, of which one token's count: language models, tagging. */
import { InputError } from '../../core/errors.js'
import type { RowPart } from '../../data/types.js'
import type { ForeignTensor } from '../../engine/onnx/foreign.js'

/**
 * The outputs [count, width] of one token a row, from those of all tokens [count, T, width]; `positionOf` gives the token
 * of a row. `place` is named in errors. Throws InputError where the model gives outputs for more or fewer tokens than
 * rows have, as where it puts a learned prompt before them: no place is that of a token then.
 */
export function atPositions(
  { data, shape: [count, length, width] }: ForeignTensor,
  tokens: number,
  positionOf: (row: number) => number,
  place: string,
): Float32Array {
  if (length !== tokens) {
    throw new InputError(
      `${place} gives outputs for ${length} tokens per row, and rows have ${tokens}: export it with an output per token`,
    )
  }
  const rows = new Float32Array(count * width)
  for (let row = 0; row < count; row++) {
    const start = (row * length + positionOf(row)) * width
    rows.set(data.subarray(start, start + width), row * width)
  }
  return rows
}

/** Throws InputError where a target is beyond the tokens that a model gives outputs for. */
export function checkTargets(parts: readonly RowPart[], width: number, place: string): void {
  const highest = parts.find(({ role }) => role === 'target')?.highest
  if (highest === undefined || highest.value < width) return
  throw new InputError(
    `${highest.place} is ${highest.value}, but ${place} has values for ${width} tokens (ids 0 to ${width - 1})`,
  )
}
