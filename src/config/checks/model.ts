import { architectureSettings } from '../../models/architecture.js'
import { architectures } from '../../models/registry.js'
import { trainsNetworks } from '../networks.js'
import type { Finding } from '../problems.js'
import { duplicates, isText, type Sections } from './shared.js'

/** Layers of one's own, and whether the architecture fits the kind of data. */
export function modelChecks(sections: Sections): Finding[] {
  const { model, data, networks } = sections
  const findings: Finding[] = []
  if (model === undefined) {
    // A section that is wrong by itself is absent; one that was not written is undefined.
    const isLacking = 'model' in sections && networks !== undefined && trainsNetworks(networks)
    const message =
      'is missing: networks that are trained need one, such as { architecture: mlp-5 }'
    return isLacking ? [{ path: ['model'], message }] : []
  }
  const custom = model.architecture === 'custom'
  if (custom && model.layers === undefined) {
    findings.push({
      path: ['model', 'layers'],
      message: 'is missing: architecture "custom" needs it',
    })
  }
  findings.push(...strayedSettings(model, networks))
  findings.push(
    ...duplicates(
      (model.layers ?? []).flatMap((layer) => ('name' in layer ? [layer.name] : [])),
      ['model', 'layers'],
    ),
  )
  if (
    data !== undefined &&
    isText(data.source) !== (model.architecture === 'transformer') &&
    !custom
  ) {
    const fits = isText(data.source) ? 'text needs "transformer"' : '"transformer" needs text'
    findings.push({
      path: ['model', 'architecture'],
      message: `"${model.architecture}" does not fit data.source "${data.source}": ${fits}`,
    })
  }
  return findings
}

/** Settings of the network that no architecture of the study takes. */
function strayedSettings(
  model: NonNullable<Sections['model']>,
  networks: Sections['networks'],
): Finding[] {
  const names = [
    model.architecture,
    ...(networks?.grid?.architectures ?? []),
    ...(networks?.list ?? []).flatMap(({ architecture }) => architecture ?? []),
  ]
  return architectureSettings.flatMap((setting) => {
    const takers = architectures
      .filter(({ settings }) => settings.includes(setting))
      .map(({ name }) => name)
    if (model[setting] === undefined || names.some((name) => takers.includes(name))) return []
    const message = `is only for ${takers.join(', ')}, not for ${[...new Set(names)].join(', ')}`
    return [{ path: ['model', setting], message, aboutKey: true }]
  })
}
