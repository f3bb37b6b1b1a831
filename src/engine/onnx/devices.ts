/** Which devices ONNX Runtime has here, and what to do where one is missing. */
import { EnvironmentError, messageOf } from '../../core/errors.js'
import { deviceKind } from '../device.js'
import type { DeviceKind, DeviceName } from '../types.js'
import { ADD_CUDA } from './build.js'
import { encodeProgram } from './model.js'
import { loadOrt, openSession } from './session.js'

/** What brings a device that ONNX Runtime cannot open. */
const remedies: Readonly<Record<DeviceKind, string>> = {
  cpu: 'install lowlayer again: ONNX Runtime comes with it',
  webgpu:
    'WebGPU needs a GPU driver with Vulkan: on Debian and Ubuntu ' +
    '`apt-get install libvulkan1 mesa-vulkan-drivers`, on NVIDIA cards the vendor driver and ' +
    '`apt-get install libvulkan1 libegl1 libx11-6 libxext6`, without a display too',
  cuda:
    "ONNX Runtime's CUDA part is not installed: with CUDA 12 and cuDNN 9 on the machine, " +
    `\`${ADD_CUDA}\` adds it`,
}

/** GPU devices that this build of ONNX Runtime has, best first; whether there is a GPU is not known. */
export async function listAccelerators(): Promise<readonly DeviceKind[]> {
  const ort = await loadOrt()
  const names = ort.listSupportedBackends().map(({ name }) => name)
  return (['cuda', 'webgpu'] as const).filter((device) => names.includes(device))
}

/** Throws EnvironmentError, with the remedy, unless a device of ONNX Runtime can run a model. */
export async function requireDevice(device: DeviceName): Promise<void> {
  const ort = await loadOrt()
  const kind = deviceKind(device)
  const known = ort.listSupportedBackends().find(({ name }) => name === kind)
  if (known === undefined) {
    throw new EnvironmentError(`ONNX Runtime has no device ${device} here; ${remedies[kind]}`)
  }
  try {
    const shape = [1]
    const session = await openSession(
      encodeProgram({
        inputs: [{ name: 'x', shape, dtype: 'float32' }],
        nodes: [{ kind: 'affine', name: 'y', inputs: ['x'], factor: 2, offset: 0 }],
        outputs: { y: 'y' },
      }),
      device,
    )
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(21), shape) })
    await session.release()
    if (y.data[0] !== 42) throw new Error(`it says that 2 · 21 = ${y.data[0]}`)
  } catch (cause) {
    throw new EnvironmentError(
      `ONNX Runtime cannot use the device ${device} (${firstLine(messageOf(cause))}); ${remedyFor(device)}`,
      { cause, context: { device } },
    )
  }
}

/** What to do where a device is known but cannot be used: a card may not be there while others are. */
function remedyFor(device: DeviceName): string {
  const kind = deviceKind(device)
  if (device === kind) return remedies[kind]
  return `\`nvidia-smi --list-gpus\` lists the cards that are there, from 0 (CUDA_VISIBLE_DEVICES hides some); ${remedies[kind]}`
}

/** ONNX Runtime's messages begin with source paths and end with a trace. */
function firstLine(message: string): string {
  const line = message.split('\n').find((each) => each.trim() !== '') ?? ''
  return line.replace(/^\/\S+\s(?:.*?\(\)> )?/, '').slice(0, 200)
}
