/**
 * Forms of nodes for one device. Nothing but `targetOf` reads this folder: without it, and its line there, every
 * network is written in plain forms, which are slower on CPUs and on some versions of CUDA refused.
 */
import { deviceKind } from '../../device.js'
import type { DeviceName } from '../../types.js'
import type { DeviceForms } from '../emission.js'
import { cudaForms } from './cuda.js'
import { blockSizeOfCpu } from './nchwc/blockSize.js'
import { nchwcForms } from './nchwc/forms.js'
import { smallImageForms } from './smallImages.js'

/** The forms of a device; undefined where it takes the plain ones. */
export async function deviceForms(device: DeviceName): Promise<DeviceForms | undefined> {
  if (device === 'cpu') return cpuForms(await blockSizeOfCpu())
  return deviceKind(device) === 'cuda' ? { nodes: cudaForms } : undefined
}

/** The forms of CPUs whose NCHWc layout has `block` channels to a block; undefined where there is no such layout. */
export function cpuForms(block: number | undefined): DeviceForms {
  if (block === undefined) return { nodes: smallImageForms }
  return { nodes: smallImageForms, layout: (to) => nchwcForms(to, block) }
}
