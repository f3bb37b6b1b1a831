import { type LoadedConfig, loadConfig, writtenConfigOf } from '../../config/load.js'
import { studyName } from '../../config/parse.js'
import { atPlace, InputError } from '../../core/errors.js'
import { isObject } from '../../core/isObject.js'
import type { Executor } from '../../executors/types.js'
import { readInputFile } from '../../formats/inputFile.js'
import { decodeText } from '../../formats/text.js'
import { parseClassList } from '../../masking/foreign/classOutputs.js'
import type { AnalyzeOptions } from '../commands/analyze.js'
import type { RunOptions } from '../commands/run.js'
import { dataFromOption } from '../dataOption.js'
import { modelNames } from '../modelNames.js'
import { planOf } from '../study.js'
import { overridesOf, refuse } from '../studyOptions.js'
import { runPlanned } from './run.js'

/** Writes models and options down as a study, and runs it. */
export async function analyze(
  models: readonly string[],
  options: AnalyzeOptions,
  executor?: Executor,
): Promise<void> {
  const loaded = await configOfModels(models, options)
  const asked: RunOptions = { ...options, results: options.out }
  process.exitCode = await runPlanned(await planOf(loaded, asked), asked, executor)
}

/** The study that models and options stand for. Throws InputError where they name no networks or no data. */
async function configOfModels(
  models: readonly string[],
  options: AnalyzeOptions,
): Promise<LoadedConfig> {
  const { config: file, networks: table, data: source, labels } = options
  const others = ['networks.grid', 'networks.list', 'networks.table']
  const why = 'analyze takes networks from its arguments, or from --networks, and does not use'
  refuse(options.set ?? [], others, why)
  if ((models.length === 0) === (table === undefined)) {
    throw new InputError('say which networks: MODEL.onnx … or --networks FILE.csv, one of the two')
  }
  if (table !== undefined) refuseReading(options)
  const networks = table === undefined ? { files: givenFiles(models, options) } : { table }
  if (labels !== undefined && source === undefined) {
    throw new InputError(
      '--labels names the classes in the source of --data, which is not there; of a configuration --set data.labels=NAME changes them',
    )
  }
  const data = source === undefined ? undefined : dataFromOption(source, labels, inputsIn(options))
  const changed = (written: unknown) => withNetworks(written, { networks, data, options })
  if (file !== undefined) return loadConfig(file, overridesOf(options), changed)
  if (data === undefined) {
    throw new InputError('say what to analyse on: --data SOURCE or --config FILE')
  }
  const study = studyName(table ?? models[0])
  const found = writtenConfigOf(changed({}), study, overridesOf(options))
  return { ...found, file: 'the command line', baseDir: process.cwd() }
}

/** Throws InputError where options say how models are read, whose table says that of each. */
function refuseReading({ input, output, outputKind, layout, classes }: AnalyzeOptions): void {
  const told = Object.entries({ input, output, outputKind, layout, classes })
  const [column] = told.find(([, value]) => value !== undefined) ?? []
  if (column === undefined) return
  throw new InputError(
    `how models are read stands in the table of --networks: give it a column "${column}" instead of the option`,
  )
}

/** The array of the inputs, where a change of the configuration names it. */
function inputsIn({ set = [] }: AnalyzeOptions): string | undefined {
  const start = 'data.inputs='
  // The last one holds, as of every key.
  return set.findLast((text) => text.startsWith(start))?.slice(start.length)
}

interface Changes {
  readonly networks: object
  readonly data: object | undefined
  readonly options: AnalyzeOptions
}

/** What was written, with these networks instead of its own, which are the only ones that need a model. */
function withNetworks(written: unknown, { networks, data, options }: Changes): unknown {
  if (!isObject(written)) return written
  const { model: _model, training: _training, networks: _networks, ...rest } = written
  const merged = { ...rest, networks, ...(data === undefined ? {} : { data }) }
  if (!isObject(merged.data)) return merged
  const standardize = preprocessing(options, merged.data.standardize)
  return standardize === undefined ? merged : { ...merged, data: { ...merged.data, standardize } }
}

/** An entry of `networks.files` for every model, named by its file. */
function givenFiles(models: readonly string[], options: AnalyzeOptions): object[] {
  const { input, output, outputKind, layout, classes } = options
  const told = {
    input,
    output,
    outputKind,
    layout,
    classes: classes === undefined ? undefined : readClasses(classes),
  }
  const said = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined))
  const names = modelNames(models)
  return models.map((path, index) => ({ name: names[index], path, ...said }))
}

function readClasses(file: string): string[] {
  return atPlace('--classes', () => parseClassList(decodeText(readInputFile(file), file), file))
}

/** What inputs are standardised by; what options do not say is as it was written, or nothing. Undefined where they say nothing. */
function preprocessing(
  { mean, std, set = [] }: AnalyzeOptions,
  written: unknown,
): object | undefined {
  if (mean === undefined && std === undefined) return undefined
  refuse(set, ['data.standardize'], '--mean and --std say what is said by')
  const own = isObject(written) ? written : {}
  return {
    mean: mean === undefined ? (own.mean ?? 0) : numbers(mean, '--mean'),
    std: std === undefined ? (own.std ?? 1) : numbers(std, '--std'),
  }
}

function numbers(text: string, option: string): number[] {
  return text.split(',').map((part) => {
    const value = Number(part)
    if (part.trim() !== '' && Number.isFinite(Math.fround(value))) return value
    throw new InputError(
      `${option} ${text}: "${part}" is no number (up to 3.4e38); write 0.5 or 0.5,0.5,0.5`,
    )
  })
}
