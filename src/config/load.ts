import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { ConfigError, type ConfigProblem, InputError, messageOf } from '../core/errors.js'
import { merge } from './merge.js'
import { resolveConfig, studyName } from './parse.js'
import { valueAt } from './problems.js'
import type { ExperimentConfig } from './schema.js'
import { type ConfigSource, isObject, normalised, type Path, readSource } from './source.js'

/** A configuration and where it came from. */
export interface LoadedConfig {
  readonly config: ExperimentConfig
  readonly file: string
  /** Folder of the file: paths in it that lead nowhere from the working folder start here. */
  readonly baseDir: string
}

/**
 * Reads a configuration file, whatever it extends, and `path=value` overrides (values in YAML).
 * Throws ConfigError with every problem, placed in the file or override that holds it; InputError
 * when the file cannot be read.
 */
export async function loadConfig(
  file: string,
  overrides: readonly string[] = [],
): Promise<LoadedConfig> {
  const files = await readChain(file)
  let value: unknown = {}
  for (const source of files) value = merge(value, withoutExtends(source.value))
  return {
    config: resolveOverridden(files, value, studyName(file), overrides),
    file,
    baseDir: dirname(file),
  }
}

/**
 * The configuration of a value that no file holds (what a command was given as options, say), with
 * `path=value` overrides. Throws ConfigError with every problem.
 */
export function configOf(
  value: unknown,
  study: string,
  overrides: readonly string[] = [],
): ExperimentConfig {
  return resolveOverridden([], value, study, overrides)
}

function resolveOverridden(
  files: readonly ConfigSource[],
  start: unknown,
  study: string,
  overrides: readonly string[],
): ExperimentConfig {
  let value = start
  const sources = [...files]
  const problems: ConfigProblem[] = []
  for (const text of overrides) {
    const override = readOverride(text, problems)
    if (override === undefined) continue
    const changed = setAt(value, override.path, override.value, [])
    if (changed.message !== undefined) {
      problems.push({
        file: `--set ${text}`,
        path: override.path.join('.'),
        message: changed.message,
      })
    }
    value = changed.value
    sources.push(override.source)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return resolveConfig(sources, value, study)
}

function withoutExtends(value: unknown): unknown {
  if (!isObject(value)) return value
  const { extends: _, ...rest } = value
  return rest
}

/** The file and all that it extends, the lowest layer first. */
async function readChain(file: string): Promise<ConfigSource[]> {
  const chain: ConfigSource[] = []
  const seen: string[] = []
  let at = file
  let text = await readText(at)
  for (;;) {
    seen.push(at)
    const problems: ConfigProblem[] = []
    const source = readSource(text, at, problems)
    if (source === undefined) throw new ConfigError(problems)
    chain.unshift(source)
    const next = (source.value as { readonly extends?: unknown }).extends
    if (next === undefined) return chain
    const named = at
    const fail = (message: string): never => {
      const place = source.find(['extends'], 'value')?.place
      throw new ConfigError([{ file: named, ...place, path: 'extends', message }])
    }
    if (typeof next !== 'string' || next === '') return fail('must name one other file')
    at = besides(at, next)
    if (seen.some((earlier) => resolve(earlier) === resolve(at))) {
      fail(`goes in a circle: ${[...seen, at].join(' → ')}`)
    }
    text = await readText(at).catch((error: unknown) => fail(messageOf(error)))
  }
}

/** A path relative to a file, shown from the working folder. */
function besides(file: string, path: string): string {
  return relative(process.cwd(), resolve(dirname(file), path)) || path
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : messageOf(error)
    throw new InputError(`cannot read the configuration ${file}: ${why}`, { cause: error })
  }
}

interface Override {
  readonly path: Path
  readonly value: unknown
  readonly source: ConfigSource
}

/** Reads `path=value`, such as `networks.list.0.seed=3` or `networks.grid.low=[0, 1]`. */
function readOverride(text: string, problems: ConfigProblem[]): Override | undefined {
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
  if (path.some((part) => part === '')) return fail(`"${match[1]}" is no path of keys`)
  const document = parseDocument(match[2])
  if (document.errors.length > 0) {
    return fail(`the value is no YAML: ${document.errors[0].message.split('\n')[0]}`)
  }
  const full = aliased(path)
  const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), document.toJS())
  const value = valueAt(normalised(nested), full)
  const find: ConfigSource['find'] = (wanted) => {
    const within = full.every((part, index) => String(wanted[index]) === part)
    return within ? { place: { file }, depth: wanted.length, closed: true } : undefined
  }
  return { path: full, value, source: { value: nested, find } }
}

function aliased(path: readonly string[]): readonly string[] {
  return path.join('.') === 'analysis.players.n' ? ['analysis', 'players', 'count'] : path
}

/** The value with another one merged in at a path; numbers in the path count list entries. */
function setAt(
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
