/** Small CSV files that users write by hand. */
import { parse } from 'csv-parse/sync'
import { InputError, messageOf } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import { readInputFile } from '../../formats/inputFile.js'

interface CsvRow {
  /** Cells by column; spaces around them are left out. */
  readonly record: Readonly<Record<string, string>>
  /** `<file>:<line>`, for messages. */
  readonly place: string
}

/** The rows below the header. Throws InputError where the file is no CSV. */
export function readCsvRows(file: string): CsvRow[] {
  const options = { columns: true, bom: true, trim: true, skip_empty_lines: true, info: true }
  try {
    const rows = parse(readInputFile(file, limits.textBytes), options) as unknown as {
      readonly record: CsvRow['record']
      readonly info: { readonly lines: number }
    }[]
    return rows.map(({ record, info }) => ({ record, place: `${file}:${info.lines}` }))
  } catch (cause) {
    throw new InputError(`${file}: cannot be read as CSV: ${messageOf(cause)}`, { cause })
  }
}
