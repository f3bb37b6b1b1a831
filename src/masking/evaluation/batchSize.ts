import { bytesOf, concatenated, sizeOf } from '../../core/tensor.js'
import { deviceKind } from '../../engine/device.js'
import type { DeviceKind, DeviceName } from '../../engine/types.js'
import { inferTypes } from '../../graph/infer.js'
import { BATCH, type Graph } from '../../graph/types.js'
import { beyondRounding } from '../foreign/rowIndependence.js'

/** Floats of the largest value of a batch: what keeps a layer's values in a core's cache, or a GPU busy. */
const targetFloats: Readonly<Record<DeviceKind, number>> = {
  cpu: 2 ** 19,
  webgpu: 2 ** 24,
  cuda: 2 ** 26,
}

/** Floats of the largest value of a batch at most. */
const mostFloats: Readonly<Record<DeviceKind, number>> = {
  cpu: 2 ** 24,
  webgpu: 2 ** 26,
  cuda: 2 ** 28,
}

/** Coalitions that run together at least, so that weights are read once for many of them. */
const LEAST = 32
/** Coalitions that run together at most. */
const MOST = 4096
/** The smallest batch that is tried: kernels take other ways, and give other bits, below. */
const SMALLEST = 8
/** How far from the rule's batch others are tried, in steps of two. */
const STEPS = 2
/** How often each batch is timed; the best counts. */
const ROUNDS = 2
/** Another batch is taken if it needs less than this share of the rule's time. */
const MARGIN = 0.95

/** Batches that were measured, by what runs in them; one for a network on a device. */
export type MeasuredBatches = Map<string, number>

/** Coalitions that run together by rule, and others that are worth trying; all are powers of two. */
export interface BatchChoice {
  readonly rule: number
  readonly candidates: readonly number[]
}

/**
 * As many coalitions as keep the largest value of the graph within a size that measured well on the
 * device (bench/README.md, "Masked evaluation"), and up to four times more or fewer.
 */
export function batchChoice(graph: Graph, device: DeviceName): BatchChoice {
  let largest = 1
  const batched = inferTypes(graph)
  for (const [name, { shape }] of inferTypes(graph, 1)) {
    if (batched.get(name)?.shape.includes(BATCH)) largest = Math.max(largest, sizeOf(shape))
  }
  const kind = deviceKind(device)
  return batchesAround(targetFloats[kind] / largest, mostFloats[kind] / largest)
}

/** The choice around `target` coalitions, of which `most` fit in memory. */
export function batchesAround(target: number, most: number): BatchChoice {
  const powerWithin = (size: number) => 2 ** Math.max(0, Math.floor(Math.log2(size)))
  const limit = Math.min(MOST, powerWithin(most))
  const rule = Math.min(limit, Math.max(LEAST, powerWithin(target)))
  const candidates: number[] = []
  for (let step = -STEPS; step <= STEPS; step++) {
    const batch = rule * 2 ** step
    if (step === 0 || (batch >= SMALLEST && batch <= limit)) candidates.push(batch)
  }
  return { rule, candidates }
}

/** Whether `count` coalitions run together whatever would be measured. */
export function runsInOneBatch({ rule }: BatchChoice, count: number): boolean {
  return count <= Math.min(LEAST, rule)
}

/**
 * The fastest batch of a choice for `count` coalitions, by running the first of them in each; `run`
 * evaluates coalitions [start, start + size). A batch whose outputs differ in a bit from the rule's is
 * not taken, so that the choice, which another run may make otherwise, changes no result. Undefined where outputs
 * of two batches differ beyond rounding.
 */
export async function measureBatch(
  { rule, candidates }: BatchChoice,
  count: number,
  device: DeviceName,
  run: RunCoalitions,
): Promise<number | undefined> {
  const own = Math.min(rule, count)
  const tried = candidates.filter((batch) => batch <= count && batch !== own)
  if (count <= LEAST || tried.length === 0) return own
  const span = Math.max(own, ...tried)
  const seconds = device === 'cpu' ? cpuSeconds : wallSeconds
  const trusted = await timed(run, span, own, seconds)
  const times = new Map([[own, MARGIN * trusted.seconds]])
  for (let round = 0; round < ROUNDS; round++) {
    for (const batch of [own, ...tried]) {
      const found = await timed(run, span, batch, seconds)
      if (!sameBits(found.outputs, trusted.outputs)) {
        if (beyondRounding(concatenated(found.outputs), concatenated(trusted.outputs)) > 1)
          return undefined
        continue
      }
      const time = found.seconds * (batch === own ? MARGIN : 1)
      times.set(batch, Math.min(time, times.get(batch) ?? time))
    }
  }
  return [...times].reduce((best, each) => (each[1] < best[1] ? each : best))[0]
}

/** Coalitions that are run by themselves to see whether the others of their batch matter. */
const ALONE = 12

/**
 * Whether coalitions spread over the first batch, of `size`, give alone what they give in it, but for rounding, and
 * the batch the same twice. A dozen single rows and two batches: to be done once for a network.
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

/** What other work on the machine disturbs least: kernels run in this process. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function wallSeconds(): number {
  return performance.now() / 1e3
}

async function timed(
  run: RunCoalitions,
  span: number,
  batch: number,
  seconds: () => number,
): Promise<{ readonly seconds: number; readonly outputs: readonly Float32Array[] }> {
  const outputs: Float32Array[] = []
  const began = seconds()
  for (let start = 0; start < span; start += batch) {
    outputs.push(await run(start, Math.min(batch, span - start)))
  }
  return { seconds: seconds() - began, outputs }
}

/** Whether two lists of parts hold the same floats, however they are cut. */
function sameBits(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  const bytes = (parts: readonly Float32Array[]) => Buffer.concat(parts.map(bytesOf))
  return bytes(a).equals(bytes(b))
}
