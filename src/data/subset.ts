/** Chooses which samples of a source become training and test samples. */
import { InputError } from '../core/errors.js'
import { stream } from '../core/random.js'

type Balance = 'equal' | 'proportional'
type Count = number | 'all'

/** Share of the only samples there are that become test samples, where nothing is said (our choice). */
export const USUALLY_HELD_OUT = 0.3

/** Rows of each class, in an order drawn from (seed, role, names, class): subsets take from its ends. */
export function shuffledClasses(
  labels: Int32Array,
  classes: number,
  seed: number,
  role: string,
  ...names: string[]
): Int32Array[] {
  const members = Array.from({ length: classes }, (): number[] => [])
  for (const [row, label] of labels.entries()) if (label >= 0) members[label].push(row)
  return members.map((rows, c) => {
    const order = stream(seed, role, ...names, String(c))
      .at()
      .permutation(rows.length)
    return Int32Array.from(order, (index) => rows[index])
  })
}

/**
 * How many rows each class gives to a subset of `count` of `available` rows. 'equal': as many as all
 * others, the first classes one more where it does not come out even. 'proportional': its share of
 * the rows available, by largest remainders. `what` names the subset in messages.
 *
 * Throws InputError when there are too few rows, of all classes or of one.
 */
export function quotas(
  available: readonly number[],
  count: Count,
  balance: Balance,
  classNames: readonly string[],
  what: string,
): number[] {
  const total = available.reduce((sum, rows) => sum + rows, 0)
  if (count === 'all') return [...available]
  if (count > total) {
    throw new InputError(`${what}: ${count} samples asked for, but the source has ${total}`)
  }
  const wanted =
    balance === 'equal' ? equalShares(count, available.length) : largestRemainders(available, count)
  for (const [c, rows] of wanted.entries()) {
    if (rows <= available[c]) continue
    throw new InputError(
      `${what}: ${count} samples in equal shares need ${rows} of class "${classNames[c]}", but the ` +
        `source has ${available[c]}; ask for fewer or set data.balance to proportional`,
    )
  }
  return wanted
}

function equalShares(count: number, classes: number): number[] {
  return Array.from({ length: classes }, (_, c) => Math.floor((count + classes - 1 - c) / classes))
}

function largestRemainders(available: readonly number[], count: number): number[] {
  const total = available.reduce((sum, rows) => sum + rows, 0)
  const exact = available.map((rows) => (count * rows) / total)
  const shares = exact.map(Math.floor)
  const missing = count - shares.reduce((sum, rows) => sum + rows, 0)
  const byRemainder = [...exact.keys()].sort(
    (a, b) => exact[b] - shares[b] - (exact[a] - shares[a]) || a - b,
  )
  for (const c of byRemainder.slice(0, missing)) shares[c]++
  return shares
}

/** All rows with a class, as one class in the order of the source: subsets take the first and the last ones. */
export function rowsInOrder(labels: Int32Array): Int32Array[] {
  return [Int32Array.from(labels.keys()).filter((row) => labels[row] >= 0)]
}

/** The first rows of each class, ascending. */
export function takeFirst(classes: readonly Int32Array[], counts: readonly number[]): Int32Array {
  return joined(classes.map((rows, c) => rows.subarray(0, counts[c])))
}

/** The last rows of each class, ascending. */
function takeLast(classes: readonly Int32Array[], counts: readonly number[]): Int32Array {
  return joined(classes.map((rows, c) => rows.subarray(rows.length - counts[c])))
}

function joined(parts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(parts.flatMap((part) => [...part])).sort()
}

/**
 * Rows of a training and a test subset out of one pool, which share no row. Training rows come from
 * the front of every class's order and test rows from its back. 'all' takes what the other leaves;
 * where both are 'all', the share `heldOut` of every class, rounded, are test rows.
 */
export function splitPool(
  classes: readonly Int32Array[],
  train: Count,
  test: Count,
  balance: Balance,
  classNames: readonly string[],
  heldOut = USUALLY_HELD_OUT,
): { readonly train: Int32Array; readonly test: Int32Array } {
  const sizes = classes.map((rows) => rows.length)
  const bothAll = train === 'all' && test === 'all'
  const testCounts = bothAll
    ? sizes.map((size) => Math.round(heldOut * size))
    : test === 'all'
      ? undefined
      : quotas(sizes, test, balance, classNames, 'data.test')
  const left = sizes.map((size, c) => size - (testCounts?.[c] ?? 0))
  const trainCounts = quotas(left, train, balance, classNames, 'data.train (what data.test leaves)')
  const rest = testCounts ?? sizes.map((size, c) => size - trainCounts[c])
  return { train: takeFirst(classes, trainCounts), test: takeLast(classes, rest) }
}
