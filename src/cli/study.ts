import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type LoadedConfig, loadConfig } from '../config/load.js'
import { InputError } from '../core/errors.js'
import type { Plan } from '../plan/types.js'
import { planLoaded } from '../tasks/planLoaded.js'

/** Options that say which study is meant. */
export interface StudyOptions {
  readonly set?: readonly string[]
  readonly results: string
  readonly dataDir?: string
  readonly engine?: string
  readonly device?: string
  readonly jobs?: string
}

/** A planned study and the places it works with. */
export interface Study {
  readonly plan: Plan
  readonly file: string
  readonly baseDir: string
  readonly results: string
  readonly dataDirs: readonly string[]
}

/** Reads the configuration and the data, and plans. Nothing is written. */
export async function openStudy(file: string, options: StudyOptions): Promise<Study> {
  return planOf(await loadConfig(file, overridesOf(options)), options)
}

/** Changes to a configuration that options ask for. */
export function overridesOf(options: Omit<StudyOptions, 'results'>): string[] {
  const runtime = (['engine', 'device', 'jobs'] as const).flatMap((key) =>
    options[key] === undefined ? [] : [`runtime.${key}=${options[key]}`],
  )
  return [...(options.set ?? []), ...runtime]
}

/** Reads the data of a configuration, and plans. Nothing is written. */
export async function planOf(loaded: LoadedConfig, options: StudyOptions): Promise<Study> {
  const { file, baseDir } = loaded
  const dataDirs = dataFolders(options.dataDir)
  const plan = await planLoaded(loaded, dataDirs)
  refuseUnused(options.set ?? [], plan)
  return { plan, file, baseDir, results: resolve(options.results), dataDirs }
}

/** Adds the argument and the options that say which study is meant. */
export function withConfigOptions(command: Command): Command {
  return command
    .argument('<config>', 'YAML configuration')
    .option('--set <path=value>', 'change a key of the configuration (repeatable)', collect)
    .option('--results <dir>', 'results folder', 'results')
    .option('--data-dir <dir>', 'folder of data sets')
}

/** {@link withConfigOptions}, and those of where it runs on this machine. */
export function withStudyOptions(command: Command): Command {
  return withConfigOptions(command)
    .option('--jobs <n>', 'processes at once (default: one a core)')
    .option('--engine <name>', 'onnx, tfjs or reference')
    .option('--device <name>', 'cpu, webgpu, cuda, or one of several cards: cuda:1')
}

/** Where named data sets are looked for, in this order. */
export function dataFolders(fromOption?: string): string[] {
  return [fromOption, process.env.LOWLAYER_DATA, 'data']
    .filter((folder) => folder !== undefined && folder !== '')
    .map((folder) => resolve(folder as string))
}

/** Collects a repeatable option. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

/** Keys of a configuration that only networks need which are trained. */
const onlyTrained = /^\s*(model|training)\b/

/** Throws InputError naming a setting that nothing in the study would use. */
function refuseUnused(overrides: readonly string[], { networks }: Plan): void {
  if (networks.some(({ origin }) => origin === 'trained')) return
  for (const text of overrides) {
    const section = onlyTrained.exec(text)?.[1]
    if (section === undefined) continue
    throw new InputError(
      `--set ${text}: no network of this study is trained, and nothing else uses ${section}; leave it away`,
    )
  }
}
