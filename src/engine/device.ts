/** Names of devices: a kind, or one card of it by its number. */
import type { DeviceKind, DeviceName } from './types.js'

/** The kind of a device: `cuda` for `cuda:1`. */
export function deviceKind(device: DeviceName): DeviceKind {
  return device.split(':')[0] as DeviceKind
}

/** The number of a card, 1 for `cuda:1`; undefined where any device of the kind will do. */
export function cardNumber(device: DeviceName): number | undefined {
  const [, number] = device.split(':')
  return number === undefined ? undefined : Number(number)
}
