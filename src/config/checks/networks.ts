import { nearestName } from '../../core/nearest.js'
import { regimeOf } from '../../regimes/registry.js'
import type { Finding } from '../problems.js'
import { duplicates, type Sections } from './shared.js'

/** Seeds, names and origins of networks: each given once, each there, and no circles. */
export function networkChecks({ networks }: Sections): Finding[] {
  const findings: Finding[] = []
  for (const key of ['low', 'high', 'order', 'regimes'] as const) {
    findings.push(...duplicates(networks?.grid?.[key] ?? [], ['networks', 'grid', key]))
  }
  const list = networks?.list ?? []
  const names = list.map(({ name }) => name)
  findings.push(...duplicates(names, ['networks', 'list'], 'name'))
  for (const [index, network] of list.entries()) {
    const path = ['networks', 'list', index]
    const needsFrom = network.rerandomize !== undefined ? 'rerandomize' : 'regime'
    if (network.from === undefined) {
      const hasDonor = regimeOf(network.regime).donorStep !== undefined
      if (network.rerandomize === undefined && !hasDonor) continue
      const message = `needs "from", the network whose other layers it takes`
      findings.push({ path: [...path, needsFrom], message })
    } else if (!names.includes(network.from)) {
      const nearest = nearestName(network.from, names)
      const message = `there is no network "${network.from}" in the list (did you mean "${nearest}"?)`
      findings.push({ path: [...path, 'from'], message })
    } else if (isCyclic(network.name, list)) {
      const message = `"${network.name}" is derived from itself`
      findings.push({ path: [...path, 'from'], message })
    }
  }
  return findings
}

function isCyclic(name: string, list: readonly { name: string; from?: string }[]): boolean {
  const parents = new Map(list.map((network) => [network.name, network.from]))
  const seen = new Set<string>()
  for (let at = parents.get(name); at !== undefined && !seen.has(at); at = parents.get(at)) {
    if (at === name) return true
    seen.add(at)
  }
  return false
}
