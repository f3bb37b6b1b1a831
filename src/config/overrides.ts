/** Settings of the command line, `--set path=value`: read, put in place and written again. */
import { parse } from 'yaml'
import { isDeeper } from '../core/depth.js'
import { type ConfigProblem, firstLineOf } from '../core/errors.js'
import { isObject } from '../core/isObject.js'
import { limits } from '../core/limits.js'
import { merge } from './merge.js'
import type { ConfigSource, Path } from './source.js'

/** A value set on the command line. */
interface Override {
  readonly path: Path
  readonly value: unknown
  readonly source: ConfigSource
}

/** Settings, `path=value` each, as options of a command, as one pastes them into a shell. */
export function asOptions(settings: readonly string[]): string {
  return settings.map((setting) => `--set '${setting}'`).join(' ')
}

/** Reads `path=value`, such as `networks.list.0.seed=3` or `networks.grid.low=[0, 1]`. */
export function readOverride(text: string, problems: ConfigProblem[]): Override | undefined {
  const file = `--set ${text}`
  const fail = (message: string): undefined => {
    problems.push({ file, path: '', message })
    return undefined
  }
  const match = /^([^=]+)=(.*)$/s.exec(text)
  if (match === null) return fail('write path=value, such as --set training.epochs=20')
  const path = match[1]
    .trim()
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
  if (path[0] === 'extends') return fail('extends can only stand in a file')
  if (path.some((part) => part === '')) return fail(`"${match[1]}" is no path of keys`)
  if (path.length > limits.depth) return fail(`the path has more than ${limits.depth} keys`)
  let given: unknown
  try {
    given = parse(match[2], { logLevel: 'error' })
  } catch (error) {
    return fail(`the value is no YAML: ${firstLineOf(error)}`)
  }
  if (isDeeper(given, limits.depth))
    return fail(`the value is nested more than ${limits.depth} deep`)
  const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), given)
  const placeOf: ConfigSource['placeOf'] = (wanted, what) => {
    const common = path.filter((part, index) => String(wanted[index]) === part).length
    if (common === path.length) return { place: { file }, depth: wanted.length, closed: true }
    // A key above the value, such as an unknown one, is written here too; values beside this one are not.
    const isAbove = what === 'key' && common === wanted.length
    return isAbove ? { place: { file }, depth: common, closed: false } : undefined
  }
  return { path, value: given, source: { value: nested, placeOf } }
}

/** The value with another one merged in at a path; numbers in the path count list entries. */
export function setAt(
  base: unknown,
  path: Path,
  value: unknown,
  done: Path,
): { readonly value: unknown; readonly message?: string } {
  if (path.length === 0) return { value: merge(base, value, done) }
  const [part, ...rest] = path
  if (Array.isArray(base)) {
    const index = Number(part)
    if (!Number.isInteger(index) || index < 0 || index >= base.length) {
      return {
        value: base,
        message: `the list has the entries 0 to ${base.length - 1}, no "${part}"`,
      }
    }
    const inner = setAt(base[index], rest, value, [...done, index])
    return { ...inner, value: base.with(index, inner.value) }
  }
  // The last step is a merge, so that another `name` or `source` leaves unfit keys behind.
  if (rest.length === 0) return { value: merge(base, { [part]: value }, done) }
  const held = isObject(base) ? base[part] : undefined
  const inner = setAt(held, rest, value, [...done, part])
  return { ...inner, value: { ...(isObject(base) ? base : {}), [part]: inner.value } }
}
