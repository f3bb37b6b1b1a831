import { sizeOf } from '../core/tensor.js'
import type { DeviceName } from '../engine/types.js'
import { inferTypes } from '../graph/infer.js'
import { BATCH, type Graph } from '../graph/types.js'

/** Floats of the largest value of a batch: what keeps a layer's values in a core's cache, or a GPU busy. */
const targetFloats: Readonly<Record<DeviceName, number>> = {
  cpu: 2 ** 19,
  webgpu: 2 ** 24,
  cuda: 2 ** 26,
}

/**
 * Coalitions that run together, a power of two from 8 to 4,096: as many as keep the largest value of
 * the graph within a size that measured well on the device (bench/README.md, "Masked evaluation").
 * A rule and not a measurement at run time, so that two runs on one machine add up in the same order.
 */
export function batchSize(graph: Graph, device: DeviceName): number {
  let largest = 1
  const batched = inferTypes(graph)
  for (const [name, { shape }] of inferTypes(graph, 1)) {
    if (batched.get(name)?.shape.includes(BATCH)) largest = Math.max(largest, sizeOf(shape))
  }
  const fitting = 2 ** Math.floor(Math.log2(targetFloats[device] / largest))
  return Math.min(4096, Math.max(8, fitting))
}
