/** Loads a configuration from its file, the files that it extends, and settings of the command line. */
import { dirname, relative, resolve } from 'node:path'
import { atPlace, ConfigError, type ConfigProblem, InputError } from '../core/errors.js'
import { isObject } from '../core/isObject.js'
import { limits } from '../core/limits.js'
import { readInputFile } from '../formats/inputFile.js'
import { decodeText } from '../formats/text.js'
import { merge } from './merge.js'
import { readOverride, setAt } from './overrides.js'
import { resolveConfig, studyName } from './parse.js'
import type { ExperimentConfig } from './schema.js'
import { type ConfigSource, readSource } from './source.js'

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
  const files = readChain(file)
  let value: unknown = {}
  for (const source of files) value = merge(value, withoutExtends(source.value))
  const resolved = writtenConfigOf(changed(value), studyName(file), overrides, files)
  return { ...resolved, file, baseDir: dirname(file) }
}

/**
 * The configuration of a value that files hold, or none (what a command was given as options, say), with
 * `path=value` overrides. Throws ConfigError with every problem.
 */
export function writtenConfigOf(
  written: unknown,
  study: string,
  overrides: readonly string[] = [],
  files: readonly ConfigSource[] = [],
): Pick<LoadedConfig, 'config' | 'written'> {
  let value = written
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
function readChain(file: string): ConfigSource[] {
  const chain: ConfigSource[] = []
  const seen: string[] = []
  let at = file
  let text = readText(at)
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
    if (typeof next !== 'string' || !/\.(ya?ml|json)$/i.test(next))
      return fail('must name one other file, which ends in .yaml, .yml or .json')
    at = besides(at, next)
    if (seen.some((earlier) => resolve(earlier) === resolve(at))) {
      fail(`goes in a circle: ${[...seen, at].join(' → ')}`)
    }
    if (chain.length > limits.configChain)
      fail(`goes on over more than ${limits.configChain} files`)
    try {
      text = readText(at)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      fail(error.message)
    }
  }
}

/** A path relative to a file, shown from the working folder. */
function besides(file: string, path: string): string {
  return relative(process.cwd(), resolve(dirname(file), path)) || path
}

const LARGE = 'list networks in a file (networks.table), samples too (analysis.samples.ids)'

function readText(file: string): string {
  return atPlace('cannot read the configuration', () =>
    decodeText(readInputFile(file, limits.configBytes, LARGE), file),
  )
}
