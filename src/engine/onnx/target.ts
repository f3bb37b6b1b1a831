import { deviceKind } from '../device.js'
import type { DeviceName } from '../types.js'
import { deviceForms } from './deviceForms/deviceForms.js'
import type { Target } from './model.js'

/**
 * How models are written for a device: the first way that computes as the CPU does is taken. Without `forms`,
 * and their import, all is written in plain forms.
 */
export async function targetsOf(device: DeviceName): Promise<readonly Target[]> {
  const paddedChannels = !['cpu', 'cuda'].includes(deviceKind(device))
  return (await deviceForms(device)).map((forms) => ({ paddedChannels, forms }))
}
