import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { nearestName } from '../../core/nearest.js'
import { sortedClasses } from '../classNames.js'
import { type CsvTable, readCsvTable } from '../csvTable.js'
import { checkFloat32 } from '../float32.js'
import { type DataContext, readText, resolveDataPath } from '../paths.js'
import { gatherRows, type RawData } from '../raw.js'

type CsvConfig = Extract<DataConfig, { source: 'csv' }>

/** One file read: numbers [rows, features] and class names by row. */
interface Part {
  readonly inputs: Float64Array
  readonly labels: readonly string[]
  readonly lines: readonly number[]
  readonly file: string
}

/** A CSV table: one column is the class, the others (or those listed) are numeric features. */
export async function openCsv(data: CsvConfig, context: DataContext): Promise<RawData> {
  const file = resolveDataPath(data.path, context)
  const table = await readTable(file, data.delimiter)
  const features = featureColumns(table, data, file)
  const train = readPart(table, features, data.label, file)
  checkFloat32(train.inputs, features, file)
  const classes = sortedClasses(train.labels)
  if (classes.length < 2) throw new InputError(`${file}: the column "${data.label}" has one class`)
  const test = await readTest(data, features, context)
  const size = features.length
  return {
    kind: 'tabular',
    shape: [size],
    classes,
    features,
    trainLabels: classNumbers(train, classes),
    ...(test === undefined ? {} : { testLabels: classNumbers(test, classes) }),
    read: async (trainRows, testRows) => ({
      train: gatherRows(train.inputs, trainRows, size),
      test: gatherRows((test ?? train).inputs, testRows, size),
    }),
  }
}

async function readTable(file: string, delimiter: string): Promise<CsvTable> {
  const table = readCsvTable(await readText(file), delimiter, file)
  if (table.rows.length === 0) throw new InputError(`${file} has a header but no rows`)
  return table
}

async function readTest(
  data: CsvConfig,
  features: readonly string[],
  context: DataContext,
): Promise<Part | undefined> {
  if (data.testPath === undefined) return undefined
  const file = resolveDataPath(data.testPath, context)
  return readPart(await readTable(file, data.delimiter), features, data.label, file)
}

function featureColumns({ header }: CsvTable, data: CsvConfig, file: string): readonly string[] {
  column(header, data.label, file)
  const features = data.features ?? header.filter((name) => name !== data.label)
  if (features.length === 0) throw new InputError(`${file} has no column besides "${data.label}"`)
  return features
}

function column(header: readonly string[], name: string, file: string): number {
  const index = header.indexOf(name)
  if (index !== -1) return index
  throw new InputError(
    `${file} has no column "${name}" (did you mean "${nearestName(name, header)}"?)`,
  )
}

function readPart(table: CsvTable, features: readonly string[], label: string, file: string): Part {
  const columns = features.map((name) => column(table.header, name, file))
  const labelColumn = column(table.header, label, file)
  const inputs = new Float64Array(table.rows.length * columns.length)
  for (const [row, { line, cells }] of table.rows.entries()) {
    for (const [feature, index] of columns.entries()) {
      const value = cells[index].trim() === '' ? Number.NaN : Number(cells[index])
      if (!Number.isFinite(value)) {
        throw new InputError(
          `${file}:${line}: column "${features[feature]}" holds "${cells[index]}", not a number`,
        )
      }
      inputs[row * columns.length + feature] = value
    }
    if (cells[labelColumn].trim() === '') throw new InputError(`${file}:${line}: no "${label}"`)
  }
  const labels = table.rows.map(({ cells }) => cells[labelColumn].trim())
  return { inputs, labels, lines: table.rows.map(({ line }) => line), file }
}

function classNumbers({ labels, lines, file }: Part, classes: readonly string[]): Int32Array {
  const numbers = new Map(classes.map((name, c) => [name, c]))
  return Int32Array.from(labels, (name, row) => {
    const number = numbers.get(name)
    if (number !== undefined) return number
    throw new InputError(`${file}:${lines[row]}: class "${name}" is not among the training classes`)
  })
}
