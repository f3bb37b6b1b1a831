/** Small CSV files that users write by hand. */
import { InputError } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import { quotable } from '../../core/quote.js'
import { readCsvTable } from '../../formats/csvTable.js'
import { readInputFile } from '../../formats/inputFile.js'
import { decodeText } from '../../formats/text.js'

interface CsvRow {
  /** Cells by column; spaces around them are left out. */
  readonly record: Readonly<Record<string, string>>
  /** `<file>:<line>`, for messages. */
  readonly place: string
}

/**
 * The rows below the header. Throws InputError where the file is no CSV with commas, longer than anybody writes, or without a column
 * that is `needed`.
 */
export function readCsvRows(file: string, needed: readonly string[] = []): CsvRow[] {
  const text = decodeText(readInputFile(file, limits.listBytes), file)
  const { header, rows } = readCsvTable(text, ',', file)
  if (header.length === 1 && /[;\t]/.test(header[0])) {
    throw new InputError(
      `${file}:1: the header has no comma but ${header[0].includes(';') ? 'semicolons' : 'tabs'}; separate columns by commas`,
    )
  }
  const missing = needed.filter((name) => !header.includes(name))
  if (missing.length > 0) {
    const [columns, there] = [missing, header].map((names) => quotable(names.join(', ')))
    throw new InputError(
      `${file}:1: there is no column ${columns}; the columns are ${there}, and one row has one value: ${needed.join(', ')}`,
    )
  }
  return rows.map(({ line, cells }) => ({
    record: Object.fromEntries(header.map((name, column) => [name, cells[column].trim()])),
    place: `${file}:${line}`,
  }))
}
