/** Computes what is to be masked of a sample: the sample itself, or what lower layers make of it. */
import type { BoundNetwork } from '../../engine/types.js'
import { lowerGraph } from '../../graph/cut.js'
import { openPart } from './parameters.js'
import { repeated } from './pipeline.js'
import type { MaskedSample } from './sampleValues.js'

/** Computes the value that is masked: the input itself, or an inner value by the layers below it. */
interface SampleSource {
  valueOf(sample: Pick<MaskedSample, 'input'>): Promise<Float32Array>
  dispose(): Promise<void>
}

export async function sampleSource(network: BoundNetwork, at: string): Promise<SampleSource> {
  const { graph } = network
  if (graph.inputs.some(({ name }) => name === at)) {
    return { valueOf: async ({ input }) => input, dispose: async () => {} }
  }
  const lower = lowerGraph(graph, at)
  const predictor = await openPart(network, lower)
  const [input] = lower.inputs
  return {
    valueOf: (sample) => predictor.run({ [input.name]: repeated(input, sample.input, 1) }),
    dispose: () => predictor.dispose(),
  }
}
