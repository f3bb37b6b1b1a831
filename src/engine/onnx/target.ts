import { deviceKind } from '../device.js'
import type { DeviceName } from '../types.js'
import { deviceForms } from './deviceForms/deviceForms.js'
import type { Target } from './model.js'

/** How models are written for a device. Without `forms`, and their import, all is written in plain forms. */
export async function targetOf(device: DeviceName): Promise<Target> {
  return {
    paddedChannels: !['cpu', 'cuda'].includes(deviceKind(device)),
    forms: await deviceForms(device),
  }
}
