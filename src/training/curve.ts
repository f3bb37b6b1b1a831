/** The curve of a training, losses and accuracies by step, and its file. */
import { InputError } from '../core/errors.js'
import type { Evaluations } from './evaluate.js'

/** Losses (mean cross-entropy, nats) and accuracies at one step, on fixed subsets, evaluation mode. */
export interface CurvePoint {
  readonly step: number
  readonly epoch: number
  readonly trainLoss: number
  readonly testLoss: number
  readonly trainAccuracy: number
  readonly testAccuracy: number
  /** Loss of the training samples whose given label is the true one; undefined where all are, or it is not known. */
  readonly trueLabelLoss?: number
}

/** The point of a curve at which both splits were evaluated. */
export function curvePoint(
  step: number,
  stepsPerEpoch: number,
  { train, test }: Evaluations,
): CurvePoint {
  const point = {
    step,
    epoch: step / stepsPerEpoch,
    trainLoss: train.loss,
    testLoss: test.loss,
    trainAccuracy: train.accuracy,
    testAccuracy: test.accuracy,
  }
  const { trueLabelLoss } = train
  return trueLabelLoss === undefined ? point : { ...point, trueLabelLoss }
}

type Columns = readonly (readonly [string, keyof CurvePoint])[]

const columns: Columns = [
  ['step', 'step'],
  ['epoch', 'epoch'],
  ['train_loss', 'trainLoss'],
  ['test_loss', 'testLoss'],
  ['train_accuracy', 'trainAccuracy'],
  ['test_accuracy', 'testAccuracy'],
]

/** Of curves measured on data some of whose labels were changed. */
const withTrueLabels: Columns = [...columns, ['train_loss_true_labels', 'trueLabelLoss']]

const headerOf = (named: Columns) => named.map(([name]) => name).join(',')

/** A curve as CSV; numbers read back exactly. */
export function formatCurve(curve: readonly CurvePoint[]): string {
  const named = curve.some(({ trueLabelLoss }) => trueLabelLoss !== undefined)
    ? withTrueLabels
    : columns
  return `${[headerOf(named), ...curve.map((point) => lineOf(point, named))].join('\n')}\n`
}

function lineOf(point: CurvePoint, named: Columns): string {
  return named.map(([, key]) => String(point[key] ?? '')).join(',')
}

/**
 * Reads what {@link formatCurve} wrote, and nothing else. Throws InputError naming file and line when it is
 * damaged.
 */
export function parseCurve(csv: string, file: string): CurvePoint[] {
  const damaged = (where: string) => new InputError(`${file} is damaged: ${where}`)
  if (!csv.endsWith('\n')) throw damaged('it is empty or cut short')
  const [header, ...lines] = csv.slice(0, -1).split('\n')
  const named = [columns, withTrueLabels].find((known) => headerOf(known) === header)
  if (named === undefined) throw damaged('line 1 does not name the columns')
  // The first point is there before the file is, and none would read as no overfitting phase.
  if (lines.length === 0) throw damaged('it has no point')
  const curve = lines.map((line) => pointOf(line.split(','), named))
  const bad = curve.findIndex(
    (point, row) =>
      !isPoint(point) ||
      lineOf(point, named) !== lines[row] ||
      point.step <= (curve[row - 1]?.step ?? -1),
  )
  if (bad >= 0) throw damaged(`line ${bad + 2} is no point after those before it`)
  return curve
}

function pointOf(cells: readonly string[], named: Columns): CurvePoint {
  const known = named.flatMap(([, key], at) =>
    key === 'trueLabelLoss' && cells[at] === '' ? [] : [[key, Number(cells[at])] as const],
  )
  return Object.fromEntries(known) as unknown as CurvePoint
}

/** A test loss may be infinite or NaN where a training goes on: outputs on inputs that it never saw overflow. */
function isPoint({ testLoss, ...others }: CurvePoint): boolean {
  return typeof testLoss === 'number' && Object.values(others).every(Number.isFinite)
}
