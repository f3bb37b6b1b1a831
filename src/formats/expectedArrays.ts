/** Checks that a file of arrays holds exactly those that it should. */
import { InputError } from '../core/errors.js'
import type { NpyArray } from './npy.js'

/** What an array of a file must be. */
export interface ExpectedArray {
  /** NumPy's name of the type of its elements, such as `<f8`. */
  readonly dtype: string
  readonly shape: readonly number[]
}

/**
 * Throws InputError naming the file unless it has exactly the arrays that were written, each of its type and
 * shape: one that is missing would be taken for one that never was.
 */
export function checkArrays(
  arrays: Readonly<Record<string, NpyArray>>,
  expected: Readonly<Record<string, ExpectedArray>>,
  file: string,
): void {
  for (const [name, { dtype, shape }] of Object.entries(expected)) {
    const found = Object.hasOwn(arrays, name) ? arrays[name] : undefined
    if (found === undefined)
      throw new InputError(`${file}: damaged: the array "${name}" is missing`)
    if (found.dtype !== dtype || found.shape.join() !== shape.join()) {
      throw new InputError(
        `${file} [${name}]: damaged: ${inWords(found)} where ${inWords({ dtype, shape })} belongs`,
      )
    }
  }
  const unknown = Object.keys(arrays).find((name) => !Object.hasOwn(expected, name))
  if (unknown !== undefined) {
    throw new InputError(`${file}: damaged: nothing writes an array "${unknown}" there`)
  }
}

function inWords({ dtype, shape }: ExpectedArray): string {
  return `${dtype} of shape (${shape.join(', ')})`
}
