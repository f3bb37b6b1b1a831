import { createHash } from 'node:crypto'
import { canonicalJson } from '../core/hash.js'
import { bytesOf } from '../core/tensor.js'
import type { Dataset, RowPart, Samples } from './types.js'

/** SHA-256 over everything that a data set holds but its name, what was assumed, and how its source orders axes and classes. */
export function fingerprintOf(
  dataset: Omit<Dataset, 'fingerprint' | 'source' | 'axisOrder' | 'classNumbers' | 'assumptions'>,
): string {
  const { kind, shape, parts, held, classes, features, vocabulary, standardization, train, test } =
    dataset
  const hash = createHash('sha256')
  hash.update(
    canonicalJson({
      kind,
      shape: [...shape],
      parts: parts?.map(partOf),
      held: held?.map(partOf),
      classes: [...classes],
      features: features && [...features],
      vocabulary: vocabulary && [...vocabulary],
      standardization: standardization && {
        mean: [...standardization.mean],
        std: [...standardization.std],
      },
      counts: [train.count, test.count],
    }),
  )
  for (const split of [train, test])
    for (const array of arraysOf(split)) hash.update(bytesOf(array))
  return hash.digest('hex')
}

function partOf({ name, role, shape, start }: RowPart) {
  return { name, role, shape: [...shape], start }
}

function arraysOf({ inputs, held, labels, trueLabels, ids }: Samples) {
  return [inputs, labels, trueLabels, ids, ...(held === undefined ? [] : [held])]
}
