import { deviceNames } from '../registry.js'
import type { DeviceName } from '../types.js'

/**
 * Devices that tests compare with the reference: the CPU, and those that the environment variable
 * LOWLAYER_TEST_DEVICES lists (`webgpu`, say), because a software GPU takes minutes.
 */
export const testedDevices: readonly DeviceName[] = [
  'cpu',
  ...(process.env.LOWLAYER_TEST_DEVICES ?? '')
    .split(',')
    .filter((name): name is DeviceName => (deviceNames as readonly string[]).includes(name)),
]
