/** Test samples that are training samples too, bit for bit: what they say of a network is not of new samples. */
import { sizeOf } from '../core/tensor.js'
import type { Dataset, Samples } from './types.js'

/** Sources whose rows a user chose; the others keep the two splits apart, or draw samples of which some are alike. */
const CHOSEN = new Set(['npz', 'csv', 'images', 'tokens', 'text'])

/** Share of the test samples above which it is a warning (our choice): tables have some rows twice. */
const MANY = 0.05

/** A warning of many test samples that are training samples too. */
export function sharedSampleWarnings(data: Dataset): string[] {
  if (!CHOSEN.has(data.source)) return []
  const { count } = data.test
  const shared = sharedSamples(data)
  if (shared <= MANY * count) return []
  return [
    `${shared} of ${count} test samples are training samples as well, bit for bit: losses and accuracies on them say nothing of new samples, ` +
      'and with them phases and clause (i)',
  ]
}

/** How many test samples have the inputs of a training sample. */
export function sharedSamples({
  train,
  test,
  shape,
}: Pick<Dataset, 'train' | 'test' | 'shape'>): number {
  const size = sizeOf(shape)
  const rowsOfHash = new Map<number, number[]>()
  for (let row = 0; row < train.count; row++) {
    const hash = hashOf(bitsOf(train, row, size))
    const rows = rowsOfHash.get(hash)
    if (rows === undefined) rowsOfHash.set(hash, [row])
    else rows.push(row)
  }
  let shared = 0
  for (let row = 0; row < test.count; row++) {
    const bits = bitsOf(test, row, size)
    const rows = rowsOfHash.get(hashOf(bits)) ?? []
    if (rows.some((other) => areEqual(bits, bitsOf(train, other, size)))) shared++
  }
  return shared
}

function bitsOf({ inputs }: Samples, row: number, size: number): Int32Array {
  return new Int32Array(inputs.buffer, inputs.byteOffset + 4 * row * size, size)
}

/** FNV-1a over words of 32 bits. */
function hashOf(words: Int32Array): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < words.length; at++) hash = Math.imul(hash ^ words[at], 0x01000193)
  return hash
}

function areEqual(a: Int32Array, b: Int32Array): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
