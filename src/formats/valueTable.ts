/**
 * Value tables from any tool: `.npy`, `.npz` (array `values`) or CSV, float32 or float64, shape [2^n]
 * or [samples, 2^n]. Column = subset bitmask, bit i ↔ player i, player 0 the least significant bit.
 */
import { InputError } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { counted } from '../core/numberWords.js'
import { playersFromTableLength, unfitValue } from '../core/subset.js'
import { csvRecords } from './csvTable.js'
import { parseDecimal, whyNoNumber } from './decimal.js'
import { readInputFile } from './inputFile.js'
import { decodeNpy, type NpyArray } from './npy.js'
import { arrayOf, decodeNpz } from './npz.js'
import { decodeText } from './text.js'

/** Which bit of the column index is player 0: the least (ours) or the most significant (the lab's). */
export type BitOrder = 'lsb' | 'msb'

/** The value tables of a file, one a sample; shape [2^n] each, bit i ↔ player i. */
interface ValueTables {
  readonly n: number
  readonly tables: readonly Float64Array[]
}

const NPZ_KEY = 'values'

/** Reads a file of value tables. Throws InputError naming file, sample and column. */
export function readValueTables(file: string, bitOrder: BitOrder): ValueTables {
  return decodeValueTables(readInputFile(file), file, bitOrder)
}

/** {@link readValueTables} of bytes. */
export function decodeValueTables(
  bytes: Uint8Array,
  file: string,
  bitOrder: BitOrder,
): ValueTables {
  if (bytes.length === 0) throw new InputError(`${file}: the file is empty`)
  const rows = decodeRows(bytes, file)
  if (rows.length === 0) throw new InputError(`${file}: no samples`)
  const n = playersOfColumns(rows[0].length, file)
  rows.forEach((row, sample) => {
    checkValues(row, n, sample, file)
  })
  return { n, tables: bitOrder === 'msb' ? rows.map((row) => reverseBits(row, n)) : rows }
}

function decodeRows(bytes: Uint8Array, file: string): Float64Array[] {
  const extension = file.toLowerCase().split('.').at(-1)
  if (extension === 'npy') return rowsOf(decodeNpy(bytes, file), file)
  if (extension === 'npz') return rowsOf(arrayOf(decodeNpz(bytes, file), NPZ_KEY, file), file)
  if (extension === 'csv') return parseCsv(decodeText(bytes, file), file)
  throw new InputError(`${file}: value tables are read from .npy, .npz and .csv files`)
}

function rowsOf({ shape, data, dtype }: NpyArray, file: string): Float64Array[] {
  if (dtype[1] !== 'f') {
    throw new InputError(
      `${file}: values are of type ${dtype}; float32 or float64 is needed (values.astype("float64"))`,
    )
  }
  if (shape.length !== 1 && shape.length !== 2) {
    throw new InputError(
      `${file}: shape (${shape.join(', ')}); [2^n] or [samples, 2^n] is needed, a row per sample`,
    )
  }
  const columns = shape[shape.length - 1]
  const samples = shape.length === 1 ? 1 : shape[0]
  return Array.from({ length: samples }, (_, sample) =>
    Float64Array.from(data.subarray(sample * columns, (sample + 1) * columns)),
  )
}

/**
 * Rows of numbers; a header, names or the numbers of the columns, is skipped; one column of 2^n rows is one
 * table. Throws InputError where commas may be decimal ones.
 */
function parseCsv(text: string, file: string): Float64Array[] {
  const records = csvRecords(text, ',', file, {
    ...limits,
    columns: limits.rowCells,
  }).map(({ line, cells }) => ({
    place: `${file}:${line}`,
    cells: cells.map((cell) => cell.trim()),
  }))
  // Alone, the numbers of the columns are one table.
  const isNumbered = records.length > 1 && isNumbering(records[0].cells)
  const body = isNumbered ? records.slice(1) : records
  if (!isNumbered) refuseNumbers(records)
  const numbers = body.slice(
    Math.max(
      0,
      body.findIndex(({ cells }) => !isNames(cells)),
    ),
  )
  refuseLookalikes(numbers, numbers.length < records.length)
  const rows: Float64Array[] = []
  for (const { place, cells } of numbers) {
    if (rows.length > 0 && cells.length !== rows[0].length) {
      throw new InputError(
        `${place}: sample ${rows.length} has ${cells.length} columns, those before have ${rows[0].length}`,
      )
    }
    rows.push(Float64Array.from(cells, (cell, column) => parseCell(cell, column, rows, place)))
  }
  const isOneTable = rows.length > 1 && rows[0].length === 1
  return isOneTable ? [Float64Array.from(rows, (row) => row[0])] : rows
}

