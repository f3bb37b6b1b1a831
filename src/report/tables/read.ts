import { parse } from 'csv-parse/sync'
import type { Column, Row, Table } from './table.js'

/**
 * Rows of a table from what `toCsv` wrote. Columns that the file lacks are missing values; columns
 * that are not known are left out. Throws RangeError naming row and column for cells of another type.
 */
export function fromCsv<T extends Table>(definition: T, csv: string): Row<T>[] {
  const [head, ...records] = parse(csv, { bom: true, skip_empty_lines: true }) as string[][]
  if (head === undefined) throw new RangeError('the file is empty')
  const columns = Object.entries(definition.columns).map(
    ([name, column]) => [name, column, head.indexOf(name)] as const,
  )
  if (columns.every(([, , at]) => at < 0)) throw new RangeError('no column is known')
  return records.map((record, row) => {
    const cells = columns.map(([name, column, at]) => {
      const text = at < 0 ? '' : record[at]
      return [name, text === '' ? undefined : cellOf(text, column, `row ${row + 1}, ${name}`)]
    })
    return Object.fromEntries(cells) as Row<T>
  })
}

function cellOf(text: string, { type }: Column, place: string): string | number | boolean {
  if (type === 'text') return text
  if (type === 'boolean') {
    if (text !== 'true' && text !== 'false')
      throw new RangeError(`${place}: "${text}" is no boolean`)
    return text === 'true'
  }
  const value = Number(text)
  if (!Number.isFinite(value)) throw new RangeError(`${place}: "${text}" is no number`)
  return value
}
