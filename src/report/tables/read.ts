import { parse } from 'csv-parse/sync'
import type { Column, Row, Table } from './table.js'

/** What could be read of a table, and what not. */
export interface TableReading<T extends Table> {
  readonly rows: Row<T>[]
  /** Rows that are left out: the line of the file on which each ends, from 1, and why. */
  readonly damaged: readonly { readonly line: number; readonly why: string }[]
  /** Columns of the definition that the file lacks; their cells are missing values. */
  readonly lacking: readonly string[]
}

interface CsvRecord {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/**
 * Reads what can be read of a table that `toCsv` wrote; columns that are not known are left out. A row
 * that has another number of cells than the header, a cell of another type, or no line end (the file
 * is cut short, and a cut number looks like a number) is named in `damaged`. Throws RangeError for a
 * file that is empty or has no known column.
 */
export function readTable<T extends Table>(definition: T, csv: string): TableReading<T> {
  const skipped: TableReading<T>['damaged'][number][] = []
  const [head, ...records] = parse(csv, {
    bom: true,
    skip_empty_lines: true,
    info: true,
    relax_column_count: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      const { lines } = error as unknown as { lines: number }
      skipped.push({ line: lines, why: error?.message ?? 'cannot be read' })
      return undefined
    },
  }) as unknown as CsvRecord[]
  if (head === undefined) throw new RangeError('the file is empty')
  const columns = Object.entries(definition.columns).map(
    ([name, column]) => [name, column, head.record.indexOf(name)] as const,
  )
  const lacking = columns.flatMap(([name, , at]) => (at < 0 ? [name] : []))
  if (lacking.length === columns.length) throw new RangeError('no column is known')
  const rows: Row<T>[] = []
  const damaged = [...skipped]
  for (const [index, { record, info }] of records.entries()) {
    const line = info.lines
    const isLast = index === records.length - 1 && skipped.every((row) => row.line < line)
    try {
      if (isLast && !csv.endsWith('\n')) throw new RangeError('cut short')
      rows.push(rowOf(record, columns, head.record.length))
    } catch (error) {
      damaged.push({ line, why: (error as RangeError).message })
    }
  }
  return { rows, damaged: damaged.sort((a, b) => a.line - b.line), lacking }
}

/**
 * Rows of a table from what `toCsv` wrote. Columns that the file lacks are missing values; columns
 * that are not known are left out. Throws RangeError naming the line of a row that is damaged.
 */
export function fromCsv<T extends Table>(definition: T, csv: string): Row<T>[] {
  const { rows, damaged } = readTable(definition, csv)
  if (damaged.length > 0) throw new RangeError(`line ${damaged[0].line}: ${damaged[0].why}`)
  return rows
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
