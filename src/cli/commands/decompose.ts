/** `lowlayer decompose`: value tables of any tool into interactions, without networks or data. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { writeInteractionTable } from '../../artifacts/interactionTable.js'
import { atPlace } from '../../core/errors.js'
import { largest } from '../../core/extremes.js'
import { type BitOrder, readValueTables } from '../../formats/valueTable.js'
import {
  checkPlayers,
  defaultGap,
  defaultMaxIterations,
  defaultNoise,
} from '../../interactions/decompose.js'
import {
  defaultSalience,
  meanOutputRange,
  type SalienceRule,
  salienceThreshold,
} from '../../interactions/salience.js'
import { imageSettings } from '../../interactions/solver/sgdReference.js'
import type { SolverName, TieBreak } from '../../interactions/types.js'
import { writeAtomically } from '../../store/atomic.js'
import { tableFile } from '../../store/layout.js'
import { toCsv } from '../../tables/table.js'
import { decomposeAll, workersFor } from '../../tasks/analysis/decomposePool.js'
import { numberOption, salienceOption } from '../decompose/options.js'
import { sampleProgress } from '../decompose/progress.js'
import {
  type DecomposedSample,
  decompositionRow,
  decompositionTable,
  interactionRows,
  interactionsTable,
  orderRows,
  ordersTable,
} from '../decompose/tables.js'

interface Options {
  readonly noise: number
  readonly solver: SolverName
  readonly gap: number
  readonly tieBreak: TieBreak
  readonly salience: SalienceRule
  readonly bitOrder: BitOrder
  readonly maxIterations: number
  readonly referenceLr: number
  readonly referenceIterations: number
  readonly jobs?: number
  readonly out?: string
  readonly json?: boolean
}

const positive = (value: number) => value > 0 && Number.isFinite(value)
const whole = (value: number) => Number.isInteger(value) && value >= 1
const solvers: readonly SolverName[] = ['certified', 'sgd-reference', 'and', 'or']

/** `lowlayer decompose VALUES`: AND–OR interactions of any value table. */
export function decomposeCommand(): Command {
  const choice = (flags: string, text: string, choices: readonly string[]) =>
    new Option(flags, text).choices(choices).default(choices[0])
  return (
    new Command('decompose')
      .summary('AND–OR interactions of any value table')
      .description(
        'Rewrites the values v(S) in a .npy, .npz (array "values") or .csv file, shape [2^n] or\n' +
          '[samples, 2^n], as AND and OR interactions, with a certified distance to the optimum.\n' +
          'A first CSV row of names, or of exactly 0,1,…,2^n-1 before others, is a header.',
      )
      .argument('<values>')
      // Descriptions state choices and defaults themselves, in fewer lines.
      .configureHelp({ helpWidth: 100, optionDescription: ({ description }) => description })
      .option(
        '--noise <fraction>',
        'bound on |q_S| as a fraction of |v(N) − v(∅)| (0.04)',
        numberOption('noise', 'a number of 0 or above', (value) => value === 0 || positive(value)),
        defaultNoise,
      )
      .addOption(choice('--solver <name>', 'certified, sgd-reference, and, or', solvers))
      .option(
        '--gap <fraction>',
        'relative gap to stop at (0.001)',
        numberOption('gap', 'between 0 and 1', (value) => positive(value) && value < 1),
        defaultGap,
      )
      .addOption(
        choice('--tie-break <end>', 'orders preferred among equal optima: low, high, none', [
          'low',
          'high',
          'none',
        ]),
      )
      .addOption(
        new Option('--salience <rule>', 'mean-output:0.03 (default), max:0.05, absolute:τ, all')
          .choices(['mean-output:0.03', 'max:0.05', 'absolute:', 'all'])
          .argParser(salienceOption)
          .default(defaultSalience),
      )
      .addOption(
        choice('--bit-order <order>', 'lsb: player 0 is bit 0; msb: the last', ['lsb', 'msb']),
      )
      .option('--out <dir>', 'folder for CSV and Parquet (without: a summary to stdout)')
      .option('--json', 'print JSON')
      .option(
        '--max-iterations <count>',
        'budget of the certified solver (100000)',
        numberOption('max-iterations', 'a whole number', whole),
        defaultMaxIterations,
      )
      .option(
        '--reference-lr <rate>',
        'learning rate of sgd-reference (1e-5)',
        numberOption('reference-lr', 'above 0', positive),
        imageSettings.lr,
      )
      .option(
        '--reference-iterations <count>',
        'its steps (10000)',
        numberOption('reference-iterations', 'a whole number', whole),
        imageSettings.iterations,
      )
      .option(
        '--jobs <count>',
        'threads (all cores)',
        numberOption('jobs', 'a whole number', whole),
      )
      .addHelpText(
        'after',
        '\nExample:\n  lowlayer decompose values.npz --noise 0 --out interactions',
      )
      .action(runDecompose)
  )
}

