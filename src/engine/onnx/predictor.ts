import { sizeOf, type Tensor, type Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'
import type { DeviceName, Predictor } from '../types.js'
import { encodeInference, OUTPUT_NAME } from './model.js'
import { loadOrt, type OrtFeeds, openSession } from './session.js'
import { targetOf } from './target.js'

/** A graph with its weights baked in, which lets ONNX Runtime lay them out for its kernels. */
export async function createOnnxPredictor(
  graph: Graph,
  parameters: Tensors,
  device: DeviceName,
): Promise<Predictor> {
  const { Tensor: OrtTensor } = await loadOrt()
  const session = await openSession(
    encodeInference(graph, parameters, await targetOf(device)),
    device,
  )

  function toOrt(name: string, { shape, data }: Tensor<Float32Array | Int32Array>) {
    if (data.length !== sizeOf(shape)) {
      throw new Error(`the feed "${name}" has ${data.length} values for [${shape.join(', ')}]`)
    }
    return data instanceof Int32Array
      ? new OrtTensor('int32', data, shape)
      : new OrtTensor('float32', data, shape)
  }

  return {
    async run(feeds) {
      const ortFeeds: OrtFeeds = {}
      for (const [name, feed] of Object.entries(feeds)) ortFeeds[name] = toOrt(name, feed)
      const result = await session.run(ortFeeds)
      return result[OUTPUT_NAME].data as Float32Array
    },
    async dispose() {
      await session.release()
    },
  }
}
