/** Which engine, device and versions trained a network, as results record and name it. */
import { deviceKind } from '../engine/device.js'
import type { Engine } from '../engine/types.js'

/** What trained a network, or a part of its training. */
export interface TrainingEngine {
  readonly engine: string
  readonly device: string
  readonly versions: Readonly<Record<string, string>>
}

/** An engine as results name it: by the kind of its device, since cards of one make round alike. */
export function trainingEngineOf({ name, device, versions }: Engine): TrainingEngine {
  return { engine: name, device: deviceKind(device), versions }
}

/** Engines in their order, each once. */
export function distinctEngines(engines: readonly TrainingEngine[]): TrainingEngine[] {
  return [...new Map(engines.map((engine) => [describeEngine(engine), engine])).values()]
}

/** Such as `onnx on cpu, onnxruntime-node 1.30.0`. */
export function describeEngine({ engine, device, versions }: TrainingEngine): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [`${engine} on ${device}`, ...named].join(', ')
}
