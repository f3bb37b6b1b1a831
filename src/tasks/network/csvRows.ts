/** Small CSV files that users write by hand. */
import { limits } from '../../core/limits.js'
import { readCsvTable } from '../../formats/csvTable.js'
import { readInputFile } from '../../formats/inputFile.js'
import { decodeText } from '../../formats/text.js'

interface CsvRow {
  /** Cells by column; spaces around them are left out. */
  readonly record: Readonly<Record<string, string>>
  /** `<file>:<line>`, for messages. */
  readonly place: string
}

/** The rows below the header. Throws InputError where the file is no CSV, or longer than anybody writes. */
export function readCsvRows(file: string): CsvRow[] {
  const text = decodeText(readInputFile(file, limits.listBytes), file)
  const { header, rows } = readCsvTable(text, ',', file)
  return rows.map(({ line, cells }) => ({
    record: Object.fromEntries(header.map((name, column) => [name, cells[column].trim()])),
    place: `${file}:${line}`,
  }))
}
