import type { Tensors } from '../../core/tensor.js'
import type { Engine } from '../../engine/types.js'
import type { Graph } from '../../graph/types.js'
import { lowerGraph } from './cutGraph.js'
import { parametersOf } from './parameters.js'
import { repeated } from './pipeline.js'
import type { MaskedSample } from './sampleValues.js'

/** Computes the value that is masked: the input itself, or an inner value by the layers below it. */
interface SampleSource {
  valueOf(sample: Pick<MaskedSample, 'input'>): Promise<Float32Array>
  dispose(): Promise<void>
}

export async function sampleSource(
  engine: Engine,
  graph: Graph,
  parameters: Tensors,
  at: string,
): Promise<SampleSource> {
  if (graph.inputs.some(({ name }) => name === at)) {
    return { valueOf: async ({ input }) => input, dispose: async () => {} }
  }
  const lower = lowerGraph(graph, at)
  const predictor = await engine.createPredictor(lower, parametersOf(lower, parameters))
  const [input] = lower.inputs
  return {
    valueOf: (sample) => predictor.run({ [input.name]: repeated(input, sample.input, 1) }),
    dispose: () => predictor.dispose(),
  }
}
