import { deviceKind } from '../device.js'
import type { DeviceName } from '../types.js'
import { blockSizeOfCpu } from './blockSize.js'
import type { Target } from './model.js'

/** How models are written for a device. */
export async function targetOf(device: DeviceName): Promise<Target> {
  if (device === 'cpu') return { blockSize: await blockSizeOfCpu(), formsForSmallImages: true }
  return deviceKind(device) === 'cuda' ? { formsForCuda: true } : { paddedChannels: true }
}
