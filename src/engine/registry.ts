/** The engines and devices that a configuration can name, and how each is opened. */
import { InputError } from '../core/errors.js'
import { deviceKind } from './device.js'
import type { CardName, DeviceKind, DeviceName, Engine } from './types.js'

/** Names that `runtime.engine` accepts. */
const engineNames = ['auto', 'onnx', 'tfjs', 'reference'] as const
/** Names that `runtime.device` accepts, besides one card by its number (`cuda:1`). */
export const deviceNames = ['auto', 'cpu', 'webgpu', 'cuda'] as const

export type EngineChoice = (typeof engineNames)[number]
export type DeviceChoice = (typeof deviceNames)[number] | CardName

/**
 * An engine by name, loaded only when it is asked for. `auto` is ONNX Runtime, and the CPU (what it
 * comes to for a study is settled before tasks run: executors/settleDevice.ts). Throws
 * EnvironmentError when the engine or the device is missing, with the command that adds it, and
 * InputError when the engine has no such device.
 */
export async function createEngine(name: EngineChoice, device: DeviceChoice): Promise<Engine> {
  const chosen: DeviceName = device === 'auto' ? 'cpu' : device
  switch (name) {
    case 'auto':
    case 'onnx': {
      const { createOnnxEngine } = await import('./onnx/engine.js')
      return createOnnxEngine(chosen)
    }
    case 'reference': {
      if (chosen !== 'cpu')
        throw new InputError(`the engine reference has no device ${chosen}; use cpu`)
      const { createReferenceEngine } = await import('./reference/engine.js')
      return createReferenceEngine()
    }
    case 'tfjs': {
      const { createTfjsEngine } = await import('./tfjs/engine.js')
      if (chosen !== deviceKind(chosen)) {
        throw new InputError(
          `the engine tfjs has no device ${chosen}: it chooses a card itself; use onnx`,
        )
      }
      return createTfjsEngine(deviceKind(chosen))
    }
  }
}

/** Devices of ONNX Runtime besides the CPU that this installation may find, best first. */
export async function accelerators(): Promise<readonly DeviceKind[]> {
  const { listAccelerators } = await import('./onnx/devices.js')
  return listAccelerators()
}
