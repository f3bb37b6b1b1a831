/** Tries a device on a small network: whether it computes the right numbers, and how fast. */
import { stream } from '../../core/random.js'
import { PREDICTION_LIMIT } from '../../engine/parity.js'
import { createEngine, type DeviceChoice, type EngineChoice } from '../../engine/registry.js'
import type { Engine, Predictor } from '../../engine/types.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import { medianMilliseconds } from './medianTime.js'

const BATCH = 64
const RUNS = 7
/** TensorFlow computes in TF32 where the GPU can. */
const TFJS_LIMIT = 1e-3

/** Whether a device computes LeNet as the CPU does, and how fast. */
export interface DeviceCheck {
  readonly engine: string
  readonly device: string
  readonly versions: Readonly<Record<string, string>>
  /** Largest difference of the logits, over the largest logit. */
  readonly difference: number
  readonly agrees: boolean
  readonly imagesPerSecond: number
}

/**
 * Runs LeNet with random weights on random images, on a device and on the engine that it is held
 * against: the float64 reference for the CPU, the CPU for everything else. Throws what the engine
 * throws when the device is missing.
 */
export async function checkDevice(name: EngineChoice, device: DeviceChoice): Promise<DeviceCheck> {
  const model = buildModel(
    { architecture: 'lenet', head: 'softmax' },
    { kind: 'image', shape: [1, 28, 28], classes: 10 },
  )
  const parameters = initialize(model, () => 0)
  const generator = stream(0, 'doctor', 'images').at()
  const images = Float32Array.from({ length: BATCH * 784 }, () => generator.normal())
  const input = model.graph.inputs[0].name
  const open = (engine: Engine): Promise<Predictor> =>
    engine.createPredictor(model.graph, parameters)
  const run = (predictor: Predictor, count: number) =>
    predictor.run({ [input]: { shape: [count, 1, 28, 28], data: images.subarray(0, count * 784) } })
  const other = await createEngine(device === 'cpu' ? 'reference' : 'onnx', 'cpu')
  const compared = device === 'cpu' ? 4 : BATCH
  const expected = await run(await open(other), compared)
  const engine = await createEngine(name, device)
  const predictor = await open(engine)
  const found = await run(predictor, compared)
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const difference =
    found.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at])), 0) / largest
  const milliseconds = await medianMilliseconds(RUNS, () => run(predictor, BATCH))
  await predictor.dispose()
  return {
    engine: engine.name,
    device,
    versions: engine.versions,
    difference,
    agrees: difference <= (name === 'tfjs' ? TFJS_LIMIT : PREDICTION_LIMIT),
    imagesPerSecond: Math.round((1000 * BATCH) / milliseconds),
  }
}
