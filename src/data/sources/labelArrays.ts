/** Classes as NumPy arrays hold them: a whole number per row. */
import { InputError } from '../../core/errors.js'
import { firstNames } from '../../core/firstNames.js'
import type { NpyArray } from '../../formats/npy.js'

/**
 * The class of every row of `inputs`, named in messages. Throws InputError where there are not as many, or where one is
 * no whole number from 0.
 */
export function labelNumbers(
  labels: NpyArray,
  [inputsKey, inputs]: readonly [string, Pick<NpyArray, 'shape'>],
  key: string,
  file: string,
): Int32Array {
  const [count] = inputs.shape
  if (labels.shape.length === 2 && labels.shape[0] === count && labels.shape[1] > 1) {
    throw new InputError(
      `${file}: ${key} [${labels.shape.join(', ')}] has a number a class in every row; labels are one number per row ` +
        `(${key}.argmax(1))`,
    )
  }
  if (labels.data.length !== count) {
    throw new InputError(
      `${file}: ${inputsKey} [${inputs.shape.join(', ')}] and ${key} [${labels.shape.join(', ')}] are not as many rows ` +
        'of inputs and labels',
    )
  }
  return Int32Array.from(labels.data, (label, row) => {
    if (Number.isInteger(label) && label >= 0 && label < 2 ** 31) return label
    throw new InputError(
      `${file}: ${key}[${row}] is ${label}, no whole number from 0 (np.unique(${key}, return_inverse=True)[1] numbers classes)`,
    )
  })
}

/** How many classes without a sample a remark names. */
const NAMED = 5
/** Numbers of classes that may be there in all where a share of them is missing; more are no numbering. */
const MOST_MISSING = 1000

/**
 * The largest class number of the training and the test samples, and a line where the former lack numbers up to it. Throws InputError where there is one class,
 * or where the numbers are no numbering, as those of identifiers or dates: every number up to the largest is a class.
 */
export function classNumbering(
  [train, test]: readonly (Int32Array | undefined)[],
  key: string,
  file: string,
): { readonly highest: number; readonly remarks: readonly string[] } {
  const trained = new Set(train)
  const present = new Set([...trained, ...(test ?? [])])
  const highest = [...present].reduce((most, label) => Math.max(most, label), 0)
  if (present.size < 2)
    throw new InputError(`${file}: ${key} has one class; at least two are needed`)
  if (highest + 1 - present.size > Math.max(MOST_MISSING, 2 * present.size)) {
    throw new InputError(
      `${file}: ${key} has ${present.size} different numbers, the largest ${highest}: labels number the classes from 0 ` +
        `(np.unique(${key}, return_inverse=True)[1] does that)`,
    )
  }
  const absent = Array.from({ length: highest + 1 }, (_, c) => c).filter((c) => !trained.has(c))
  if (absent.length === 0) return { highest, remarks: [] }
  const tested = absent.filter((c) => present.has(c))
  const though = tested.length === 0 ? '' : `; test samples are of ${named(tested)}`
  return {
    highest,
    remarks: [`${key} has no sample of ${named(absent)}, of ${highest + 1}${though}`],
  }
}

function named(classes: readonly number[]): string {
  const word = classes.length === 1 ? 'class' : 'the classes'
  return `${word} ${firstNames(classes, NAMED)}`
}
