/**
 * Forms of nodes for one device. Nothing but `targetsOf` in ../target.ts reads this folder: without it, and that call of it, every
 * network is written in plain forms, which are slower on CPUs and on some versions of CUDA refused.
 */
import { deviceKind } from '../../device.js'
import type { DeviceName } from '../../types.js'
import type { DeviceForms } from '../emission.js'
import { cudaForms, float64CudaForms } from './cuda.js'
import { blockSizeOfCpu } from './nchwc/blockSize.js'
import { nchwcForms } from './nchwc/forms.js'
import { smallImageForms } from './smallImages.js'

/**
 * Sessions that are opened on CUDA before products are taken in float64: where whether one uses TF32 is chance,
 * 3% do, so that the same form is found in every run.
 */
const FLOAT32_TRIES = 3

/**
 * The forms that a device's sessions are tried with, one after the other, until one computes as the CPU does;
 * undefined for the plain ones.
 */
export async function deviceForms(
  device: DeviceName,
): Promise<readonly (DeviceForms | undefined)[]> {
  if (device === 'cpu') return [cpuForms(await blockSizeOfCpu())]
  if (deviceKind(device) !== 'cuda') return [undefined]
  const inFloat32 = Array.from({ length: FLOAT32_TRIES }, () => ({ nodes: cudaForms }))
  return [...inFloat32, { nodes: float64CudaForms }]
}

/** The forms of CPUs whose NCHWc layout has `block` channels to a block; undefined where there is no such layout. */
function cpuForms(block: number | undefined): DeviceForms {
  if (block === undefined) return { nodes: smallImageForms }
  return { nodes: smallImageForms, layout: (to) => nchwcForms(to, block) }
}
