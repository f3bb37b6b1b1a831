/** Chooses the panel: the samples that all networks are analysed on. */
import { InputError } from '../core/errors.js'
import { firstNames } from '../core/firstNames.js'
import { shuffledClasses } from '../data/subset.js'

/**
 * The rows, ascending, of a class-balanced panel of `count` rows: classes take turns, each giving its rows in an order drawn
 * from (seed, class), until there are enough; a class that runs out is passed over. So panels of one
 * seed are nested (a smaller one is part of a larger one) and equal for every network.
 *
 * `labels` are the given labels [rows]; `allowed` says which rows pass the filter. Throws InputError
 * when fewer than `count` rows are allowed.
 */
export function balancedPanel(
  labels: Int32Array,
  classes: number,
  count: number,
  seed: number,
  allowed: (row: number) => boolean = () => true,
): Int32Array {
  const queues = shuffledClasses(labels, classes, seed, 'panel').map((rows) => rows.filter(allowed))
  const available = queues.reduce((sum, queue) => sum + queue.length, 0)
  if (count < 1 || count > available) {
    const why =
      available === labels.length
        ? 'ask for fewer (analysis.samples)'
        : 'the others are too short for analysis.players.count, or left out by analysis.samples.filter; ask for fewer samples or players'
    throw new InputError(
      `a panel of ${count} samples asked for, but ${available} of ${labels.length} may be analysed: ${why}`,
    )
  }
  const rows: number[] = []
  for (let turn = 0; rows.length < count; turn++) {
    for (let c = 0; c < classes && rows.length < count; c++) {
      if (turn < queues[c].length) rows.push(queues[c][turn])
    }
  }
  return Int32Array.from(rows).sort()
}

/**
 * The first `count` rows of a split that `allowed` passes. Throws InputError where there are fewer.
 */
export function firstPanel(
  rows: number,
  count: number,
  allowed: (row: number) => boolean = () => true,
): Int32Array {
  const found: number[] = []
  for (let row = 0; row < rows && found.length < count; row++) if (allowed(row)) found.push(row)
  if (found.length === count) return Int32Array.from(found)
  throw new InputError(
    `analysis.samples.first: ${count} samples asked for, but ${found.length} of ${rows} may be analysed`,
  )
}

/** Numbers that a message lists. */
const LISTED = 8

/**
 * The rows, ascending, of the samples with these ids. `own` are the ids of the split that is analysed, `others` those
 * of the other split. Throws InputError naming ids that are not there, in the other split, or not allowed.
 */
export function namedPanel(
  ids: readonly number[],
  own: Int32Array,
  others: { readonly split: string; readonly ids: Int32Array },
  allowed: (row: number) => boolean = () => true,
): Int32Array {
  const rowOf = new Map(Array.from(own, (id, row) => [id, row]))
  const elsewhere = new Set(others.ids)
  const refuse = (wrong: readonly number[], [one, many]: [string, string], reason: string) => {
    if (wrong.length === 0) return
    const [noun, verb] = wrong.length === 1 ? ['sample', one] : ['samples', many]
    throw new InputError(
      `analysis.samples.ids: ${noun} ${firstNames(wrong, LISTED)} ${verb} ${reason}`,
    )
  }
  const missing = ids.filter((id) => !rowOf.has(id))
  refuse(
    missing.filter((id) => elsewhere.has(id)),
    ['is', 'are'],
    `in the ${others.split} split and not in the one that is analysed: name others, set analysis.samples.split to ` +
      `${others.split}, or say which samples each split has (data.select, data.train, data.test, data.heldOut)`,
  )
  refuse(
    missing,
    ['is', 'are'],
    `not among the ${own.length} samples of the split, which are ${firstNames(Array.from(own), LISTED)} (what stands under data chooses ` +
      'them from the source)',
  )
  const rows = ids.map((id) => rowOf.get(id) as number)
  refuse(
    ids.filter((_, index) => !allowed(rows[index])),
    ['has', 'have'],
    'fewer words than analysis.players.count',
  )
  return Int32Array.from(rows).sort()
}

/**
 * Rows that every given network classifies as its label: the filter 'correct' (one network's
 * predictions) and 'common-correct' (all networks'). `predictions[k]` has network k's class by row.
 */
export function correctRows(
  labels: Int32Array,
  predictions: readonly Int32Array[],
): (row: number) => boolean {
  return (row) => predictions.every((predicted) => predicted[row] === labels[row])
}
