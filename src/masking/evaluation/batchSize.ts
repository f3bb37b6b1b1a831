/** How many masked versions of a sample run through a network at once. */
import { concatenated, sizeOf } from '../../core/tensor.js'
import { deviceKind } from '../../engine/device.js'
import type { DeviceKind, DeviceName } from '../../engine/types.js'
import { inferTypes } from '../../graph/infer.js'
import { BATCH, type Graph } from '../../graph/types.js'
import { beyondRounding } from './beyondRounding.js'

/**
 * How many floats the largest value of a batch (of all layers) has: few enough that a core's cache holds a layer's
 * values, many enough that a GPU is busy (bench/README.md, "Masked evaluation").
 */
const targetFloats: Readonly<Record<DeviceKind, number>> = {
  cpu: 2 ** 19,
  webgpu: 2 ** 24,
  cuda: 2 ** 26,
}

/** How many floats that value has at most, so that memory does not run out. */
const mostFloats: Readonly<Record<DeviceKind, number>> = {
  cpu: 2 ** 24,
  webgpu: 2 ** 26,
  cuda: 2 ** 28,
}

/** The fewest coalitions that run together, where memory allows: weights are read once for all of them. */
const LEAST_BATCH = 32
/** The most coalitions that run together. */
const MOST = 4096

/** How many coalitions of a graph run together on a device. */
export function graphBatch(graph: Graph, device: DeviceName): number {
  let largest = 1
  const batched = inferTypes(graph)
  for (const [name, { shape }] of inferTypes(graph, 1)) {
    if (batched.get(name)?.shape.includes(BATCH)) largest = Math.max(largest, sizeOf(shape))
  }
  const kind = deviceKind(device)
  return batchNear(targetFloats[kind] / largest, mostFloats[kind] / largest)
}

/** The power of two of coalitions nearest below `target`, of which `most` fit in memory. */
export function batchNear(target: number, most: number): number {
  const powerWithin = (size: number) => 2 ** Math.max(0, Math.floor(Math.log2(size)))
  return Math.min(MOST, powerWithin(most), Math.max(LEAST_BATCH, powerWithin(target)))
}

/** How many coalitions are run by themselves as well, to see whether the others of a batch change their outputs. */
const ALONE = 12

/**
 * Whether rows of a batch of `size` are independent: a dozen coalitions, run one by one, give what they give in the batch
 * but for rounding, and the batch gives the same twice. Done once for a network.
 */
export async function agreesAlone(size: number, run: RunCoalitions): Promise<boolean> {
  const together = Float32Array.from(await run(0, size))
  if (beyondRounding(await run(0, size), together) > 1) return false
  const width = together.length / size
  const tried = Math.min(ALONE, size)
  const alone: Float32Array[] = []
  const inBatch: Float32Array[] = []
  for (let index = 0; index < tried; index++) {
    const start = Math.floor((index * size) / tried)
    alone.push(Float32Array.from(await run(start, 1)))
    inBatch.push(together.subarray(start * width, (start + 1) * width))
  }
  return beyondRounding(concatenated(alone), concatenated(inBatch)) <= 1
}

/** Outputs of coalitions [start, start + size), row by row. */
export type RunCoalitions = (start: number, size: number) => Promise<Float32Array>
