import { resolve } from 'node:path'
import { sizeOf, type Tensors } from '../../core/tensor.js'
import type { Dataset } from '../../data/types.js'
import { createEngine } from '../../engine/registry.js'
import type { Engine } from '../../engine/types.js'
import { studyMasking } from '../../masking/configure.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import type { Model } from '../../models/types.js'
import type { NetworkSpec, Plan } from '../../plan/types.js'
import { decomposeTable } from '../analysis/interactions.js'
import { loadPlannedDataset } from '../dataset.js'
import type { TaskContext } from '../types.js'

/** Seconds that one unit of work takes on this machine, on one core. */
export interface UnitTimes {
  readonly trainingStep: number
  /** All 2^n masked passes of one sample. */
  readonly sample: number
  readonly decomposition: number
}

/** Steps and samples timed, after one that warms up. */
const TIMED_STEPS = 5
const TIMED_SAMPLES = 3

/**
 * Times a few steps, samples and decompositions of the study's first network, freshly drawn. Trained
 * networks take longer to decompose, so the sum is a lower estimate. Writes nothing.
 */
export async function calibrate(
  plan: Plan,
  context: Pick<TaskContext, 'baseDir' | 'dataDirs'>,
): Promise<UnitTimes> {
  const dataset = await loadPlannedDataset(plan, context)
  const { spec } = plan.networks[0]
  const model = buildModel(spec.model, plan.data)
  const parameters = initialize(model, (block) => spec.initSeeds[block])
  const { engine: name, device, devices } = plan.config.runtime
  const engine = await createEngine(name, devices?.[0] ?? device)
  const setup: Setup = { plan, dataset, spec, model, parameters, engine }
  return { trainingStep: await timeSteps(setup), ...(await timeSamples(setup, context.baseDir)) }
}

interface Setup {
  readonly plan: Plan
  readonly dataset: Dataset
  readonly spec: NetworkSpec
  readonly model: Model
  readonly parameters: Tensors
  readonly engine: Engine
}

async function timeSteps({ dataset, spec, model, parameters, engine }: Setup): Promise<number> {
  const { batchSize, training } = spec
  const recipe = { ...training, batchSize, frozenBlocks: [], dropoutSeed: 0 }
  const start = { step: 0, parameters, slots: {} }
  const trainer = await engine.createTrainer(model.graph, recipe, start)
  const inputs = dataset.train.inputs.slice(0, batchSize * sizeOf(dataset.shape))
  const labels = dataset.train.labels.slice(0, batchSize)
  await trainer.step(inputs, labels, 0)
  const began = performance.now()
  for (let step = 0; step < TIMED_STEPS; step++) await trainer.step(inputs, labels, 0)
  const seconds = (performance.now() - began) / 1000 / TIMED_STEPS
  await trainer.dispose()
  return seconds
}

async function timeSamples(
  { plan, dataset, model, parameters, engine }: Setup,
  baseDir: string,
): Promise<Pick<UnitTimes, 'sample' | 'decomposition'>> {
  const { analysis } = plan.config
  const masking = studyMasking(analysis, dataset, (file) => resolve(baseDir, file))
  const evaluator = await masking.evaluator(engine, model.graph, parameters)
  const size = sizeOf(dataset.shape)
  const sampleTimes: number[] = []
  const decompositionTimes: number[] = []
  for (let row = 0; row < Math.min(TIMED_SAMPLES, dataset.train.count); row++) {
    const began = performance.now()
    const { values } = await evaluator.evaluate({
      id: dataset.train.ids[row],
      input: dataset.train.inputs.subarray(row * size, (row + 1) * size),
      label: dataset.train.labels[row],
    })
    const evaluated = performance.now()
    decomposeTable(values, analysis, dataset.train.ids[row])
    sampleTimes.push(evaluated - began)
    decompositionTimes.push(performance.now() - evaluated)
  }
  await evaluator.dispose()
  return {
    sample: Math.min(...sampleTimes) / 1000,
    decomposition: Math.min(...decompositionTimes) / 1000,
  }
}
