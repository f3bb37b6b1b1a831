/** Losses and accuracies that a user gives of a network from elsewhere. */
import { InputError } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import { requireAtMost } from '../../core/requireAtMost.js'
import type { GivenSpec } from '../../plan/types.js'
import type { CurvePoint } from '../../training/curve.js'
import { readCsvRows } from './csvRows.js'
import { lossProblem } from './givenLoss.js'

/** What every step must have, as split and metric. */
const PARTS = {
  'train loss': 'trainLoss',
  'test loss': 'testLoss',
  'train accuracy': 'trainAccuracy',
  'test accuracy': 'testAccuracy',
} as const

/** What it may have besides, all as split and metric. */
const KNOWN = { ...PARTS, 'train loss_true_labels': 'trueLabelLoss' } as const

/**
 * Reads a CSV with the columns step, split (train or test), metric (loss, in nats, or accuracy) and value, as
 * `curves.csv` has them (with its `loss_true_labels` of the train split, where that is there); other columns are
 * ignored. Throws InputError naming the line that is no such row, or the step that
 * lacks one of the four.
 */
export function readGivenCurve(
  file: string,
  { stepsPerEpoch }: Pick<GivenSpec, 'stepsPerEpoch'>,
): CurvePoint[] {
  const points = new Map<number, Partial<Record<keyof CurvePoint, number>>>()
  for (const { record, place } of readCsvRows(file, ['step', 'split', 'metric', 'value'])) {
    const key = KNOWN[`${record.split} ${record.metric}` as keyof typeof KNOWN]
    const [step, value] = [record.step, record.value].map((cell) =>
      cell === undefined || cell === '' ? Number.NaN : Number(cell),
    )
    const isStep = Number.isInteger(step) && step >= 0 && step <= limits.steps
    if (key !== undefined && isStep && !Number.isFinite(value)) {
      throw new InputError(
        `${place}: the value "${record.value}" is no finite number; leave out all rows of a step with losses that are none`,
      )
    }
    if (key === undefined || !isStep) {
      throw new InputError(
        `${place}: needs a step (a whole number up to ${limits.steps}), split train or test, metric loss or accuracy, and a value, but has step "${record.step}", ` +
          `split "${record.split}", metric "${record.metric}", value "${record.value}"`,
      )
    }
    const isAccuracy = key === 'trainAccuracy' || key === 'testAccuracy'
    if (isAccuracy && (value < 0 || value > 1))
      throw new InputError(`${place}: an accuracy of ${value}; it is a share, from 0 to 1`)
    const wrong = isAccuracy ? undefined : lossProblem(value)
    if (wrong !== undefined) throw new InputError(`${place}: a loss of ${value}: it is ${wrong}`)
    const point = points.get(step) ?? { step, epoch: step / stepsPerEpoch }
    if (point[key] !== undefined)
      throw new InputError(`${place}: step ${step} has this value twice`)
    points.set(step, { ...point, [key]: value })
  }
  if (points.size === 0) throw new InputError(`${file}: the curve has no point`)
  requireAtMost(points.size, limits.timePoints, `${file}: steps`, 'take every tenth, say')
  return [...points.values()]
    .map((point) => {
      const lacking = Object.entries(PARTS).find(([, key]) => point[key] === undefined)
      if (lacking === undefined) return point as CurvePoint
      throw new InputError(`${file}: step ${point.step} has no ${lacking[0]}`)
    })
    .sort((a, b) => a.step - b.step)
}