/** Throws InputError where the first row numbers the columns from 1, or has the subsets in bits, and others hold values. */
function refuseNumbers(records: readonly NumberedCells[]): void {
  const [first, ...others] = records
  const isCount = first?.cells.length > 1 && first.cells.every((cell, at) => cell === `${at + 1}`)
  const isBits = first?.cells.every((cell) => /^[01]+$/.test(cell)) && /^0[01]/.test(first.cells[0])
  const isFraction = (cell: string) => !/^[+-]?\d+$/.test(cell) && parseDecimal(cell) !== undefined
  const areValues = others.some(({ cells }) => cells.some(isFraction))
  if (!areValues || !(isCount || isBits)) return
  throw new InputError(
    `${first.place}: ${first.cells.slice(0, 4).join(',')} … looks like a header of ${isBits ? 'subsets in bits' : 'numbers from 1'}, and may be values: ` +
      'leave it out where it is one, or write a decimal point (1.0); column k, from 0, is the subset whose bits are those of k',
  )
}

interface NumberedCells {
  readonly place: string
  readonly cells: readonly string[]
}

/**
 * Throws InputError where every cell is written as a whole number and some cannot be one, as the parts of a
 * number with a decimal comma: -0, or 05 after a comma. Two columns without a header are no tables of one player
 * where one such number per row, or the number of a row beside its value, gives the same.
 */
function refuseLookalikes(records: readonly NumberedCells[], hasHeader: boolean): void {
  const whole = /^[+-]?\d+$/
  const isPair = !hasHeader && records.every(({ cells }) => cells.length === 2)
  const allWhole = records.every(({ cells }) => cells.every((cell) => whole.test(cell)))
  const suspect = records.find(
    ({ cells }) => isPair || cells.some((cell) => /^-0+$|^[+-]?0\d/.test(cell)),
  )
  if (allWhole && suspect !== undefined) {
    throw new InputError(
      `${suspect.place}: ${suspect.cells.join(',')} may be numbers with decimal commas: write decimal points; values that ` +
        'are whole numbers can be told by one of them, such as 1.0',
    )
  }
  if (isPair && records.length > 1 && records.every(({ cells }, row) => cells[0] === `${row}`)) {
    throw new InputError(
      `${records[0].place}: the first of two columns counts the rows: leave it out (pandas: index=False)`,
    )
  }
}

/** The numbers of two columns or more, 0, 1, 2, …, which pandas writes where they have no names. */
function isNumbering(cells: readonly string[]): boolean {
  return cells.length > 1 && cells.every((cell, column) => cell === `${column}`)
}

/** Names only: no cell is empty, a number, NaN or infinity. */
function isNames(cells: readonly string[]): boolean {
  return cells.every((cell) => cell !== '' && !/^[+-]?(\d|\.\d|nan|inf)/i.test(cell))
}

function parseCell(cell: string, column: number, rows: readonly unknown[], place: string): number {
  const notFinite = /^([+-]?)(nan|inf(inity)?)$/i.exec(cell)
  if (notFinite !== null) return /nan/i.test(cell) ? Number.NaN : Number(`${notFinite[1]}Infinity`)
  const value = parseDecimal(cell)
  if (value !== undefined) return value
  const why = whyNoNumber(cell)
  const hint = /[;\t|]/.test(cell)
    ? ' (cells are separated by commas, and numbers have decimal points)'
    : why === '' || cell === ''
      ? ''
      : ` (${why})`
  const what = cell === '' ? 'empty' : `"${cell}", no number${hint}`
  throw new InputError(`${place}: sample ${rows.length}, column ${column} is ${what}`)
}

function playersOfColumns(columns: number, file: string): number {
  const n = playersFromTableLength(columns)
  if (n === undefined || n === 0) {
    const hint = n === 0 ? '; the values of one sample are one row, [2^n] (values.ravel())' : ''
    throw new InputError(
      `${file}: ${counted(columns, 'column')}; 2^n are needed, one for each subset of n players${hint}`,
    )
  }
  return n
}

function checkValues(row: Float64Array, n: number, sample: number, file: string): void {
  const column = row.findIndex((value) => unfitValue(value, n) !== undefined)
  if (column < 0) return
  const why = unfitValue(row[column], n)
  throw new InputError(
    `${file}: sample ${sample}, column ${column} is ${row[column]} (both count from 0); ${why}`,
  )
}

/** The table with player i at bit i, from one with player i at bit n − 1 − i. */
function reverseBits(table: Float64Array, n: number): Float64Array {
  return table.map((_, mask) => {
    let reversed = 0
    for (let bit = 0; bit < n; bit++) reversed |= ((mask >> bit) & 1) << (n - 1 - bit)
    return table[reversed]
  })
}
