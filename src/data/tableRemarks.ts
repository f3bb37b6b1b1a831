/** What of a table deserves a look before anything is concluded from it: leaks, counters, rows that are there twice. */

/** Rows below which a column that tells the classes apart says nothing. */
const FEWEST = 20
/** Share of rows whose class a single column must tell … */
const NEARLY_ALL = 0.99
/** … where naming the most frequent class alone is right less often than this. */
const MOST_FREQUENT = 0.9

/** A table [rows, features] with the class of every row. */
export interface LabelledTable {
  readonly inputs: ArrayLike<number>
  readonly labels: Int32Array
}

/**
 * Columns that count the rows, that have another whole number in every row, or that alone tell the class of nearly
 * every row, a line each. A column tells the class of a row by the most frequent class among equal values, or
 * by that of the next lower value where a value stands alone (our choice; sorting makes it N log N a column).
 */
export function columnRemarks(
  { inputs, labels }: LabelledTable,
  features: readonly string[],
): string[] {
  const rows = labels.length
  if (rows < FEWEST) return []
  const isLopsided = largestCount(labels) >= MOST_FREQUENT * rows
  return features.flatMap((name, feature) => {
    const column = Float64Array.from(labels, (_, row) => inputs[row * features.length + feature])
    if (isCounter(column)) {
      return [`column "${name}" counts the rows of the file, which is no property of a sample`]
    }
    const told = isLopsided ? 0 : shareTold(column, labels)
    if (told >= NEARLY_ALL) {
      const share = (100 * told).toFixed(1)
      return [
        `column "${name}" alone tells the class of ${share}% of the rows: is the class hidden in it?`,
      ]
    }
    if (isIdentifier(column)) {
      return [`column "${name}" has another whole number in every row, as an identifier has`]
    }
    return []
  })
}

function largestCount(labels: Int32Array): number {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return Math.max(...counts.values())
}

/** Whether values rise or fall by the same whole step from row to row. */
function isCounter(column: Float64Array): boolean {
  const step = column[1] - column[0]
  return (
    Number.isInteger(step) &&
    step !== 0 &&
    column.every((value, row) => value === column[0] + row * step)
  )
}

function isIdentifier(column: Float64Array): boolean {
  return column.every(Number.isInteger) && new Set(column).size === column.length
}

function shareTold(column: Float64Array, labels: Int32Array): number {
  const order = Array.from(column.keys()).sort((a, b) => column[a] - column[b])
  // A sorted column changes from class to class once at least, and its first value has none before it.
  let told = new Set(labels).size
  let before = -1
  for (let start = 0; start < order.length; ) {
    const counts = new Map<number, number>()
    let end = start
    for (; end < order.length && column[order[end]] === column[order[start]]; end++) {
      const label = labels[order[end]]
      counts.set(label, (counts.get(label) ?? 0) + 1)
    }
    const [label, count] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))
    told += end - start > 1 ? count : Number(label === before)
    before = label
    start = end
  }
  return Math.min(1, told / column.length)
}

/** Test rows that are training rows, and equal rows of different classes, a line each. */
export function rowRemarks(train: LabelledTable, test: LabelledTable, size: number): string[] {
  const seen = new Map<string, number>()
  let contradicting = 0
  let leaked = 0
  const visit = ({ inputs, labels }: LabelledTable, isTest: boolean): void => {
    for (let row = 0; row < labels.length; row++) {
      const key = Array.prototype.slice.call(inputs, row * size, (row + 1) * size).join()
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
  const bySense = new Map<string, string[]>()
  for (const name of classes) {
    const number = Number(name)
    const sense =
      name.trim() !== '' && Number.isFinite(number) ? `${number}` : name.trim().toLowerCase()
    bySense.set(sense, [...(bySense.get(sense) ?? []), name])
  }
  const alike = [...bySense.values()].filter((names) => names.length > 1)
  return alike.map(
    (names) => `classes ${names.map((name) => `"${name}"`).join(' and ')} count as different ones`,
  )
}
