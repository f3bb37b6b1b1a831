/** Runs a network forward with ONNX Runtime. */
import type { Tensor as OrtTensor } from 'onnxruntime-node'
import { type Tensor as HostTensor, sizeOf, type Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'
import type { DeviceName, Predictor } from '../types.js'
import { encodeInference, OUTPUT_NAME, type Target } from './model.js'
import { loadOrt, type OrtFeeds, openSession } from './session.js'
import { targetsOf } from './target.js'

type Feed = HostTensor<Float32Array | Int32Array>

/** A graph with its weights baked in, which lets ONNX Runtime lay them out for its kernels. */
export async function createOnnxPredictor(
  graph: Graph,
  parameters: Tensors,
  device: DeviceName,
  target?: Target,
): Promise<Predictor> {
  const { Tensor } = await loadOrt()
  const session = await openSession(
    encodeInference(graph, parameters, target ?? (await targetsOf(device))[0]),
    device,
  )

  // Wrapping a feed takes microseconds, which add up in small sessions; those that come again are kept.
  const wrapped = new WeakMap<Feed, OrtTensor>()

  function toOrt(name: string, feed: Feed): OrtTensor {
    const known = wrapped.get(feed)
    if (known !== undefined) return known
    const { shape, data } = feed
    if (data.length !== sizeOf(shape)) {
      throw new Error(`the feed "${name}" has ${data.length} values for [${shape.join(', ')}]`)
    }
    const tensor =
      data instanceof Int32Array
        ? new Tensor('int32', data, shape)
        : new Tensor('float32', data, shape)
    wrapped.set(feed, tensor)
    return tensor
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
