import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { ConfigError, type ConfigProblem, InputError, messageOf } from '../core/errors.js'
import { merge } from './merge.js'
import { readOverride, setAt } from './overrides.js'
import { resolveConfig, studyName } from './parse.js'
import type { ExperimentConfig } from './schema.js'
import { type ConfigSource, isObject, readSource } from './source.js'

/** A configuration and where it came from. */
export interface LoadedConfig {
  readonly config: ExperimentConfig
  /** What was written, without defaults. */
  readonly written: unknown
  readonly file: string
  /** Folder of the file: paths in it that lead nowhere from the working folder start here. */
  readonly baseDir: string
}

/**
 * Reads a configuration file, whatever it extends, and `path=value` overrides (values in YAML).
 * `changed` is what a command makes of what was written, before the overrides. Throws ConfigError with every problem,
 * placed in the file or override that holds it; InputError when the file cannot be read.
 */
export async function loadConfig(
  file: string,
  overrides: readonly string[] = [],
  changed: (written: unknown) => unknown = (written) => written,
): Promise<LoadedConfig> {
  const files = await readChain(file)
  let value: unknown = {}
  for (const source of files) value = merge(value, withoutExtends(source.value))
  const resolved = resolveOverridden(files, changed(value), studyName(file), overrides)
  return { ...resolved, file, baseDir: dirname(file) }
}

/**
 * The configuration of a value that no file holds (what a command was given as options, say), with
 * `path=value` overrides. Throws ConfigError with every problem.
 */
export function writtenConfigOf(
  value: unknown,
  study: string,
  overrides: readonly string[] = [],
): Pick<LoadedConfig, 'config' | 'written'> {
  return resolveOverridden([], value, study, overrides)
}

function resolveOverridden(
  files: readonly ConfigSource[],
  start: unknown,
  study: string,
  overrides: readonly string[],
): Pick<LoadedConfig, 'config' | 'written'> {
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
  return { config: resolveConfig(sources, value, study), written: value }
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
      const place = source.placeOf(['extends'], 'value')?.place
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
