/** Checks of the section `networks`: grids, lists and networks from elsewhere. */
import { limits } from '../../core/limits.js'
import { nearestName } from '../../core/nearest.js'
import { regimeOf } from '../../regimes/registry.js'
import { type GivenNetworkConfig, modelKeys } from '../networks.js'
import { type Check, checkDistinct, type Report, type Sections } from './shared.js'

/** Seeds, names and origins of networks: each given once, each there, and no circles. */
export const checkNetworks: Check = ({ networks }, problem) => {
  if (networks?.grid !== undefined) checkGrid(networks.grid, problem)
  checkGiven(networks, problem)
  const list = networks?.list ?? []
  const given = (networks?.files ?? []).map(({ name }) => name)
  const listedNames = list.map(({ name }) => name)
  const names = [...listedNames, ...given]
  checkDistinct(listedNames, problem, 'networks.list', '.name')
  const circular = derivedFromThemselves(list)
  for (const [index, network] of list.entries()) {
    const path = `networks.list.${index}`
    if (network.from !== undefined && network.seed !== undefined && !network.rerandomize) {
      const message =
        'draws nothing beside "from": say which layers it draws (rerandomize: high, say), or a seed for each (seeds: { high: 1, order: 1 }, say)'
      problem(`${path}.seed`, message, 'key')
    }
    const { donorStep, side } = regimeOf(network.regime)
    if (donorStep !== undefined && network.seeds?.[side] !== undefined) {
      const message = `draws nothing: regime ${network.regime} takes the ${side} layers over from another network, whose seed they have`
      problem(`${path}.seeds.${side}`, message, 'key')
    }
    if (network.from === undefined) {
      const needsFrom = network.rerandomize !== undefined ? 'rerandomize' : 'regime'
      if (network.rerandomize === undefined && donorStep === undefined) continue
      problem(`${path}.${needsFrom}`, `needs "from", the network whose other layers it takes`)
    } else if (!names.includes(network.from)) {
      // Those of a table are known when it is read.
      if (networks?.table !== undefined) continue
      const nearest = nearestName(network.from, names)
      const message = `there is no network "${network.from}" in the list (did you mean "${nearest}"?)`
      problem(`${path}.from`, message)
    } else if (circular.has(network.name)) {
      problem(`${path}.from`, `"${network.name}" is derived from itself`)
    }
  }
}

type Grid = NonNullable<NonNullable<Sections['networks']>['grid']>

/** Whether the regimes of a grid can do what else it asks for. */
function checkGrid(grid: Grid, problem: Report): void {
  for (const key of ['low', 'high', 'order', 'regimes'] as const) {
    checkDistinct(grid[key], problem, `networks.grid.${key}`)
  }
  const regimes = grid.regimes.map((text) => ({ text, ...regimeOf(text) }))
  const size = gridSize(grid)
  if (size > limits.networks) {
    const message = `asks for ${size.toLocaleString('en')} networks, but a study has at most ${limits.networks.toLocaleString('en')}: list fewer seeds, repeats or donors`
    problem('networks.grid', message)
  }
  if (grid.donors > 1 && regimes.every(({ donorStep }) => donorStep === undefined)) {
    const message = `no regime of the grid takes layers over from trained networks (${grid.regimes.join(', ')})`
    problem('networks.grid.donors', message)
  }
  const mirror = regimes.find(({ side }) => side === 'high')
  if (grid.architectures !== undefined && mirror !== undefined) {
    const message = `further architectures share the low layers, and in regime ${mirror.text} the high ones are shared; give it a study of its own`
    problem('networks.grid.architectures', message)
  }
}

/** How many networks a grid has, with the donors that others take layers from. */
function gridSize(grid: Grid): number {
  const { low, high, order, repeats, regimes, donors, cuts, architectures } = grid
  const diagonal = (repeats - 1) * Math.min(low.length, high.length)
  const others = (architectures ?? []).length * low.length
  const perCut = regimes.map((text) => {
    const { donorStep, side } = regimeOf(text)
    const crossed = low.length * high.length * order.length
    if (donorStep === undefined) return crossed + diagonal + others
    return donors * (crossed + grid[side].length) + diagonal + others
  })
  return (cuts ?? [0]).length * perCut.reduce((sum, count) => sum + count, 0)
}

/** Networks from elsewhere: each with one name, one source, and both seeds or neither. */
function checkGiven(networks: Sections['networks'], problem: Report): void {
  const files = networks?.files ?? []
  const path = 'networks.files'
  const listed = (networks?.list ?? []).map(({ name }) => name)
  const names = files.map(({ name }) => name)
  checkDistinct(names, problem, path, '.name')
  for (const [index, entry] of files.entries()) {
    if (listed.includes(entry.name)) {
      problem(`${path}.${index}.name`, `"${entry.name}" is in networks.list too`)
    }
    const message = problemOfGiven(entry)
    if (message !== undefined) problem(`${path}.${index}`, message)
  }
}

/** Keys of a network from elsewhere that say something of an ONNX file. */
const ofModels = ['lowLayers', ...modelKeys] as const

/** What is wrong with the keys of a network from elsewhere; undefined where nothing is. */
export function problemOfGiven(entry: GivenNetworkConfig): string | undefined {
  const { path, values, low, high, regime } = entry
  if ((path === undefined) === (values === undefined)) {
    return 'needs one of "path" (an ONNX file) and "values" (v(S) from another tool)'
  }
  const unread = values === undefined ? [] : ofModels.filter((key) => entry[key] !== undefined)
  if (unread.length > 0) {
    return `has "${unread.join('", "')}", which ${unread.length === 1 ? 'is' : 'are'} said of a model, beside "values": leave out`
  }
  if ((low === undefined) !== (high === undefined)) {
    const [there, lacking] = low === undefined ? ['high', 'low'] : ['low', 'high']
    return `has "${there}" without "${lacking}": say both seeds, or neither where they are not known`
  }
  if (regime.includes('@') || regimeOf(regime).donorStep !== undefined) {
    return `regime ${regime} needs a donor that lowlayer knows; networks from elsewhere are init or frozen-random`
  }
  return undefined
}

/** Names of networks that are derived from themselves. */
function derivedFromThemselves(
  list: readonly { readonly name: string; readonly from?: string }[],
): ReadonlySet<string> {
  const parents = new Map(list.map((network) => [network.name, network.from]))
  const found = new Set<string>()
  const seen = new Set<string>()
  for (const { name } of list) {
    const way: string[] = []
    let at: string | undefined = name
    for (; at !== undefined && !seen.has(at); at = parents.get(at)) {
      seen.add(at)
      way.push(at)
    }
    const begins = at === undefined ? -1 : way.indexOf(at)
    if (begins >= 0) for (const each of way.slice(begins)) found.add(each)
  }
  return found
}
