/** Reads tables that a study wrote, whole or row by row. */
import { pipeline } from 'node:stream/promises'
import { parse as csvParser, type Options } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { LowlayerError, messageOf } from '../core/errors.js'
import { counted } from '../core/numberWords.js'
import type { Column, Row, Table } from './table.js'

/** A table that was read. */
interface TableReading<T extends Table> {
  readonly rows: Row<T>[]
  /** Columns of the definition that the file lacks; their cells are missing values. */
  readonly lacking: readonly string[]
}

/** Which rows are read: those whose cells of these columns all are among `values`. */
export interface RowFilter {
  readonly columns: readonly string[]
  readonly values: ReadonlySet<string>
}

/**
 * Reads a table that `toCsv` wrote, by this version or another: columns that are not known are left out. Throws
 * RangeError, naming the line, for anything else: a row that has another number of cells than the header, a cell of
 * another type, no line end (the file is cut short, and a cut number looks like a number), no known column.
 */
export function readTable<T extends Table>(definition: T, csv: string): TableReading<T> {
  const rows: Row<T>[] = []
  const reading = rowReading(definition, (row) => rows.push(row))
  try {
    parse(csv, reading.options)
  } catch (error) {
    throw new RangeError(messageOf(error))
  }
  return { rows, lacking: reading.end(csv.endsWith('\n')) }
}

/** {@link readTable} of the bytes of a file piece by piece; of what is too large to be held a filter lets through what is. */
export async function readTablePieces<T extends Table>(
  definition: T,
  pieces: AsyncIterable<Uint8Array>,
  filter?: RowFilter,
): Promise<TableReading<T>> {
  const rows: Row<T>[] = []
  const lacking = await visitRowsOf(definition, pieces, (row) => rows.push(row), filter)
  return { rows, lacking }
}

/**
 * Hands the rows of a table to `visit` one by one, from bytes piece by piece, and says which columns are lacking. Throws as
 * {@link readTable} does.
 */
export async function visitRowsOf<T extends Table>(
  definition: T,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  visit: (row: Row<T>) => void,
  filter?: RowFilter,
): Promise<readonly string[]> {
  const reading = rowReading(definition, visit, filter)
  let last: number | undefined
  async function* copied() {
    for await (const piece of pieces) {
      last = piece.at(-1) ?? last
      // The parser keeps what a piece ends with for the next one.
      yield Buffer.from(piece)
    }
  }
  try {
    const source = filter === undefined ? copied() : wantedLines(copied(), filter)
    await pipeline(source, csvParser(reading.options))
  } catch (error) {
    throw error instanceof LowlayerError ? error : new RangeError(messageOf(error))
  }
  return reading.end(last === LINE_END)
}

const LINE_END = 10

/**
 * The bytes of a table in which lines that a filter does not let through are empty, so that the parser, which takes twelve seconds for the
 * 145 MB of 500,000 pairs, sees the others alone and still counts all. It gets every line that may be no row by itself (one with quotes, or
 * within them), or none of this table (another number of cells).
 */
async function* wantedLines(
  pieces: AsyncIterable<Buffer>,
  filter: RowFilter,
): AsyncGenerator<Buffer> {
  // Bytes as letters: what stands between commas is compared, not read.
  const wanted = new Set([...filter.values].map((value) => Buffer.from(value).toString('latin1')))
  let head: readonly string[] | undefined
  let columns: readonly number[] = []
  let isQuoted = false
  const isWanted = (line: string): boolean => {
    const quotes = line.split('"').length - 1
    const isWithin = isQuoted
    if (quotes % 2 === 1) isQuoted = !isQuoted
    if (isWithin || quotes > 0 || line.endsWith('\r')) return true
    const cells = line.split(',')
    if (head === undefined) {
      head = cells
      columns = filter.columns.map((name) => cells.indexOf(name))
      return true
    }
    return cells.length !== head.length || columns.every((at) => at < 0 || wanted.has(cells[at]))
  }
  let rest = ''
  for await (const piece of pieces) {
    // The new piece alone is looked through: a line may go on over many.
    const lines = piece.toString('latin1').split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop() as string
    const kept = lines.map((line) => (isWanted(line) ? `${line}\n` : '\n'))
    yield Buffer.from(kept.join(''), 'latin1')
  }
  yield Buffer.from(rest, 'latin1')
}

/** What the parser is told, which hands every wanted row to `visit`, and what is known at the end: the columns that are lacking. */
function rowReading<T extends Table>(
  definition: T,
  visit: (row: Row<T>) => void,
  filter?: RowFilter,
): {
  readonly options: Options
  readonly end: (hasLineEnd: boolean) => readonly string[]
} {
  let head: readonly string[] | undefined
  let columns: (readonly [name: string, column: Column, at: number])[] = []
  let line = 0
  const isWanted = (record: readonly string[], head: readonly string[]) =>
    filter === undefined ||
    record.length !== head.length ||
    filter.columns.every((name) => filter.values.has(record[head.indexOf(name)]))
  const take = (record: readonly string[]) => {
    if (head === undefined) {
      head = record
      columns = Object.entries(definition.columns).map(
        ([name, column]) => [name, column, record.indexOf(name)] as const,
      )
      if (columns.every(([, , at]) => at < 0)) throw new RangeError('no column is known')
    } else if (isWanted(record, head)) visit(rowOf<T>(record, columns, head.length))
  }
  const options: Options = {
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    on_record: (record, { lines }) => {
      line = lines
      try {
        take(record as unknown as readonly string[])
      } catch (error) {
        throw head === undefined || columns.every(([, , at]) => at < 0)
          ? error
          : new RangeError(`line ${lines}: ${messageOf(error)}`)
      }
      return undefined
    },
  }
  const end = (hasLineEnd: boolean) => {
    if (head === undefined) throw new RangeError('the file is empty')
    if (!hasLineEnd) throw new RangeError(`line ${line}: cut short`)
    return columns.flatMap(([name, , at]) => (at < 0 ? [name] : []))
  }
  return { options, end }
}

/** The rows of {@link readTable}. */
export function fromCsv<T extends Table>(definition: T, csv: string): Row<T>[] {
  return readTable(definition, csv).rows
}

function rowOf<T extends Table>(
  record: readonly string[],
  columns: readonly (readonly [name: string, column: Column, at: number])[],
  width: number,
): Row<T> {
  if (record.length !== width) {
    throw new RangeError(`${counted(record.length, 'cell')} instead of ${width}`)
  }
  const cells = columns.map(([name, column, at]) => {
    const text = at < 0 ? '' : record[at]
    return [name, text === '' ? undefined : cellOf(text, column, name)]
  })
  return Object.fromEntries(cells) as Row<T>
}

function cellOf(text: string, { type }: Column, name: string): string | number | boolean {
  if (type === 'text') return text
  if (type === 'boolean') {
    if (text !== 'true' && text !== 'false') throw new RangeError(`${name} "${text}" is no boolean`)
    return text === 'true'
  }
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new RangeError(`${name} "${text}" is no number`)
  }
  if (type === 'integer' && !Number.isInteger(value)) {
    throw new RangeError(`${name} "${text}" is no whole number`)
  }
  return value
}
