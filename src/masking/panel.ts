import { InputError } from '../core/errors.js'
import { stream } from '../core/random.js'

/** Rows of a split that are analysed. */
interface Panel {
  /** Ascending rows of the split. */
  readonly rows: Int32Array
  /** How many rows each class gives. */
  readonly perClass: readonly number[]
}

/**
 * A class-balanced panel of `count` rows: classes take turns, each giving its rows in an order drawn
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
): Panel {
  const queues = classQueues(labels, classes, seed, allowed)
  const available = queues.reduce((sum, queue) => sum + queue.length, 0)
  if (count < 1 || count > available) {
    throw new InputError(
      `a panel of ${count} samples asked for, but ${available} of ${labels.length} may be analysed: ask ` +
        'for fewer (analysis.samples), or change analysis.samples.filter',
    )
  }
  const perClass = new Array<number>(classes).fill(0)
  const rows: number[] = []
  for (let turn = 0; rows.length < count; turn++) {
    for (let c = 0; c < classes && rows.length < count; c++) {
      if (turn >= queues[c].length) continue
      rows.push(queues[c][turn])
      perClass[c]++
    }
  }
  return { rows: Int32Array.from(rows).sort(), perClass }
}

function classQueues(
  labels: Int32Array,
  classes: number,
  seed: number,
  allowed: (row: number) => boolean,
): number[][] {
  const members = Array.from({ length: classes }, (): number[] => [])
  for (const [row, label] of labels.entries()) members[label].push(row)
  return members.map((rows, c) => {
    const order = stream(seed, 'panel', String(c)).at().permutation(rows.length)
    return [...order].map((index) => rows[index]).filter(allowed)
  })
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
