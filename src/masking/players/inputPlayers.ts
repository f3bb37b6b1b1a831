/** Players of further inputs of a network from elsewhere, behind those of the input that the samples are. */
import type { PlayersConfig } from '../../config/analysis.js'
import { inputPlayerCount } from '../../config/inputPlayers.js'
import { InputError } from '../../core/errors.js'
import { sizeOf } from '../../core/tensor.js'
import type { Dataset, RowPart } from '../../data/types.js'
import { BACKGROUND, type Players } from '../types.js'

/** A player of a further input: its name, and its cells among those that the data hold beside a sample. */
interface InputPlayer {
  readonly name: string
  readonly cells: readonly number[]
}

/**
 * Adds the players of further inputs to those of a sample: their cells follow those that are masked of it, in the order of
 * `Dataset.held`. Throws InputError where an array is not held, or has no such value.
 */
export function addInputPlayers(
  { inputs = {} }: PlayersConfig,
  { held = [] }: Pick<Dataset, 'held'>,
): (players: Players) => Players {
  const added = Object.entries(inputs).flatMap(([name, values]) => {
    const part = held.find((each) => each.name === name)
    if (part !== undefined) return playersOf(part, values)
    const names = held.map((each) => each.name).join(', ') || 'none'
    throw new InputError(
      `analysis.players.inputs.${name}: no array of that name is in data.held, which has ${names}`,
    )
  })
  if (added.length === 0) return (players) => players
  const cells = held.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  // Evaluators prepare masks anew for players that are another value.
  const found = new WeakMap<Players, Players>()
  return (players) => {
    const known = found.get(players)
    if (known !== undefined) return known
    const size = players.map.length
    const map = new Int32Array(size + cells).fill(BACKGROUND)
    map.set(players.map)
    for (const [index, player] of added.entries()) {
      for (const cell of player.cells) map[size + cell] = players.n + index
    }
    const names = [...players.names, ...added.map(({ name }) => name)]
    const all = { ...players, n: players.n + added.length, map, names }
    found.set(players, all)
    return all
  }
}

function playersOf(
  { name, shape, start }: RowPart,
  values: 'all' | readonly number[],
): InputPlayer[] {
  const size = sizeOf(shape)
  if (values === 'all') {
    return [{ name, cells: Array.from({ length: size }, (_, cell) => start + cell) }]
  }
  return values.map((value) => {
    if (value < size) return { name: `${name}[${value}]`, cells: [start + value] }
    throw new InputError(
      `analysis.players.inputs.${name}: no value ${value}; it has ${size}, from 0 to ${size - 1}`,
    )
  })
}

/** What a configuration asks of the samples' own input. */
export function ownPlayers(config: PlayersConfig): PlayersConfig {
  return { ...config, count: config.count - inputPlayerCount(config) }
}
