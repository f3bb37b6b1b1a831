import type { Finding } from '../problems.js'
import type { RuntimeConfig } from '../runtime.js'
import { cardsOf } from '../slurm.js'
import { duplicates, type Sections } from './shared.js'

/** Whether the devices can be used as they are named. */
export function runtimeChecks({ runtime }: Sections): Finding[] {
  return runtime === undefined ? [] : [...deviceFindings(runtime), ...packFindings(runtime)]
}

function deviceFindings(runtime: RuntimeConfig): Finding[] {
  if (runtime.devices === undefined) return []
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

/** A card computes for one network at a time. */
function packFindings({ slurm }: RuntimeConfig): Finding[] {
  const cards = cardsOf(slurm.gres)
  if (cards <= slurm.pack) return []
  const message = `of ${slurm.pack === 1 ? 'one network' : `${slurm.pack} networks`} leaves some of ${cards} cards idle: use ${cards} or more`
  return [{ path: ['runtime', 'slurm', 'pack'], message }]
}
