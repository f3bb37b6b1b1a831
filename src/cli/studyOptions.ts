/** Options that several commands share. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { InputError } from '../core/errors.js'
import { type ProgressMode, progressModes } from './progress/types.js'

/** Options that say which study is meant. */
export interface StudyOptions {
  readonly set?: readonly string[]
  readonly results: string
  readonly dataDir?: string
  readonly engine?: string
  readonly device?: string
  readonly jobs?: string
}

/** How progress is shown. */
export interface ProgressOptions {
  readonly progress: ProgressMode
}

/** `--progress`. */
export function progressOption(): Option {
  return new Option('--progress <mode>', 'how progress is shown')
    .choices(progressModes)
    .default('auto')
}

/** Changes to a configuration that options ask for. */
export function overridesOf(options: Omit<StudyOptions, 'results'>): string[] {
  const runtime = (['engine', 'device', 'jobs'] as const).flatMap((key) =>
    options[key] === undefined ? [] : [`runtime.${key}=${options[key]}`],
  )
  return [...(options.set ?? []), ...runtime]
}

/** Adds the argument and the options that say which study is meant; `unused` as in {@link setOption}. */
export function withConfigOptions(command: Command, ...unused: readonly string[]): Command {
  return command
    .argument('<config>', 'YAML configuration')
    .addOption(setOption(...unused))
    .option('--results <dir>', 'results folder', 'results')
    .addOption(notOut())
    .option('--data-dir <dir>', 'folder of data sets')
}

/** `--out`, which other commands have, and users try: says what it is called here. */
function notOut(): Option {
  return new Option('--out <dir>').hideHelp().argParser((folder: string) => {
    throw new InputError(`no option --out here: the results folder is --results ${folder}`)
  })
}

/** {@link withConfigOptions}, and those of where it runs on this machine. */
export function withStudyOptions(command: Command, ...unused: readonly string[]): Command {
  return withDeviceOptions(withConfigOptions(command, ...unused)).addOption(
    offering('--engine <name>', 'what computes', engines),
  )
}

/** Adds the options of how many processes of this machine run, and on what. */
export function withDeviceOptions(command: Command): Command {
  return command
    .option('--jobs <n>', 'processes at once (default: one per core)')
    .addOption(offering('--device <name>', 'where; cuda:1 is one of several cards', devices))
}

const engines = ['auto', 'onnx', 'tfjs', 'reference']
const devices = ['auto', 'cpu', 'webgpu', 'cuda']

/** An option whose usual values help and completion name; what it takes is checked where it is used. */
function offering(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values).argParser(String)
}

/** Where named data sets are looked for, in this order. Throws InputError where a folder that is asked for is not there. */
export function dataFolders(fromOption?: string): string[] {
  if (fromOption !== undefined && statSync(fromOption, { throwIfNoEntry: false }) === undefined) {
    throw new InputError(`--data-dir ${fromOption}: there is no such folder`)
  }
  return [fromOption, process.env.LOWLAYER_DATA, 'data']
    .filter((folder) => folder !== undefined && folder !== '')
    .map((folder) => resolve(folder as string))
}

/** Collects a repeatable option. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

/** `--set`, of a command that does nothing with the `unused` keys (and all below them), and refuses them. */
export function setOption(...unused: readonly string[]): Option {
  return new Option(
    '--set <path=value>',
    'change a key of the configuration (repeatable)',
  ).argParser((text: string, previous?: readonly string[]) => {
    refuse([text], unused, 'this command does not use')
    return collect(text, previous)
  })
}

/** Throws InputError where an override is of one of these keys, or of one below it. */
export function refuse(overrides: readonly string[], unused: readonly string[], why: string): void {
  for (const text of overrides) {
    const path = text.split('=')[0].trim()
    const key = unused.find((one) => path === one || path.startsWith(`${one}.`))
    if (key !== undefined) throw new InputError(`--set ${text}: ${why} ${key}; leave it out`)
  }
}
