/** Measures how long steps, evaluations and decompositions take on this machine, for estimates of a study's time. */

import { subsetCount } from '../../core/subset.js'
import { sizeOf } from '../../core/tensor.js'
import { pathsFrom } from '../../data/paths.js'
import { sampleAt } from '../../data/rows.js'
import type { Dataset } from '../../data/types.js'
import { oneBatch, repeated } from '../../engine/batches.js'
import { createEngine } from '../../engine/registry.js'
import type { BoundNetwork } from '../../engine/types.js'
import { decompose } from '../../interactions/decompose.js'
import { type StudyEvaluator, type StudyMasking, studyMasking } from '../../masking/configure.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import type { Estimate } from '../../plan/estimate.js'
import type { Plan, TrainedSpec } from '../../plan/types.js'
import { loadPlannedDataset } from '../dataset.js'
import { jobCount } from '../jobCount.js'
import { type NetworkUse, openNetwork } from '../network/openNetwork.js'
import type { TaskContext } from '../types.js'

/** Seconds that one unit of work takes on this machine, on one core. */
export interface UnitTimes {
  readonly trainingStep: number
  /** All 2^n masked passes of one sample. */
  readonly sample: number
  readonly decomposition: number
}

/** What a task costs before it does anything, in a process that has done one: reading the data, looking at the store. */
const SECONDS_A_TASK = 0.05

/** What the start of a process costs. */
const SECONDS_A_PROCESS = 0.8

/** Seconds that the work of a plan takes at least on this machine, with as many processes as it may start. */
export function secondsOf(work: Estimate, times: UnitTimes, plan: Plan): number {
  const samples = work.forwardPasses / subsetCount(plan.config.analysis.players.count)
  const seconds =
    work.trainingSteps * times.trainingStep +
    samples * times.sample +
    work.decompositions * times.decomposition +
    plan.tasks.length * SECONDS_A_TASK
  return SECONDS_A_PROCESS + seconds / jobCount(plan.config.runtime)
}

/** Steps timed, after one that warms up. */
const TIMED_STEPS = 5

/**
 * Samples are timed for so long, as code gets faster that runs again and again; where they are slow, at least so many of them, but none once
 * those before took the longest.
 */
const PROBE_MS = 300
const TIMED_SAMPLES = 3
const LONGEST_PROBE_MS = 2000

/** The solver is fast only after some hundred decompositions: for so long those of the timed samples are done again and again. */
const DECOMPOSING_MS = 1000

/**
 * Times a few steps, samples and decompositions of the first network that the study trains, freshly drawn, or of one
 * from elsewhere where it trains none. Trained networks take longer to decompose, so the sum is a lower estimate. Writes nothing.
 */
export async function measureUnitTimes(
  plan: Plan,
  context: Pick<TaskContext, 'baseDir' | 'dataDirs' | 'results'>,
): Promise<UnitTimes> {
  const dataset = await loadPlannedDataset(plan, context)
  const pathOf = pathsFrom(context)
  const { analysis } = plan.config
  const masking = studyMasking(analysis, dataset, pathOf)
  const trained = plan.networks.find((network) => network.origin === 'trained')
  if (trained !== undefined) {
    const { spec } = trained
    const model = buildModel(spec.model, plan.data)
    const parameters = initialize(model, (block) => spec.initSeeds[block])
    const { engine: name, device, devices } = plan.config.runtime
    const engine = await createEngine(name, devices?.[0] ?? device)
    const network = { engine, graph: model.graph, parameters }
    const trainingStep = await timeSteps(network, spec, dataset)
    const evaluator = await masking.evaluator(network)
    return { trainingStep, ...(await timeSamples(plan, dataset, masking, evaluator)) }
  }
  const given = plan.networks.find(({ origin, spec }) => {
    return origin === 'given' && 'kind' in spec && spec.kind === 'onnx'
  })
  if (given === undefined) return { trainingStep: 0, sample: 0, decomposition: 0 }
  const use: NetworkUse = {
    context: { ...context, plan },
    dataset,
    masking,
    analysis,
    assume: () => undefined,
  }
  const open = await openNetwork(given, given.spec.totalSteps, use)
  try {
    return {
      trainingStep: 0,
      ...(await timeSamples(plan, dataset, masking, await open.evaluator())),
    }
  } finally {
    await open.dispose()
  }
}

async function timeSteps(
  { engine, graph, parameters }: BoundNetwork,
  spec: TrainedSpec,
  dataset: Dataset,
): Promise<number> {
  const { batchSize, training } = spec
  const recipe = { ...training, batchSize, frozenBlocks: [], dropoutSeed: 0 }
  const start = { step: 0, parameters, slots: {} }
  const trainer = await engine.createTrainer(graph, recipe, start)
  const inputs = dataset.train.inputs.slice(0, batchSize * sizeOf(dataset.shape))
  const labels = dataset.train.labels.slice(0, batchSize)
  const stepping = (count: number) => trainer.steps(repeated(oneBatch(inputs, labels, 0), count))
  await stepping(1)
  const began = performance.now()
  await stepping(TIMED_STEPS)
  const seconds = (performance.now() - began) / 1000 / TIMED_STEPS
  await trainer.dispose()
  return seconds
}

async function timeSamples(
  { config: { analysis } }: Plan,
  { train }: Dataset,
  { placed }: StudyMasking,
  evaluator: StudyEvaluator,
): Promise<Pick<UnitTimes, 'sample' | 'decomposition'>> {
  const { solver, noise, gap, tieBreak, reference } = analysis
  const sampleTimes: number[] = []
  const tables: Float64Array[] = []
  const first = performance.now()
  for (let row = 0; row < train.count; row++) {
    const longest = sampleTimes.length < TIMED_SAMPLES ? LONGEST_PROBE_MS : PROBE_MS
    if (sampleTimes.length > 0 && performance.now() - first > longest) break
    const sample = sampleAt(train, row)
    if (!placed.admits(sample.input)) continue
    const began = performance.now()
    const { values } = await evaluator.evaluate(sample)
    sampleTimes.push(performance.now() - began)
    tables.push(values)
  }
  await evaluator.dispose()
  const decompositionTimes: number[] = []
  const start = performance.now()
  const isEnough = () => {
    const elapsed = performance.now() - start
    // One alone may have been held up by what else the machine does.
    return elapsed > (decompositionTimes.length < TIMED_SAMPLES ? LONGEST_PROBE_MS : DECOMPOSING_MS)
  }
  do {
    const values = tables[decompositionTimes.length % tables.length]
    const began = performance.now()
    decompose(values, { solver, noise, gap, tieBreak, reference })
    decompositionTimes.push(performance.now() - began)
  } while (!isEnough())
  return {
    sample: Math.min(...sampleTimes) / 1000,
    decomposition: Math.min(...decompositionTimes) / 1000,
  }
}
