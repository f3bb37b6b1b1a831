/** How one configuration changes another that it extends. */
import { isObject } from '../core/isObject.js'
import { schemaKeys } from './jsonSchema.js'
import type { Path } from './source.js'

/** Mappings of which the key given decides what the other keys may be. */
const tags: Readonly<Record<string, string>> = {
  data: 'source',
  'training.optimizer': 'name',
  'training.schedule': 'name',
  'analysis.salience': 'rule',
  phases: 'detector',
  'confusing.set': 'rule',
}

/** Mappings that hold one of several keys: a change replaces them whole. */
const replaced = new Set(['training.checkpoints', 'training.evaluate', 'analysis.baseline'])

/**
 * A configuration with changes: mappings are merged key by key, lists and scalars replaced, and
 * `null` takes an inherited key away. Where the changes pick another variant of a mapping (another
 * `data.source` or `optimizer.name`), inherited keys that the new variant lacks are left behind.
 */
export function merge(base: unknown, changes: unknown, path: Path = []): unknown {
  const place = path.join('.')
  if (!isObject(base) || !isObject(changes) || replaced.has(place)) return changes
  const tag = tags[place]
  const switched = tag !== undefined && tag in changes && changes[tag] !== base[tag]
  const kept = switched ? keysOfVariant(base, changes, path) : Object.entries(base)
  const merged = new Map(kept)
  for (const [key, value] of Object.entries(changes)) {
    // Also where the new variant had left it behind.
    if (value === null && Object.hasOwn(base, key)) merged.delete(key)
    else merged.set(key, merge(merged.get(key), value, [...path, key]))
  }
  return Object.fromEntries(merged)
}

function keysOfVariant(
  base: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>>,
  path: Path,
): [string, unknown][] {
  const valid = new Set(schemaKeys(path, changes))
  return Object.entries(base).filter(([key]) => valid.has(key))
}
