/** Players that a configuration asks for. */
import { inputPlayerCount } from '../inputPlayers.js'
import { type Check, checkDistinct, featureCount, isText, tables } from './shared.js'

/** Whether players can be had as asked for, as far as it is known without data. */
export const checkPlayers: Check = ({ analysis, data }, problem) => {
  if (analysis === undefined) return
  const { players } = analysis
  const at = (key: string, message: string) => problem(`analysis.players.${key}`, message)
  const required = { segments: 'file', layer: 'layer' } as const
  const needed = required[players.layout as keyof typeof required]
  if (needed !== undefined && players[needed] === undefined) {
    at(needed, `is missing: layout "${players.layout}" needs it`)
  }
  const ofInputs = inputPlayerCount(players)
  const count = players.count - ofInputs
  if (count < 1) {
    at(
      'inputs',
      `has ${ofInputs} of ${players.count} players (count): one at least is of the samples`,
    )
  }
  for (const [name, values] of Object.entries(players.inputs ?? {})) {
    if (values !== 'all') checkDistinct(values, problem, `analysis.players.inputs.${name}`)
  }
  const isWords = data !== undefined && (isText(data.source) || data.source === 'tokens')
  if (ofInputs > 0 && (players.layout === 'layer' || isWords)) {
    at('inputs', 'is for samples that are masked at their input, of images or features')
  }
  const ofWords = data?.source === 'tokens'
  const grid = players.layout === 'layer' && !ofWords ? players.layerGrid : players.layout
  const cells = gridCells(grid, players.margin ?? 0)
  if (cells !== undefined && count > cells) {
    const which = players.margin ? `cells at least ${players.margin} from its border` : 'cells'
    at('count', `${count} players asked for, but ${grid} has ${cells} ${which}`)
  }
  if (players.select === 'list') {
    if (players.list === undefined) at('list', 'is missing: select "list" needs it')
    else if (players.list.length !== count) {
      at('list', `has ${players.list.length} entries for ${count} players`)
    }
  } else if (players.list !== undefined) at('list', 'is only for select "list"')
  if (isWords && (players.select === 'list' || players.select === 'centre')) {
    at(
      'select',
      `"${players.select}" is not for texts, of which words are drawn anew for each (seed)`,
    )
  }
  checkDistinct(players.list ?? [], problem, 'analysis.players.list')
  if (data !== undefined) {
    const expected = layoutOf(data.source)
    const kind = cells === undefined || players.layout === 'layer' ? players.layout : 'grid'
    if (expected !== undefined && !expected.includes(kind)) {
      at('layout', `"${players.layout}" does not fit data.source "${data.source}"`)
    }
    const features = featureCount(data)
    if (features !== undefined && count > features) {
      at('count', `${count} players asked for, but ${data.source} has ${features} features`)
    }
  }
}

/** Cells of a grid that are no nearer to its border than the margin; undefined where a layout is no grid. */
function gridCells(layout: string, margin: number): number | undefined {
  const match = /^grid(\d+)x(\d+)$/.exec(layout)
  if (match === null) return undefined
  const [rows, columns] = match.slice(1).map((extent) => Math.max(0, Number(extent) - 2 * margin))
  return rows * columns
}

/** Layouts that fit a source; undefined where the kind of its samples is not known beforehand. */
function layoutOf(source: string): readonly string[] | undefined {
  if (source === 'npz') return undefined
  if (isText(source)) return ['auto', 'tokens']
  if (source === 'tokens') return ['auto', 'tokens', 'layer']
  return tables.has(source) ? ['auto', 'features'] : ['auto', 'grid', 'segments', 'layer']
}
