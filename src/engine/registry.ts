import { InputError } from '../core/errors.js'
import type { DeviceName, Engine } from './types.js'

/** Names that `runtime.engine` accepts. */
export const engineNames = ['auto', 'onnx', 'tfjs', 'reference'] as const
/** Names that `runtime.device` accepts. */
export const deviceNames = ['auto', 'cpu', 'webgpu', 'cuda'] as const

export type EngineChoice = (typeof engineNames)[number]
export type DeviceChoice = (typeof deviceNames)[number]

/**
 * An engine by name, loaded only when it is asked for. `auto` is ONNX Runtime on the CPU. Throws
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
