/** The data source `csv`: a table with a column of classes. */
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import { nearestName } from '../../core/nearest.js'
import { quotable } from '../../core/quote.js'
import { repeated } from '../../core/repeated.js'
import { requireAtMost } from '../../core/requireAtMost.js'
import { gatherRows } from '../../core/tableRows.js'
import { type CsvTable, readCsvTable } from '../../formats/csvTable.js'
import { isMissing, parseDecimal, whyNoNumber } from '../../formats/decimal.js'
import { checkNames, classNumbers, sortedClasses } from '../classNames.js'
import { checkFloat32 } from '../float32.js'
import { type DataContext, readText, resolveDataPath } from '../paths.js'
import type { RawData } from '../raw.js'
import { classRemarks, columnRemarks, rowRemarks } from '../tableRemarks.js'

type CsvConfig = Extract<DataConfig, { source: 'csv' }>

/** One file read: numbers [rows, features] and class names by row. */
interface Part {
  readonly inputs: Float64Array
  readonly labels: readonly string[]
  readonly lines: readonly number[]
  readonly file: string
}

/**
 * A CSV table: one column is the class, the others (or those listed) are numeric features. A first column without
 * a name that has another whole number in every row, as pandas and R write the numbers of rows, is left out.
 */
export async function openCsv(data: CsvConfig, context: DataContext): Promise<RawData> {
  const file = resolveDataPath(data.path, context)
  const table = await readTable(file, data.delimiter)
  const unnamed = rowNumberColumn(table, data, file)
  const features = featureColumns(table, data, file)
  const train = readPart(table, features, data.label, file)
  checkFloat32(train.inputs, features, file)
  const classes = sortedClasses(train.labels, file)
  if (classes.length < 2)
    throw new InputError(
      `${file}: the column "${data.label}" has one class; at least two are needed`,
    )
  const test = await readTest(data, features, context)
  const size = features.length
  const numbered = ({ labels, lines, file }: Part) =>
    classNumbers(labels, classes, (row) => `${file}:${lines[row]}`, 'among the training classes')
  const labels = numbered(train)
  const testLabels = test && numbered(test)
  return {
    kind: 'tabular',
    shape: [size],
    classes,
    features,
    trainLabels: labels,
    ...(testLabels === undefined ? {} : { testLabels }),
    assumptions: [
      ...unnamed,
      ...(context.inspect === true
        ? [...classRemarks(classes), ...columnRemarks({ inputs: train.inputs, labels }, features)]
        : []),
    ],
    read: async (trainRows, testRows) => {
      const chosen = gatherRows(train.inputs, trainRows, size)
      const others = gatherRows((test ?? train).inputs, testRows, size)
      if (context.inspect !== true) return { train: chosen, test: others }
      const assumptions = rowRemarks(
        { inputs: chosen, labels: trainRows.map((row) => labels[row]) },
        { inputs: others, labels: testRows.map((row) => (testLabels ?? labels)[row]) },
        size,
      )
      return { train: chosen, test: others, assumptions }
    },
  }
}

async function readTable(file: string, delimiter: string): Promise<CsvTable> {
  const text = readText(file)
  const [head] = text.split(/[\r\n]/, 1)
  const other = head.includes(delimiter) ? undefined : otherDelimiter(head)
  if (other !== undefined) throw new InputError(`${file}: ${other}`)
  const table = readCsvTable(text, delimiter, file)
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

/**
 * Says that a first column without a name was left out. Throws InputError where it is no numbering of the rows, or
 * another column has no name.
 */
function rowNumberColumn({ header, rows }: CsvTable, data: CsvConfig, file: string): string[] {
  const nameless = header.flatMap((name, index) => (name === '' ? [index] : []))
  if (data.features !== undefined || nameless.length === 0) return []
  const numbers = new Set(rows.map(({ cells }) => cells[0]))
  const counts = numbers.size === rows.length && rows.every(({ cells }) => /^\d+$/.test(cells[0]))
  if (nameless.length === 1 && nameless[0] === 0 && counts) {
    return [
      `the first column of ${file} has no name and another whole number in every row: it was left out as the ` +
        'numbers of the rows, which pandas and R write (index=False, row.names=FALSE)',
    ]
  }
  throw new InputError(
    `${file}:1: column ${nameless[0] + 1} has no name; give it one, or list the columns to use in data.features`,
  )
}

function featureColumns({ header }: CsvTable, data: CsvConfig, file: string): readonly string[] {
  columnsOf(header, [data.label], file)
  const features = data.features ?? header.filter((name) => name !== data.label && name !== '')
  if (features.length === 0) throw new InputError(`${file} has no column besides "${data.label}"`)
  if (features.includes(data.label)) {
    throw new InputError(`data.features lists "${data.label}", which is the column of the class`)
  }
  const [twice] = repeated(features)
  if (twice !== undefined) throw new InputError(`data.features lists "${twice}" twice`)
  requireAtMost(features.length, limits.columns, `${file}: columns`, 'list some in data.features')
  checkNames(features, 'the column', file)
  return features
}

/** The position of every name in a header. Throws InputError for one that is not there. */
function columnsOf(header: readonly string[], names: readonly string[], file: string): number[] {
  const places = new Map(header.map((name, index) => [name, index]))
  return names.map((name) => places.get(name) ?? noColumn(header, name, file))
}

function noColumn(header: readonly string[], name: string, file: string): never {
  throw new InputError(
    `${file} has no column "${name}" (did you mean "${nearestName(name, header)}"?)`,
  )
}

/** What separates the cells of a header that has none of its delimiters. */
function otherDelimiter(head: string): string | undefined {
  const separator = /^sep=(.)?$/i.exec(head)
  if (separator !== null) {
    return `its first line, "${head}", is Excel's: delete it, and set data.delimiter to "${separator[1] ?? ','}"`
  }
  const found = [';', '\t', '|'].find((character) => head.includes(character))
  if (found === undefined) return undefined
  const name = found === '\t' ? 'tabs' : `"${found}"`
  return `its cells are separated by ${name}: set data.delimiter to ${JSON.stringify(found)}`
}

function readPart(table: CsvTable, features: readonly string[], label: string, file: string): Part {
  const [labelColumn, ...columns] = columnsOf(table.header, [label, ...features], file)
  const inputs = new Float64Array(table.rows.length * columns.length)
  for (const [row, { line, cells, quoted }] of table.rows.entries()) {
    for (const [feature, index] of columns.entries()) {
      const value = parseDecimal(cells[index].trim())
      if (value === undefined) {
        const numbers = features.filter(
          (_, other) => parseDecimal(cells[columns[other]].trim()) !== undefined,
        )
        const why =
          whyNoNumber(cells[index].trim()) ||
          `an id or a category? List the columns to use: data.features: [${quotable(numbers.join(', '))}]`
        throw new InputError(
          `${file}:${line}: column "${features[feature]}" holds "${quotable(cells[index])}", not a number (${why})`,
        )
      }
      inputs[row * columns.length + feature] = value
    }
    const name = cells[labelColumn].trim()
    if (name === '' || (isMissing(name) && !quoted.has(labelColumn))) {
      const what =
        name === ''
          ? ''
          : `: ${name} stands for a missing value; leave the row out, or, where a class is called so, write "${name}" with the quotes`
      throw new InputError(`${file}:${line}: no "${label}"${what}`)
    }
  }
  const labels = table.rows.map(({ cells }) => cells[labelColumn].trim())
  return { inputs, labels, lines: table.rows.map(({ line }) => line), file }
}
