import { resolve } from 'node:path'
import type { Command } from 'commander'
import { withinData } from '../config/computedDefaults.js'
import { loadConfig } from '../config/load.js'
import { loadDataset } from '../data/load.js'
import { maskingAssumptions } from '../masking/maskingAssumptions.js'
import { planStudy } from '../plan/plan.js'
import type { Plan } from '../plan/types.js'
import { alikeVariants, analysisFiles, describeDataset } from '../tasks/dataset.js'

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
  const runtime = (['engine', 'device', 'jobs'] as const).flatMap((key) =>
    options[key] === undefined ? [] : [`runtime.${key}=${options[key]}`],
  )
  const loaded = await loadConfig(file, [...(options.set ?? []), ...runtime])
  const { baseDir } = loaded
  const dataDirs = dataFolders(options.dataDir)
  const dataset = await loadDataset(loaded.config.data, { baseDir, dataDirs, inspect: true })
  const counts = { train: dataset.train.count, test: dataset.test.count }
  const config = withinData(loaded.config, loaded.written, counts)
  const find = (file: string) => resolve(baseDir, file)
  const files = analysisFiles(config.analysis, find)
  const alike = await alikeVariants(config, dataset, find)
  const assumptions = [
    ...dataset.assumptions,
    ...maskingAssumptions(config.analysis, dataset, find),
  ]
  const described = { ...describeDataset(dataset), assumptions }
  const plan = planStudy(config, { ...described, analysisFiles: files, alike })
  return { plan, file, baseDir, results: resolve(options.results), dataDirs }
}

/** Adds the argument and the options that every command about a study has. */
export function withStudyOptions(command: Command): Command {
  return command
    .argument('<config>', 'YAML configuration')
    .option('--set <path=value>', 'change a key of the configuration (repeatable)', collect)
    .option('--results <dir>', 'results folder', 'results')
    .option('--data-dir <dir>', 'folder of data sets')
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
