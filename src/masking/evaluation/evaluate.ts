/** Evaluates a network on all 2^n masked versions of a sample: the values v(S) that interactions come from. */
import type { BoundNetwork } from '../../engine/types.js'
import { nodesAbove } from '../../graph/cut.js'
import { inferTypes } from '../../graph/infer.js'
import { planStages, type Stage, wholeNetwork } from '../sharing/stages.js'
import type { Baseline, Players } from '../types.js'
import { checkOutputWidth, type Output } from './output.js'
import { createPipeline, type Pipeline } from './pipeline.js'
import { sampleSource } from './sampleSource.js'
import {
  checkFinite,
  firstNotFinite,
  type MaskedSample,
  type SampleValues,
  sampleValues,
} from './sampleValues.js'

export type { MaskedSample, SampleValues } from './sampleValues.js'

/** Where and how a network's samples are masked. */
interface MaskingPlan {
  /** Name of the masked value in the graph: the input `x`, an embedding or a layer's output. */
  readonly at: string
  readonly players: (sample: MaskedSample) => Players
  readonly baseline: Baseline
  readonly output: Output
  /** Coalitions that run together; by default as many as suit the device. */
  readonly batch?: number
  /** Filled with what was seen to run as it should in batches, which then is not tried again. */
  readonly checked?: Set<string>
  /**
   * Whether low layers are shared between coalitions ({@link planStages}); by default on the CPU. GPUs compute
   * all of a network sooner than they take a few more calls (bench/README.md, "On GPUs").
   */
  readonly sharing?: boolean
}

/** One network, ready to evaluate samples of n players; holds sessions until disposed. */
export interface MaskedEvaluator {
  evaluate(sample: MaskedSample): Promise<SampleValues>
  dispose(): Promise<void>
}

/** Prepares a network for masked evaluation. `n` is the number of players of every sample. */
export async function createMaskedEvaluator(
  network: BoundNetwork,
  n: number,
  plan: MaskingPlan,
): Promise<MaskedEvaluator> {
  const { graph } = network
  const width = inferTypes(graph).get(graph.output)?.shape[1] ?? 0
  checkOutputWidth(plan.output, width)
  const batching = { batch: plan.batch, checked: plan.checked ?? new Set<string>() }
  const source = await sampleSource(network, plan.at)
  const shared = pipelineCache((players) => {
    return createPipeline(network, chooseStages(network, plan, players), players, batching)
  })
  const whole = pipelineCache((players) => {
    return createPipeline(network, [wholeNetwork(graph.output, plan.at, n)], players, batching)
  })
  return {
    async evaluate(sample) {
      const x = await source.valueOf(sample)
      checkFinite(x, sample)
      const players = plan.players(sample)
      const value = { x, baseline: plan.baseline.valuesFor(x), players, input: sample.input }
      let logits = await (await shared.for(players)).run(value)
      // Shared sums spread an overflow over all coalitions; the whole network tells where it is.
      if (firstNotFinite(logits) !== undefined) logits = await (await whole.for(players)).run(value)
      return sampleValues(sample, logits, width, plan.output)
    },
    async dispose() {
      await source.dispose()
      await shared.dispose()
      await whole.dispose()
    },
  }
}

/** Keeps the pipeline of the players that were met last. */
function pipelineCache(create: (players: Players) => Promise<Pipeline>) {
  let kept: { readonly players: Players; readonly pipeline: Pipeline } | undefined
  return {
    async for(players: Players): Promise<Pipeline> {
      if (kept !== undefined && fits(kept.players, players)) return kept.pipeline
      await kept?.pipeline.dispose()
      kept = undefined
      kept = { players, pipeline: await create(players) }
      return kept.pipeline
    },
    dispose: async () => kept?.pipeline.dispose(),
  }
}

/** Whether a pipeline planned for some players serves others: the same cells, or texts. */
function fits(planned: Players, players: Players): boolean {
  if (planned === players || (planned.kind === 'tokens' && players.kind === 'tokens')) return true
  return (
    planned.map.length === players.map.length &&
    planned.map.every((player, cell) => player === players.map[cell])
  )
}

/**
 * Stages that share what coalitions have in common, where players are the same for every sample and
 * the layers above the masked value read nothing else; otherwise the whole network every time.
 */
function chooseStages(
  { engine, graph }: BoundNetwork,
  { at, sharing = engine.device === 'cpu' }: MaskingPlan,
  players: Players,
): readonly Stage[] {
  const upper = nodesAbove(graph, at)
  const shareable = sharing && players.kind !== 'tokens' && upper.inputs.length === 0
  return shareable ? planStages(graph, at, players) : [wholeNetwork(graph.output, at, players.n)]
}
