import { parse } from 'csv-parse/sync'
import { messageOf } from '../core/errors.js'
import type { Column, Row, Table } from './table.js'

/** A table that was read. */
interface TableReading<T extends Table> {
  readonly rows: Row<T>[]
  /** Columns of the definition that the file lacks; their cells are missing values. */
  readonly lacking: readonly string[]
}

interface CsvRecord {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/**
 * Reads a table that `toCsv` wrote, by this version or another: columns that are not known are left out. Throws
 * RangeError, naming the line, for anything else: a row that has another number of cells than the header, a cell of
 * another type, no line end (the file is cut short, and a cut number looks like a number), no known column.
 */
export function readTable<T extends Table>(definition: T, csv: string): TableReading<T> {
  const [head, ...records] = recordsOf(csv)
  if (head === undefined) throw new RangeError('the file is empty')
  const columns = Object.entries(definition.columns).map(
    ([name, column]) => [name, column, head.record.indexOf(name)] as const,
  )
  const lacking = columns.flatMap(([name, , at]) => (at < 0 ? [name] : []))
  if (lacking.length === columns.length) throw new RangeError('no column is known')
  const rows = records.map(({ record, info }) => {
    try {
      return rowOf<T>(record, columns, head.record.length)
    } catch (error) {
      throw new RangeError(`line ${info.lines}: ${messageOf(error)}`)
    }
  })
  if (!csv.endsWith('\n'))
    throw new RangeError(`line ${(records.at(-1) ?? head).info.lines}: cut short`)
  return { rows, lacking }
}

function recordsOf(csv: string): CsvRecord[] {
  try {
    return parse(csv, {
      bom: true,
      skip_empty_lines: true,
      info: true,
      relax_column_count: true,
    }) as unknown as CsvRecord[]
  } catch (error) {
    throw new RangeError(messageOf(error))
  }
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
    const cells = record.length === 1 ? '1 cell' : `${record.length} cells`
    throw new RangeError(`${cells} instead of ${width}`)
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
