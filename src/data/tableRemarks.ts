/** What of a table deserves a look before anything is concluded from it: leaks, counters, rows that are there twice. */

import { groupBy } from '../core/groupBy.js'
import { sha256 } from '../core/hash.js'
import { bytesOf } from '../core/tensor.js'

/** Rows below which a column that tells the classes apart says nothing. */
const FEWEST = 20
/** Share of rows whose class a single column must tell … */
const NEARLY_ALL = 0.99
/** … where naming the most frequent class alone is right less often than this. */
const MOST_FREQUENT = 0.9
/** Rows, about, on which a column is tried first: sorting all of every column would take minutes … */
const TRIED = 1000
/** … and the share of these whose class it must tell to be tried on all. */
const PROMISING = 0.95

/** A table [rows, features] with the class of every row. */
interface LabelledTable<Inputs extends ArrayLike<number> = ArrayLike<number>> {
  readonly inputs: Inputs
  readonly labels: Int32Array
}

/**
 * Columns that count the rows, that have another whole number in every row, or that alone tell the class of nearly
 * every row, a line each. A column tells the class of a row by the most frequent class among equal values, or
 * by that of the next lower value where a value stands alone (our choice).
 */
export function columnRemarks(
  { inputs, labels }: LabelledTable,
  features: readonly string[],
): string[] {
  const rows = labels.length
  if (rows < FEWEST) return []
  const isLopsided = largestCount(labels) >= MOST_FREQUENT * rows
  const all = Array.from({ length: rows }, (_, row) => row)
  const tried = all.filter((row) => scattered(row) < TRIED / rows)
  return features.flatMap((name, feature) => {
    const value = (row: number) => inputs[row * features.length + feature]
    if (isCounter(value, rows)) {
      return [`column "${name}" counts the rows of the file, which is no property of a sample`]
    }
    const isPromising = !isLopsided && shareTold(value, labels, tried) >= PROMISING
    const told = isPromising ? shareTold(value, labels, all) : 0
    if (told >= NEARLY_ALL) {
      const share = (100 * told).toFixed(1)
      return [
        `column "${name}" alone tells the class of ${share}% of the rows: is the class hidden in it?`,
      ]
    }
    if (isIdentifier(value, rows)) {
      return [`column "${name}" has another whole number in every row, as an identifier has`]
    }
    return []
  })
}

/**
 * A number in [0, 1) for each row, spread evenly and without a pattern, so that the rows below 0.1, say, are a tenth of all.
 * Every tenth row instead would be of one class where ten classes take turns.
 */
function scattered(row: number): number {
  return (Math.imul(row, 0x9e3779b1) >>> 0) / 2 ** 32
}

/** Value of a column in a row. */
type ColumnValue = (row: number) => number

function largestCount(labels: Int32Array): number {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return Math.max(...counts.values())
}

/** Whether values rise or fall by the same whole step from row to row. */
function isCounter(value: ColumnValue, rows: number): boolean {
  const step = value(1) - value(0)
  if (!Number.isInteger(step) || step === 0) return false
  for (let row = 2; row < rows; row++) if (value(row) !== value(0) + row * step) return false
  return true
}

function isIdentifier(value: ColumnValue, rows: number): boolean {
  const seen = new Set<number>()
  for (let row = 0; row < rows; row++) {
    if (!Number.isInteger(value(row)) || seen.has(value(row))) return false
    seen.add(value(row))
  }
  return true
}

/** Share of some rows whose class a column tells. */
function shareTold(value: ColumnValue, labels: Int32Array, rows: readonly number[]): number {
  const order = rows.toSorted((a, b) => value(a) - value(b))
  // A sorted column changes from class to class once at least, and its first value has none before it.
  let told = new Set(rows.map((row) => labels[row])).size
  let before = -1
  for (let start = 0; start < order.length; ) {
    const counts = new Map<number, number>()
    let end = start
    // NaN, which is refused later, equals nothing.
    do {
      const label = labels[order[end]]
      counts.set(label, (counts.get(label) ?? 0) + 1)
      end++
    } while (end < order.length && value(order[end]) === value(order[start]))
    const [label, count] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))
    told += end - start > 1 ? count : Number(label === before)
    before = label
    start = end
  }
  return Math.min(1, told / rows.length)
}

/** Test rows that are training rows, and equal rows of different classes, a line each. */
export function rowRemarks(
  train: LabelledTable<Float32Array>,
  test: LabelledTable<Float32Array>,
  size: number,
): string[] {
  // By hash: the rows themselves, as texts, took a gigabyte of a table of 60,000 × 784.
  const seen = new Map<string, number>()
  let contradicting = 0
  let leaked = 0
  const visit = ({ inputs, labels }: LabelledTable<Float32Array>, isTest: boolean): void => {
    const bytes = bytesOf(inputs)
    for (let row = 0; row < labels.length; row++) {
      const key = sha256(bytes.subarray(row * size * 4, (row + 1) * size * 4))
      const before = seen.get(key)
      if (before === undefined) {
        if (!isTest) seen.set(key, labels[row])
        continue
      }
      if (isTest) leaked++
      if (before !== labels[row]) contradicting++
    }
  }
  visit(train, false)
  visit(test, true)
  const lines: string[] = []
  if (leaked > 0) {
    lines.push(
      `${leaked} of ${test.labels.length} test rows are equal to training rows: test accuracy tells less of new ones`,
    )
  }
  if (contradicting > 0) {
    lines.push(
      `${contradicting} rows are equal to training rows of another class, which no network can tell apart`,
    )
  }
  return lines
}

/** Class names that are written in several ways, a line. */
export function classRemarks(classes: readonly string[]): string[] {
  const bySense = groupBy(classes, (name) => {
    const number = Number(name)
    return name.trim() !== '' && Number.isFinite(number) ? `${number}` : name.trim().toLowerCase()
  })
  const sameSense = [...bySense.values()].filter((names) => names.length > 1)
  return sameSense.map(
    (names) => `classes ${names.map((name) => `"${name}"`).join(' and ')} count as different ones`,
  )
}
