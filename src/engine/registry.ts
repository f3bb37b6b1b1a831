import { InputError } from '../core/errors.js'
import type { DeviceName, Engine } from './types.js'

/** Names that `runtime.engine` accepts. */
export const engineNames = ['auto', 'onnx', 'tfjs', 'reference'] as const
/** Names that `runtime.device` accepts. */
export const deviceNames = ['auto', 'cpu', 'webgpu', 'cuda'] as const

export type EngineChoice = (typeof engineNames)[number]
export type DeviceChoice = (typeof deviceNames)[number]

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
      if (chosen !== 'cpu') throw new InputError(`the engine reference has no device ${chosen}`)
      const { createReferenceEngine } = await import('./reference/engine.js')
      return createReferenceEngine()
    }
    case 'tfjs': {
      const { createTfjsEngine } = await import('./tfjs/engine.js')
      return createTfjsEngine(chosen)
    }
  }
}

/** Devices of ONNX Runtime besides the CPU that this installation may find, best first. */
export async function accelerators(): Promise<readonly DeviceName[]> {
  const { listAccelerators } = await import('./onnx/devices.js')
  return listAccelerators()
}
