import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { writeInteractionTable } from '../../artifacts/interactionTable.js'
import { atPlace } from '../../core/errors.js'
import { largest } from '../../core/extremes.js'
import { firstNames } from '../../core/firstNames.js'
import { counted } from '../../core/numberWords.js'
import { readValueTables } from '../../formats/valueTable.js'
import { checkPlayers } from '../../interactions/decompose.js'
import { meanOutputRange, salienceThreshold } from '../../interactions/salience.js'
import { jsonText, writeAtomically } from '../../store/atomic.js'
import { studyFiles, tableFile } from '../../store/layout.js'
import { type Row, type Table, toCsv } from '../../tables/table.js'
import { decomposeAll, workersFor } from '../../tasks/analysis/decomposePool.js'
import type { DecomposeOptions } from '../commands/decompose.js'
import { sampleProgress } from '../decompose/progress.js'
import {
  type DecomposedSample,
  decompositionRow,
  decompositionSchema,
  decompositionTable,
  interactionRows,
  interactionsTable,
  orderRows,
  ordersTable,
} from '../decompose/tables.js'

/** Writes or prints the interactions of the value tables of a file. */
export async function decompose(file: string, options: DecomposeOptions): Promise<void> {
  const { n, tables } = readValueTables(file, options.bitOrder)
  atPlace(file, () => checkPlayers(n, options.solver))
  const samples = await decomposeTables(n, tables, options)
  if (options.out !== undefined) await writeTables(options.out, samples, options)
  if (options.json === true) process.stdout.write(describeJson(file, n, samples, options))
  else if (options.out === undefined) {
    process.stdout.write(toCsv(decompositionTable, samples.map(decompositionRow)))
  }
  process.stderr.write(summarize(samples, n, options))
}

async function decomposeTables(
  n: number,
  tables: readonly Float64Array[],
  options: DecomposeOptions,
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
  { salience }: DecomposeOptions,
): Promise<void> {
  const every = salience.rule === 'all'
  const parquet = {
    samples: Int32Array.from(samples, ({ sample }) => sample),
    rows: samples.map(({ found }) => found),
    taus: samples.map(({ tau }) => tau),
  }
  await writeInteractionTable(join(folder, 'interactions.parquet'), parquet, writeAtomically)
  const write = <T extends Table>(table: T, rows: readonly Row<T>[]) =>
    writeAtomically(join(folder, tableFile(table)), toCsv(table, rows))
  const interactions = samples.flatMap((sample) => interactionRows(sample, every))
  await write(interactionsTable, interactions)
  await write(ordersTable, samples.flatMap(orderRows))
  await write(decompositionTable, samples.map(decompositionRow))
  await writeAtomically(join(folder, studyFiles.schema), decompositionSchema())
}

/** One object a file: the rows of the three tables, sample by sample. */
function describeJson(
  file: string,
  n: number,
  samples: readonly DecomposedSample[],
  { salience, solver, noise, tieBreak, gap }: DecomposeOptions,
): string {
  const described = samples.map((sample) => ({
    ...decompositionRow(sample),
    orders: orderRows(sample).map(({ sample: _, ...row }) => row),
    interactions: interactionRows(sample, salience.rule === 'all').map(
      ({ sample: _, ...row }) => row,
    ),
  }))
  return jsonText({ file, n, solver, noise, tieBreak, gap, salience, samples: described })
}

/** What happened, and which samples fell short of the gap. */
function summarize(
  samples: readonly DecomposedSample[],
  n: number,
  options: DecomposeOptions,
): string {
  const where = options.out === undefined ? '' : `; tables in ${options.out}`
  const lines = [
    `decomposed ${counted(samples.length, 'sample')} of ${counted(n, 'player')}${where}`,
  ]
  const short = samples.filter(({ found }) => !found.converged)
  if (short.length > 0) {
    const worst = largest(short.map(({ found }) => found.gap))
    const named = firstNames(
      short.map(({ sample }) => sample),
      10,
    )
    lines.push(
      `warning: ${short.length} of ${samples.length} samples did not reach the gap ${options.gap} in ` +
        `${options.maxIterations} iterations (samples ${named}; largest gap ` +
        `${worst.toPrecision(2)}); raise --max-iterations or --gap`,
    )
  }
  return `${lines.join('\n')}\n`
}
