import { readFileSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { basename, join, relative } from 'node:path'
import { Command, Option } from 'commander'
import { accuracyOf } from '../../analyze/accuracy.js'
import { type AnalyzeResult, analyze } from '../../analyze/analyze.js'
import { dataFromOption } from '../../analyze/dataOption.js'
import { type AnalyzeSection, readSection, unreadKeys } from '../../analyze/options.js'
import { markUnfinished, removeAllPartials, writeAnalysis } from '../../analyze/tables.js'
import type { AnalyzeRequest, ModelAnalysis } from '../../analyze/types.js'
import { loadConfig, writtenConfigOf } from '../../config/load.js'
import type { ExperimentConfig } from '../../config/schema.js'
import { exitCodes, InputError, messageOf } from '../../core/errors.js'
import type { Standardization } from '../../data/standardize.js'
import { parseClassList } from '../../masking/foreign/classOutputs.js'
import type { AnalyzeWishes } from '../../masking/foreign/foreignEvaluator.js'
import type { Layout } from '../../masking/foreign/foreignInput.js'
import { type OutputKind, outputKinds } from '../../masking/foreign/foreignOutputs.js'
import { exists } from '../../store/atomic.js'
import { lockOf } from '../../store/layout.js'
import { withLock } from '../../store/lock.js'
import { toCsv } from '../../tables/table.js'
import { writeStudyReport } from '../../tasks/reporting/report.js'
import { encodeInteractions } from '../decompose/parquet.js'
import { decomposeAll, workersFor } from '../decompose/pool.js'
import {
  type DecomposedSample,
  decompositionRow,
  decompositionTable,
  interactionRows,
  interactionsTable,
} from '../decompose/tables.js'
import { ownCommand } from '../ownCommand.js'
import { progressLines } from '../progress/lines.js'
import { sayWaiting } from '../sayWaiting.js'
import { collect, dataFolders } from '../study.js'

const { version } = createRequire(import.meta.url)('#package') as { version: string }

interface AnalyzeOptions {
  readonly data?: string
  readonly labels?: string
  readonly config?: string
  readonly set?: readonly string[]
  readonly out?: string
  readonly input?: string
  readonly output?: string
  readonly outputKind?: OutputKind
  readonly classes?: string
  readonly layout?: Layout
  readonly mean?: string
  readonly std?: string
  readonly dataDir?: string
  readonly device?: string
}

/** `lowlayer analyze MODEL.onnx… --data SOURCE`. */
export function analyzeCommand(): Command {
  return new Command('analyze')
    .summary('analyse ONNX classifiers from elsewhere')
    .description(
      'Masked evaluation, interactions and confusing samples of ONNX files; several are compared.',
    )
    .argument('<model...>')
    .option(
      '--data <source>',
      '.npz (arrays x and y), .csv, a folder (IDX, CIFAR, images), or a known name',
    )
    .option('--labels <name>', 'array (.npz) or column (.csv) of the classes')
    .option('--config <file>', 'take data and analysis from a configuration')
    .option('--set <path=value>', 'change a key of the configuration (repeatable)', collect)
    .option('--out <dir>', 'folder of the results (default: results/analyze-MODEL)')
    .option('--input <name>', 'input of the model, where it has several')
    .option('--output <name>', 'output with logits or probabilities, where it has several')
    .addOption(new Option('--output-kind <kind>', 'what outputs are').choices(outputKinds))
    .option('--classes <file>', 'class names in the order of the outputs, a line each')
    .addOption(new Option('--layout <order>', 'order of axes').choices(['nchw', 'nhwc', 'flat']))
    .option('--mean <numbers>', 'subtracted from inputs, one or one a channel: 0.5,0.5,0.5')
    .option('--std <numbers>', 'what inputs are divided by then')
    .option('--data-dir <dir>', 'folder of data sets')
    .option('--device <name>', 'cpu, webgpu, cuda, or one of several cards: cuda:1')
    .addHelpText(
      'after',
      '\nExample:\n  lowlayer analyze model.onnx --data samples.npz --set analysis.players.n=6',
    )
    .action(runAnalyze)
}

async function runAnalyze(models: string[], options: AnalyzeOptions): Promise<void> {
  const { config, baseDir, told, unread } = await configFor(models, options)
  const name = basename(models[0]).replace(/\.onnx$/, '')
  const progress = progressLines((line) => process.stderr.write(`${line}\n`))
  const request: Omit<AnalyzeRequest, 'lease'> = {
    version,
    models,
    config,
    context: { baseDir, dataDirs: dataFolders(options.dataDir) },
    out: options.out ?? join('results', `analyze-${name}`),
    wishes: wishesOf(options, told),
    preprocessing: preprocessing(options, told),
    unread,
    decompose: (tables, options, onDecomposed) =>
      decomposeAll(tables, options, decomposeWorkers(tables), onDecomposed),
    report: progress.report,
    assume: (message) => process.stderr.write(`assumed: ${message}\n`),
    notice: (message) => process.stderr.write(`${message}\n`),
  }
  process.once('SIGINT', endEarly).once('SIGTERM', endEarly)
  const isNew = !(await exists(request.out))
  try {
    await withLock(
      lockOf(request.out),
      (lease) => analyzeInto({ ...request, lease }),
      sayWaiting(request.out),
    )
  } catch (error) {
    // Where nothing was kept, the lock's folder goes too; this fails unless it is empty.
    if (isNew) await rmdir(request.out).catch(() => undefined)
    throw error
  }
}

async function analyzeInto(request: AnalyzeRequest): Promise<void> {
  const result = await analyze(request)
  await markUnfinished(request)
  for (const model of result.models) await writeInteractions(request, model)
  await writeAnalysis(request, result)
  await writeStudyReport({ folder: request.out, lease: request.lease })
  await removeAllPartials(request, result)
  process.stderr.write(summary(request, result))
}

/** Ends at once: every sample is on the disk when it is done, and results count when all are there. */
function endEarly(): void {
  process.stderr.write(
    `interrupted; samples that are done are kept, resume with: ${ownCommand()}\n`,
  )
  process.exit(exitCodes.interrupted)
}

/** Worker threads that pay for these tables. */
function decomposeWorkers(tables: readonly Float64Array[]): number {
  return workersFor(tables.length, Math.log2(tables[0].length), availableParallelism())
}

/** The tables of `lowlayer decompose`, for one model; samples by their position in the source. */
async function writeInteractions(
  { out, lease }: AnalyzeRequest,
  { analysis, decompositions, taus }: ModelAnalysis,
): Promise<void> {
  const folder = join(out, 'interactions', analysis.network.id)
  const { sample } = analysis.checkpoints[0].values
  const samples = decompositions.map((found, row): DecomposedSample => {
    return { sample: sample[row], found, tau: taus[row] }
  })
  const rows = samples.flatMap((each) => interactionRows(each, false))
  await lease.write(join(folder, 'interactions.parquet'), encodeInteractions(samples))
  await lease.write(join(folder, 'interactions.csv'), toCsv(interactionsTable, rows))
  const decomposition = toCsv(decompositionTable, samples.map(decompositionRow))
  await lease.write(join(folder, 'decomposition.csv'), decomposition)
}

interface ChosenConfig {
  readonly config: ExperimentConfig
  readonly baseDir: string
  /** What the configuration says of the models. */
  readonly told: AnalyzeSection
  /** Keys that were written and that no analysis reads. */
  readonly unread: readonly string[]
}

async function configFor(
  models: readonly string[],
  { config: file, data: source, labels, set = [], device }: AnalyzeOptions,
): Promise<ChosenConfig> {
  const overrides = device === undefined ? set : [...set, `runtime.device=${device}`]
  const data = source === undefined ? undefined : dataFromOption(source, labels)
  const options = { own: ['analyze'], lacking: unusedModel }
  if (file !== undefined) {
    const fromOption = data === undefined ? [] : [`data=${JSON.stringify(data)}`]
    const { config, baseDir, own, written } = await loadConfig(
      file,
      [...fromOption, ...overrides],
      options,
    )
    return { config, baseDir, told: readSection(own.analyze), unread: unreadKeys(written) }
  }
  if (data === undefined)
    throw new InputError('say what to analyse on: --data SOURCE or --config FILE')
  const study = basename(models[0])
    .replace(/\.onnx$/, '')
    .replaceAll(/[^\w.-]+/g, '-')
  const { config, own, written } = writtenConfigOf({ data }, study || 'model', overrides, options)
  const told = readSection(own.analyze)
  return { config, baseDir: process.cwd(), told, unread: unreadKeys(written) }
}

/**
 * A configuration must have a model, but no part of an analysis reads it; its head only has to agree with the
 * output.
 */
function unusedModel(written: unknown): Record<string, unknown> {
  const { output } = (written as { analysis?: { output?: unknown } }).analysis ?? {}
  const head = String(output).startsWith('binary') ? 'binary' : 'softmax'
  return { model: { architecture: 'mlp-5', head } }
}

/** What is said of the models, options before the configuration. */
function wishesOf(
  { input, output, layout, outputKind, classes: file }: AnalyzeOptions,
  told: AnalyzeSection,
): AnalyzeWishes {
  return {
    input: input ?? told.input,
    output: output ?? told.output,
    layout: layout ?? told.layout,
    kind: outputKind ?? told.outputKind,
    classes: file === undefined ? told.classes : readClasses(file),
  }
}

function readClasses(file: string): string[] {
  try {
    return parseClassList(readFileSync(file, 'utf8'), file)
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError(`--classes ${file}: cannot be read: ${messageOf(cause)}`, { cause })
  }
}

function preprocessing(
  { mean, std }: AnalyzeOptions,
  told: AnalyzeSection,
): Standardization | undefined {
  const subtracted = mean === undefined ? listOf(told.mean) : numbers(mean, '--mean')
  const divided = std === undefined ? listOf(told.std) : numbers(std, '--std')
  if (subtracted === undefined && divided === undefined) return undefined
  if (divided?.includes(0)) throw new InputError('--std: 0 cannot divide')
  return { mean: subtracted ?? [0], std: divided ?? [1] }
}

function listOf(value: number | readonly number[] | undefined): readonly number[] | undefined {
  return typeof value === 'number' ? [value] : value
}

function numbers(text: string, option: string): number[] {
  return text.split(',').map((part) => {
    const value = Number(part)
    if (part.trim() !== '' && Number.isFinite(value)) return value
    throw new InputError(`${option} ${text}: "${part}" is no number; write 0.5 or 0.5,0.5,0.5`)
  })
}

function summary({ out }: AnalyzeRequest, { models, warnings }: AnalyzeResult): string {
  const lines = models.map(({ analysis }) => {
    const accuracy = `${(100 * accuracyOf(analysis)).toFixed(1)}% of ${analysis.samples.length} samples right`
    const { members, reason } = analysis.sets[0].set
    const found =
      reason ??
      `${members.length} confusing sample${members.length === 1 ? '' : 's'}, highest score ${members[0].score.toFixed(3)}`
    return `${analysis.network.name}: ${accuracy}; ${found}\n`
  })
  const doubts = warnings.map((warning) => `warning: ${warning}\n`)
  return `${lines.join('')}${doubts.join('')}Results: ${relative(process.cwd(), out) || '.'}/\n`
}
