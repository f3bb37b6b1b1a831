/** Sessions of ONNX Runtime: loading, options, and errors in our words. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { EnvironmentError, messageOf } from '../../core/errors.js'
import { cardNumber, deviceKind } from '../device.js'
import type { DeviceName } from '../types.js'
import { withoutTelemetry } from './telemetry.js'

export type Ort = typeof import('onnxruntime-node')
export type OrtFeeds = Record<string, OrtTensor>

let loading: Promise<Ort> | undefined

/** ONNX Runtime, loaded once and only when it is used. Throws EnvironmentError when it cannot be. */
export function loadOrt(): Promise<Ort> {
  loading ??= load()
  return loading
}

async function load(): Promise<Ort> {
  withoutTelemetry()
  const ort = await import('onnxruntime-node').catch((cause: unknown) => {
    throw new EnvironmentError(
      `onnxruntime-node cannot be loaded (${messageOf(cause)}); install lowlayer again: it comes with it`,
      { cause },
    )
  })
  // Whatever ONNX Runtime would print as an error it throws as well.
  ort.env.logLevel = 'fatal'
  return ort
}

/**
 * Options of every session: one thread, because small networks run slower on more and a study runs
 * several networks at once, each in its own process. No plan of all buffers in one block: it comes on
 * top of what the first run allocated, and took a third to a half more memory for no time.
 */
function sessionOptions(device: DeviceName): InferenceSession.SessionOptions {
  return {
    executionProviders: [executionProvider(device)],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableMemPattern: false,
    graphOptimizationLevel: 'all',
    // Whatever it would print as an error it throws as well.
    logSeverityLevel: 4,
  }
}

/** What ONNX Runtime calls a device: `cuda:1` is `{ name: 'cuda', deviceId: 1 }`. */
export function executionProvider(device: DeviceName): InferenceSession.ExecutionProviderConfig {
  const deviceId = cardNumber(device)
  return deviceId === undefined ? device : { name: deviceKind(device), deviceId }
}

/**
 * NVIDIA's libraries compute float32 products with TF32's 10 bits of mantissa where they are let, and
 * ONNX Runtime lets them: errors of 3e-4 and more. This is their own switch, read when they are loaded; the
 * provider's option cannot be reached from Node. cuDNN heeds it, cuBLAS not always: see deviceForms/cuda.ts.
 */
function withoutTf32(): void {
  process.env.NVIDIA_TF32_OVERRIDE = '0'
}

/**
 * Opens a model, from its bytes or from its file, on a device. Weights that a file keeps in others are looked for
 * in `folder`, by default beside the file.
 */
export async function openSession(
  model: Uint8Array | string,
  device: DeviceName,
  folder?: string,
): Promise<InferenceSession> {
  if (deviceKind(device) === 'cuda') withoutTf32()
  const { InferenceSession: Session } = await loadOrt()
  const options = sessionOptions(device)
  if (typeof model !== 'string' && folder !== undefined) {
    options.extra = { session: { model_external_initializers_file_folder_path: folder } }
  }
  return typeof model === 'string' ? Session.create(model, options) : Session.create(model, options)
}
