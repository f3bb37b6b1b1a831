import { InputError } from '../core/errors.js'

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

const HEADER = columns.map(([name]) => name).join(',')

/** A curve as CSV; numbers read back exactly. */
export function formatCurve(curve: readonly CurvePoint[]): string {
  return `${[HEADER, ...curve.map(lineOf)].join('\n')}\n`
}

function lineOf(point: CurvePoint): string {
  return columns.map(([, key]) => String(point[key])).join(',')
}

/**
 * Reads what {@link formatCurve} wrote, and nothing else. Throws InputError naming file and line when it is
 * damaged.
 */
export function parseCurve(csv: string, file: string): CurvePoint[] {
  const damaged = (where: string) => new InputError(`${file} is damaged: ${where}`)
  if (!csv.endsWith('\n')) throw damaged('it is empty or cut short')
  const [header, ...lines] = csv.slice(0, -1).split('\n')
  if (header !== HEADER) throw damaged('line 1 does not name the columns')
  // The first point is there before the file is, and none would read as no overfitting phase.
  if (lines.length === 0) throw damaged('it has no point')
  const curve = lines.map((line) => pointOf(line.split(',')))
  const bad = curve.findIndex(
    (point, row) =>
      !isPoint(point) || lineOf(point) !== lines[row] || point.step <= (curve[row - 1]?.step ?? -1),
  )
  if (bad >= 0) throw damaged(`line ${bad + 2} is no point after those before it`)
  return curve
}

function pointOf(cells: readonly string[]): CurvePoint {
  const point = Object.fromEntries(columns.map(([, key], at) => [key, Number(cells[at])]))
  return point as unknown as CurvePoint
}

/** A test loss may be infinite or NaN where a training goes on: outputs on inputs that it never saw overflow. */
function isPoint({ testLoss, ...others }: CurvePoint): boolean {
  return typeof testLoss === 'number' && Object.values(others).every(Number.isFinite)
}
