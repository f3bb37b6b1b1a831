import { bytesOf, concatenated, sizeOf } from '../../core/tensor.js'
import { deviceKind } from '../../engine/device.js'
import type { DeviceKind, DeviceName } from '../../engine/types.js'
import { inferTypes } from '../../graph/infer.js'
import { BATCH, type Graph } from '../../graph/types.js'
import { beyondRounding } from '../foreign/rowIndependence.js'

/**
 * How many floats the largest value of a batch (of all layers) has by rule: few enough that a core's cache holds a
 * layer's values, many enough that a GPU is busy.
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

/** The fewest coalitions that run together by rule: weights are read once for all of them. */
const LEAST = 32
/** The most coalitions that run together. */
const MOST = 4096
/** The smallest batch that is tried: in smaller ones kernels sum in another order, which gives other bits. */
const SMALLEST = 8
/** Batches up to 2^STEPS times larger or smaller than the rule's are tried. */
const STEPS = 2
/** How often each batch is timed; the best counts. */
const ROUNDS = 2
/** Another batch is taken where it needs less than this share of the time of the rule's batch. */
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

/** Whether `count` coalitions are so few that they run together without measuring batches. */
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

/** How many coalitions are run by themselves as well, to see whether the others of a batch change their outputs. */
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

/** Seconds that this process computed: kernels run in it, and other work on the machine does not count. */
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