async function runDecompose(file: string, options: Options): Promise<void> {
  const { n, tables } = readValueTables(file, options.bitOrder)
  atPlace(file, () => checkPlayers(n, options.solver))
  const samples = await decomposeTables(n, tables, options)
  if (options.out !== undefined) await writeTables(options.out, samples, options)
  if (options.json === true) process.stdout.write(`${describeJson(file, n, samples, options)}\n`)
  else if (options.out === undefined) {
    process.stdout.write(toCsv(decompositionTable, samples.map(decompositionRow)))
  }
  process.stderr.write(summarize(samples, n, options))
}

async function decomposeTables(
  n: number,
  tables: readonly Float64Array[],
  options: Options,
): Promise<DecomposedSample[]> {
  const { noise, solver, gap, tieBreak, maxIterations } = options
  const reference = { lr: options.referenceLr, iterations: options.referenceIterations }
  const workers = workersFor(tables.length, n, options.jobs ?? availableParallelism())
  const progress = sampleProgress(tables.length)
  try {
    const found = await decomposeAll(
      tables,
      { noise, solver, gap, tieBreak, maxIterations, reference },
      workers,
      progress.done,
    )
    const meanRange = meanOutputRange(tables)
    return found.map(([decomposition], sample) => ({
      sample,
      found: decomposition,
      tau: salienceThreshold(options.salience, decomposition, meanRange),
    }))
  } finally {
    progress.close()
  }
}

async function writeTables(
  folder: string,
  samples: readonly DecomposedSample[],
  { salience }: Options,
): Promise<void> {
  const every = salience.rule === 'all'
  const rows = samples.flatMap((sample) => interactionRows(sample, every))
  const table = {
    samples: Int32Array.from(samples, ({ sample }) => sample),
    rows: samples.map(({ found }) => found),
    taus: samples.map(({ tau }) => tau),
  }
  await writeInteractionTable(join(folder, 'interactions.parquet'), table, writeAtomically)
  await writeAtomically(join(folder, tableFile(interactionsTable)), toCsv(interactionsTable, rows))
  await writeAtomically(
    join(folder, tableFile(ordersTable)),
    toCsv(ordersTable, samples.flatMap(orderRows)),
  )
  const decompositions = toCsv(decompositionTable, samples.map(decompositionRow))
  await writeAtomically(join(folder, tableFile(decompositionTable)), decompositions)
}

/** One object a file: the rows of the three tables, sample by sample. */
function describeJson(
  file: string,
  n: number,
  samples: readonly DecomposedSample[],
  { salience, solver, noise, tieBreak, gap }: Options,
): string {
  const described = samples.map((sample) => ({
    ...decompositionRow(sample),
    orders: orderRows(sample).map(({ sample: _, ...row }) => row),
    interactions: interactionRows(sample, salience.rule === 'all').map(
      ({ sample: _, ...row }) => row,
    ),
  }))
  return JSON.stringify(
    { file, n, solver, noise, tieBreak, gap, salience, samples: described },
    undefined,
    2,
  )
}

/** `1 sample`, `2 samples`. */
function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** What happened, and which samples fell short of the gap. */
function summarize(samples: readonly DecomposedSample[], n: number, options: Options): string {
  const where = options.out === undefined ? '' : `; tables in ${options.out}`
  const lines = [
    `decomposed ${counted(samples.length, 'sample')} of ${counted(n, 'player')}${where}`,
  ]
  const short = samples.filter(({ found }) => !found.converged)
  if (short.length > 0) {
    const worst = largest(short.map(({ found }) => found.gap))
    const named = short.slice(0, 10).map(({ sample }) => sample)
    const more = short.length > named.length ? ', …' : ''
    lines.push(
      `warning: ${short.length} of ${samples.length} samples did not reach the gap ${options.gap} in ` +
        `${options.maxIterations} iterations (samples ${named.join(', ')}${more}; largest gap ` +
        `${worst.toPrecision(2)}); raise --max-iterations or --gap`,
    )
  }
  return `${lines.join('\n')}\n`
}
