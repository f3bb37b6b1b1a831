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

/** Coalitions that run together at least, so that weights are read once for many of them … */
const LEAST = 32
/** … unless a value of so many takes more floats than this. */
const MOST_FLOATS = 2 ** 24
/** Coalitions that run together at most. */
const MOST = 4096

/**
 * Coalitions that run together, a power of two: as many as keep the largest value of the graph within
 * a size that measured well on the device (bench/README.md, "Masked evaluation"). A rule and not a
 * measurement at run time, so that two runs on one machine add up in the same order.
 */
export function batchSize(graph: Graph, device: DeviceName): number {
  let largest = 1
  const batched = inferTypes(graph)
  for (const [name, { shape }] of inferTypes(graph, 1)) {
    if (batched.get(name)?.shape.includes(BATCH)) largest = Math.max(largest, sizeOf(shape))
  }
  const within = (floats: number) => 2 ** Math.max(0, Math.floor(Math.log2(floats / largest)))
  const least = Math.min(LEAST, within(MOST_FLOATS))
  return Math.min(MOST, Math.max(least, within(targetFloats[device])))
}
