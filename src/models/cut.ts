/** Where a network is cut into low and high layers, as users say it and as tables name it. */
import { InputError } from '../core/errors.js'
import { nearestName } from '../core/nearest.js'
import type { Model } from './types.js'

/**
 * Names of the low blocks. A number takes that many from the input upwards; a list names them; by
 * default they are the first third, rounded up (our choice). At least one block and not all of them
 * can be low. Throws InputError otherwise.
 */
export function lowBlocks(model: Model, low?: number | readonly string[]): string[] {
  const names = model.blocks.map(({ name }) => name)
  if (low === undefined) return names.slice(0, Math.ceil(names.length / 3))
  if (typeof low === 'number') return names.slice(0, checkedDepth(model, low, names))
  const chosen = new Set(checkedBlocks(model, low))
  if (chosen.size === 0) throw new InputError('model.low names no layer')
  if (chosen.size === names.length) throw new InputError('model.low leaves no high layer')
  return names.filter((name) => chosen.has(name))
}

/** How many blocks are low, where they are the first ones; else their names, joined by +. */
export function cutLabel(model: Model, low: readonly string[]): number | string {
  const areFirst = low.every((name, index) => model.blocks[index].name === name)
  return areFirst ? low.length : low.join('+')
}

/** Block names that a user listed. Throws InputError, with the nearest name, on one that is not. */
export function checkedBlocks(model: Model, listed: readonly string[]): readonly string[] {
  const names = model.blocks.map(({ name }) => name)
  for (const name of listed) {
    if (names.includes(name)) continue
    throw new InputError(
      `${model.architecture} has no layer "${name}" (did you mean "${nearestName(name, names)}"?); ` +
        `its layers are ${names.join(', ')}`,
    )
  }
  return listed
}

function checkedDepth(model: Model, low: number, names: readonly string[]): number {
  if (Number.isInteger(low) && low >= 1 && low < names.length) return low
  const why =
    low >= names.length ? 'is deeper than the network' : 'must be a whole number from 1 on'
  throw new InputError(
    `model.low ${low} ${why}: ${model.architecture} has ${names.length} layers ` +
      `(${names.join(', ')}), of which 1 to ${names.length - 1} can be low`,
  )
}
