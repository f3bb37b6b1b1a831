import { rmdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { basename, join, relative } from 'node:path'
import { Command, Option } from 'commander'
import { type AnalyzeResult, analyze } from '../../analyze/analyze.js'
import { dataFromOption } from '../../analyze/dataOption.js'
import {
  accuracyOf,
  markUnfinished,
  removeAllPartials,
  writeAnalysis,
} from '../../analyze/tables.js'
import type { AnalyzeRequest, ModelAnalysis } from '../../analyze/types.js'
import { configOf, loadConfig } from '../../config/load.js'
import type { ExperimentConfig } from '../../config/schema.js'
import { exitCodes, InputError } from '../../core/errors.js'
import type { Standardization } from '../../data/standardize.js'
import type { Layout } from '../../masking/foreignInput.js'
import { toCsv } from '../../report/tables/table.js'
import { exists } from '../../store/atomic.js'
import { withLock } from '../../store/lock.js'
import { writeStudyReport } from '../../tasks/report.js'
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
    .argument('<model...>', 'ONNX files')
    .option(
      '--data <source>',
      '.npz (arrays x and y), .csv, a folder (IDX, CIFAR, images), or a known name',
    )
    .option('--labels <name>', 'array (.npz) or column (.csv) of the classes')
    .option('--config <file>', 'take data and analysis from a configuration')
    .option('--set <path=value>', 'change a key of the configuration (repeatable)', collect)
    .option('--out <dir>', 'folder of the results (default: results/analyze-MODEL)')
    .option('--input <name>', 'input of the model, where it has several')
    .option('--output <name>', 'output with the logits, where it has several')
    .addOption(new Option('--layout <order>', 'order of axes').choices(['nchw', 'nhwc', 'flat']))
    .option('--mean <numbers>', 'subtracted from inputs, one or one a channel: 0.5,0.5,0.5')
    .option('--std <numbers>', 'what inputs are divided by then')
    .option('--data-dir <dir>', 'folder of data sets')
    .option('--device <name>', 'cpu, webgpu or cuda')
    .addHelpText(
      'after',
      '\nExample:\n  lowlayer analyze model.onnx --data samples.npz --set analysis.players.n=6',
    )
    .action(runAnalyze)
}

async function runAnalyze(models: string[], options: AnalyzeOptions): Promise<void> {
  const { config, baseDir } = await configFor(models, options)
  const name = basename(models[0]).replace(/\.onnx$/, '')
  const progress = progressLines((line) => process.stderr.write(`${line}\n`))
  const request: Omit<AnalyzeRequest, 'lease'> = {
    version,
    models,
    config,
    context: { baseDir, dataDirs: dataFolders(options.dataDir) },
    out: options.out ?? join('results', `analyze-${name}`),
    wishes: { input: options.input, output: options.output, layout: options.layout },
    preprocessing: preprocessing(options),
    decompose: (tables, options, onDecomposed) =>
      decomposeAll(tables, options, decomposeWorkers(tables), onDecomposed),
    report: progress.report,
    assume: (message) => process.stderr.write(`assumed: ${message}\n`),
    notice: (message) => process.stderr.write(`${message}\n`),
  }
  process.once('SIGINT', endEarly).once('SIGTERM', endEarly)
  const isNew = !(await exists(request.out))
  const lock = join(request.out, 'analyze.lock')
  try {
    await withLock(lock, (lease) => analyzeInto({ ...request, lease }), sayWaiting(request.out))
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
  await writeStudyReport({ folder: request.out, write: request.lease.write })
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

async function configFor(
  models: readonly string[],
  { config: file, data: source, labels, set = [], device }: AnalyzeOptions,
): Promise<{ config: ExperimentConfig; baseDir: string }> {
  const overrides = device === undefined ? set : [...set, `runtime.device=${device}`]
  const data = source === undefined ? undefined : dataFromOption(source, labels)
  if (file !== undefined) {
    const fromOption = data === undefined ? [] : [`data=${JSON.stringify(data)}`]
    return loadConfig(file, [...fromOption, ...overrides])
  }
  if (data === undefined)
    throw new InputError('say what to analyse on: --data SOURCE or --config FILE')
  const study = basename(models[0])
    .replace(/\.onnx$/, '')
    .replaceAll(/[^\w.-]+/g, '-')
  // The sections of training are required, but no part of an analysis reads them; the head only has to
  // agree with the output.
  const isBinary = overrides.some((text) => /^analysis\.output=binary/.test(text))
  const head = isBinary ? 'binary' : 'softmax'
  const unused = { model: { architecture: 'mlp-5', head } }
  return {
    config: configOf({ data, ...unused }, study || 'model', overrides),
    baseDir: process.cwd(),
  }
}

function preprocessing({ mean, std }: AnalyzeOptions): Standardization | undefined {
  if (mean === undefined && std === undefined) return undefined
  const deviations = numbers(std ?? '1', '--std')
  if (deviations.some((value) => value === 0)) throw new InputError('--std: 0 cannot divide')
  return { mean: numbers(mean ?? '0', '--mean'), std: deviations }
}

function numbers(text: string, option: string): number[] {
  return text.split(',').map((part) => {
    const value = Number(part)
    if (part.trim() !== '' && Number.isFinite(value)) return value
    throw new InputError(`${option} ${text}: "${part}" is no number; write 0.5 or 0.5,0.5,0.5`)
  })
}

function summary({ out }: AnalyzeRequest, { models }: AnalyzeResult): string {
  const lines = models.map(({ analysis }) => {
    const accuracy = `${(100 * accuracyOf(analysis)).toFixed(1)}% of ${analysis.samples.length} samples right`
    const { members, reason } = analysis.sets[0].set
    const found =
      reason ??
      `${members.length} confusing sample${members.length === 1 ? '' : 's'}, highest score ${members[0].score.toFixed(3)}`
    return `${analysis.network.name}: ${accuracy}; ${found}\n`
  })
  return `${lines.join('')}Results: ${relative(process.cwd(), out) || '.'}/\n`
}
