import { architectureSettings } from '../../models/architecture.js'
import { architectures } from '../../models/registry.js'
import { trainsNetworks } from '../networks.js'
import { type Check, checkDistinct, isText } from './shared.js'

/** Layers of one's own, settings that no architecture takes, and whether the architecture fits the kind of data. */
export const checkModel: Check = (sections, problem) => {
  const { model, data, networks } = sections
  if (model === undefined) {
    // A section that is wrong by itself is absent; one that was not written is undefined.
    if ('model' in sections && networks !== undefined && trainsNetworks(networks)) {
      const message =
        'is missing: networks that are trained need one, such as { architecture: mlp-5 }'
      problem('model', message)
    }
    return
  }
  const { architecture, layers } = model
  const custom = architecture === 'custom'
  if (custom && layers === undefined) {
    problem('model.layers', 'is missing: architecture "custom" needs it')
  }
  const names = [
    architecture,
    ...(networks?.grid?.architectures ?? []),
    ...(networks?.list ?? []).flatMap((network) => network.architecture ?? []),
  ]
  for (const setting of architectureSettings) {
    const takers = architectures
      .filter(({ settings }) => settings.includes(setting))
      .map(({ name }) => name)
    if (model[setting] === undefined || names.some((name) => takers.includes(name))) continue
    const message = `is only for ${takers.join(', ')}, not for ${[...new Set(names)].join(', ')}`
    problem(`model.${setting}`, message, 'key')
  }
  const layerNames = (layers ?? []).flatMap((layer) => ('name' in layer ? [layer.name] : []))
  checkDistinct(layerNames, problem, 'model.layers')
  if (data !== undefined && isText(data.source) !== (architecture === 'transformer') && !custom) {
    const fits = isText(data.source) ? 'text needs "transformer"' : '"transformer" needs text'
    const message = `"${architecture}" does not fit data.source "${data.source}": ${fits}`
    problem('model.architecture', message)
  }
}
