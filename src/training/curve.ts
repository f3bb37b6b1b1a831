import { parse } from 'csv-parse/sync'
import { InputError, messageOf } from '../core/errors.js'

/** Losses (mean cross-entropy, nats) and accuracies at one step, on fixed subsets, evaluation mode. */
export interface CurvePoint {
  readonly step: number
  readonly epoch: number
  readonly trainLoss: number
  readonly testLoss: number
  readonly trainAccuracy: number
  readonly testAccuracy: number
}

const columns = [
  ['step', 'step'],
  ['epoch', 'epoch'],
  ['train_loss', 'trainLoss'],
  ['test_loss', 'testLoss'],
  ['train_accuracy', 'trainAccuracy'],
  ['test_accuracy', 'testAccuracy'],
] as const satisfies readonly (readonly [string, keyof CurvePoint])[]

/** A curve as CSV; numbers read back exactly. */
export function formatCurve(curve: readonly CurvePoint[]): string {
  const lines = curve.map((point) => columns.map(([, key]) => String(point[key])).join(','))
  return `${[columns.map(([name]) => name).join(','), ...lines].join('\n')}\n`
}

/** Reads what {@link formatCurve} wrote. Throws InputError naming the file when it is damaged. */
export function parseCurve(csv: string, file: string): CurvePoint[] {
  if (!csv.endsWith('\n')) throw new InputError(`${file} is damaged: it is empty or cut short`)
  const records = recordsOf(csv, file)
  // The first point is there before the file is, and none would read as no overfitting phase.
  if (records.length === 0) {
    throw new InputError(
      `${file} is damaged: it has no point; delete it to train its network again`,
    )
  }
  return records.map((record, row) => {
    const point = Object.fromEntries(columns.map(([name, key]) => [key, Number(record[name])]))
    const unread = columns.some(
      ([name, key]) => Number.isNaN(point[key]) && !isNaNLoss(name, record),
    )
    if (unread) {
      throw new InputError(
        `${file}: row ${row + 1} is damaged; delete it to train its network again`,
      )
    }
    return point as unknown as CurvePoint
  })
}

/** A test loss may be NaN where a training goes on: outputs on inputs that it never saw overflow. */
function isNaNLoss(name: string, record: Record<string, string>): boolean {
  return name === 'test_loss' && record[name] === 'NaN'
}

function recordsOf(csv: string, file: string): Record<string, string>[] {
  try {
    return parse(csv, { columns: true, skip_empty_lines: true })
  } catch (error) {
    throw new InputError(`${file} is damaged: ${messageOf(error)}`, { cause: error })
  }
}
