import type { NetworkState } from '../../artifacts/networkState.js'
import { InputError } from '../../core/errors.js'
import { counted } from '../../core/numberWords.js'
import { pathsFrom } from '../../data/paths.js'
import type { Dataset } from '../../data/types.js'
import { studyMasking } from '../../masking/configure.js'
import type { GivenNetwork, MeasureTask } from '../../plan/types.js'
import { jsonText } from '../../store/atomic.js'
import { networkPaths } from '../../store/layout.js'
import { type CurvePoint, curvePoint, formatCurve } from '../../training/curve.js'
import { evaluationOf } from '../../training/evaluate.js'
import { loadPlannedDataset } from '../dataset.js'
import { readGivenCurve } from '../network/givenCurve.js'
import { type NetworkUse, type OpenNetwork, openNetwork } from '../network/openNetwork.js'
import { areStored, isTaskDone } from '../state/isDone.js'
import { measuredOutputs } from '../state/outputs.js'
import { stopIfAsked, withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'

/**
 * Measures losses and accuracies of a network from elsewhere on all training and test samples, checkpoint by
 * checkpoint, unless another analysis has, and writes down what this one assumes in reading it. A curve that is given is
 * taken instead; values of another tool have none.
 */
export async function measure(task: MeasureTask, context: TaskContext): Promise<void> {
  const { network } = task
  const { spec, curveFile } = network
  const paths = networkPaths(context.results, network.id)
  await withTaskLock(task, context, async (lease) => {
    if (await isTaskDone(task, context, 'content')) return
    const isMeasured = await areStored(measuredOutputs(network, context.results), 'content')
    if (!isMeasured) {
      // It would speak for a curve that is being measured anew.
      await lease.remove(paths.state)
      await lease.write(paths.spec, jsonText(spec))
    }
    const assumed = new Map<string, string[]>()
    const given = curveFile === undefined ? undefined : readGivenCurve(curveFile, spec)
    const write = (curve: readonly CurvePoint[]) => lease.write(paths.curve, formatCurve(curve))
    if (given !== undefined && !isMeasured) await write(given)
    if (spec.kind === 'onnx') {
      const dataset = await loadPlannedDataset(context.plan, context)
      const { analysis } = context.plan.config
      const masking = studyMasking(analysis, dataset, pathsFrom(context))
      const use: Omit<NetworkUse, 'assume'> = { context, dataset, masking, analysis }
      const curve: CurvePoint[] = []
      for (const [index, step] of spec.checkpointSteps.entries()) {
        stopIfAsked(context, lease)
        context.report({ done: index, total: spec.checkpointSteps.length, note: `step ${step}` })
        const file = network.files[index]
        const assume = (line: string) => {
          const ofAny = line.replaceAll(file, () => CHECKPOINT)
          assumed.set(ofAny, [...(assumed.get(ofAny) ?? []), file])
        }
        const open = await openNetwork(network, step, { ...use, assume })
        try {
          // A curve that is given tells the losses; that every file can be run on these samples is seen here.
          if (given === undefined && !isMeasured) {
            const point = await pointAt(open, dataset, step, spec.stepsPerEpoch)
            checkLoss(point, network)
            curve.push(point)
            await write(curve)
          }
        } finally {
          await open.dispose()
        }
      }
      await lease.write(paths.assumptions(context.plan.valuesId), jsonText(assumedLines(assumed)))
    }
    if (isMeasured) return
    const state: NetworkState = {
      complete: true,
      steps: spec.totalSteps,
      // Nobody but its maker knows what trained it.
      trainedBy: [],
    }
    await lease.write(paths.state, jsonText(state))
  })
}

/** Stands for the file of a checkpoint, in lines that may be said of several. */
const CHECKPOINT = '\0'

/** Every line once, with the first of the checkpoints that it is said of, and how many more there are. */
function assumedLines(assumed: ReadonlyMap<string, readonly string[]>): string[] {
  return [...assumed].map(([line, files]) => {
    const [first, ...others] = new Set(files)
    const more = others.length === 0 ? '' : ` (and ${counted(others.length, 'more checkpoint')})`
    // As functions: a path may have what replacements take for patterns.
    return line.replace(CHECKPOINT, () => first + more).replaceAll(CHECKPOINT, () => first)
  })
}

/** Outputs that are no numbers; on test samples they say of a few inputs that they overflow. */
function checkLoss({ step, trainLoss }: CurvePoint, { name, files, spec }: GivenNetwork): void {
  if (Number.isFinite(trainLoss)) return
  const file = files[spec.checkpointSteps.indexOf(step)]
  throw new InputError(
    `network "${name}": ${file}: the training loss is ${trainLoss}, as outputs on training samples are not finite`,
    { context: { file } },
  )
}

async function pointAt(
  open: OpenNetwork,
  dataset: Dataset,
  step: number,
  stepsPerEpoch: number,
): Promise<CurvePoint> {
  const train = evaluationOf(await open.predict(dataset.train), dataset.train)
  const test = evaluationOf(await open.predict(dataset.test), dataset.test)
  return curvePoint(step, stepsPerEpoch, { train, test })
}
