import type { Finding } from '../problems.js'
import { duplicates, type Sections } from './shared.js'

/** Whether the devices can be used as they are named. */
export function runtimeChecks({ runtime }: Sections): Finding[] {
  if (runtime?.devices === undefined) return []
  const { device, devices, engine } = runtime
  const path = ['runtime', 'devices']
  const findings = duplicates(devices, path)
  const at = (message: string) => findings.push({ path, message })
  if (device !== 'auto')
    at(`cannot stand beside runtime.device ${device}: name devices in one of them`)
  if (engine !== 'auto' && engine !== 'onnx')
    at(`cards by number need the engine onnx, not ${engine}`)
  return findings
}
