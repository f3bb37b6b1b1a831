/** Reads CSV files that users bring. */
import { InputError } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { quotable } from '../core/quote.js'
import { repeated } from '../core/repeated.js'

/** A CSV file as text cells. Line numbers count from 1; quoted cells may span lines. */
export interface CsvTable {
  readonly header: readonly string[]
  readonly rows: readonly CsvRecord[]
}

/** A record of a CSV file. */
interface CsvRecord {
  /** Where it begins. */
  readonly line: number
  readonly cells: readonly string[]
  /** Positions of the cells that stand in quotes: "NA" is a name where NA is none. */
  readonly quoted: ReadonlySet<number>
}

/**
 * Reads CSV (RFC 4180): cells between delimiters, quoted where they hold delimiters, quotes (doubled)
 * or line breaks. Empty lines are left out. Throws InputError naming file and line for an empty file,
 * a row of another length, a header name given twice, or a quote that is not closed.
 */
export function readCsvTable(text: string, delimiter: string, file: string): CsvTable {
  const [head, ...rows] = csvRecords(text, delimiter, file)
  if (head === undefined) throw new InputError(`${file} is empty`)
  const header = head.cells.map((name) => name.trim())
  const [twice] = repeated(header)
  if (twice !== undefined)
    throw new InputError(`${file}: the column "${quotable(twice)}" is there twice`)
  for (const { line, cells } of rows) {
    if (cells.length === header.length) continue
    throw new InputError(
      `${file}:${line}: ${cells.length} cells, but the header has ${header.length}`,
    )
  }
  return { header, rows }
}

const NO_QUOTES: ReadonlySet<number> = new Set()

/**
 * The records of a CSV file, the header among them. Throws InputError as {@link readCsvTable} does of quotes, and for more
 * rows, columns or cells than are taken.
 */
export function csvRecords(
  text: string,
  delimiter: string,
  file: string,
  most: Readonly<Record<'rows' | 'cells' | 'columns', number>> = limits,
): CsvRecord[] {
  const found: CsvRecord[] = []
  let cells: string[] = []
  let quoted: Set<number> | undefined
  let line = 1
  let start = 1
  let at = 0
  let count = 0
  while (at < text.length) {
    const isQuoted = text[at] === '"'
    const cell = isQuoted ? quotedCell(text, at, file, line) : plainCell(text, at, delimiter)
    if (isQuoted) quoted = (quoted ?? new Set()).add(cells.length)
    if (++count > most.cells) throw tooMany('cells', most.cells, file)
    if (cells.length === most.columns) throw tooMany('columns', most.columns, file)
    cells.push(cell.value)
    line += cell.breaks
    at = cell.end
    if (text[at] === delimiter) {
      at++
      if (at < text.length && !isBreak(text[at])) continue
      cells.push('')
    } else if (at < text.length && !isBreak(text[at])) {
      throw new InputError(`${file}:${line}: text follows a closing quote`)
    }
    if (cells.length > 1 || cells[0] !== '') {
      if (found.length === most.rows) throw tooMany('rows', most.rows, file)
      found.push({ line: start, cells, quoted: quoted ?? NO_QUOTES })
      cells = []
    } else {
      cells.pop()
      count--
    }
    quoted = undefined
    at += text.startsWith('\r\n', at) ? 2 : 1
    start = ++line
  }
  return found
}

function tooMany(what: string, most: number, file: string): InputError {
  return new InputError(
    `${file}: more than ${most.toLocaleString('en')} ${what}; take a part of it, or save numbers as .npz (data.source: npz)`,
  )
}

function isBreak(character: string): boolean {
  return character === '\n' || character === '\r'
}

interface Cell {
  readonly value: string
  readonly end: number
  readonly breaks: number
}

function plainCell(text: string, from: number, delimiter: string): Cell {
  let end = from
  while (end < text.length && text[end] !== delimiter && !isBreak(text[end])) end++
  return { value: text.slice(from, end), end, breaks: 0 }
}

function quotedCell(text: string, from: number, file: string, line: number): Cell {
  let end = text.indexOf('"', from + 1)
  while (end !== -1 && text[end + 1] === '"' && end - from <= limits.cellLetters)
    end = text.indexOf('"', end + 2)
  if (end === -1) throw new InputError(`${file}:${line}: a quote is not closed`)
  if (end - from > limits.cellLetters) {
    throw new InputError(
      `${file}:${line}: a quoted cell has more than ${limits.cellLetters.toLocaleString('en')} letters; is its quote closed?`,
    )
  }
  const value = text.slice(from + 1, end).replaceAll('""', '"')
  return { value, end: end + 1, breaks: value.split('\n').length - 1 }
}
