/**
 * Tidy tables: long form, one row per observation. A table is declared once, as columns with type
 * and meaning; rows are typed by it, the CSV follows its column order, and SCHEMA.md is written
 * from it.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { stringify } from 'csv-stringify/sync'

interface CellTypes {
  text: string
  integer: number
  number: number
  boolean: boolean
}

export interface Column<Type extends keyof CellTypes = keyof CellTypes> {
  readonly type: Type
  readonly description: string
}

type Columns = Readonly<Record<string, Column>>

export interface Table<C extends Columns = Columns> {
  readonly name: string
  readonly description: string
  readonly columns: C
}

/** A row of a table; `undefined` is a missing value (an empty cell). */
export type Row<T extends Table> = {
  readonly [Name in keyof T['columns']]: CellTypes[T['columns'][Name]['type']] | undefined
}

export const text = (description: string): Column<'text'> => ({ type: 'text', description })
export const integer = (description: string): Column<'integer'> => ({
  type: 'integer',
  description,
})
export const number = (description: string): Column<'number'> => ({ type: 'number', description })
export const boolean = (description: string): Column<'boolean'> => ({
  type: 'boolean',
  description,
})

export function table<C extends Columns>(name: string, description: string, columns: C): Table<C> {
  return { name, description, columns }
}

/** A row of missing values alone. */
export function emptyRow<T extends Table>({ columns }: T): Row<T> {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, undefined])) as Row<T>
}

/**
 * CSV of rows: header, `.` decimals, shortest numbers that read back exactly, `true`/`false`, empty
 * cells for missing values. Throws a RangeError on NaN and infinities, which no table may hold.
 */
export function toCsv<T extends Table>(definition: T, rows: readonly Row<T>[]): string {
  return head(definition) + rows.map(lineWriter(definition)).join('')
}

function head({ columns }: Table): string {
  return stringify([Object.keys(columns)])
}

/**
 * Writes the line of a row; RangeError as {@link toCsv}. Cells that need no quotes are the line itself: csv-stringify would take
 * ten seconds to look for it in the twelve million of 500,000 pairs.
 */
function lineWriter(definition: Table): (row: object) => string {
  const columns = Object.entries(definition.columns)
  const isQuoted = (cells: readonly string[]) =>
    columns.some(([, { type }], at) => type === 'text' && NEEDS_QUOTES.test(cells[at]))
  return (row) => {
    const cells = columns.map(([name]) =>
      cell(definition, name, (row as Record<string, unknown>)[name]),
    )
    return isQuoted(cells) ? stringify([cells]) : `${cells.join(',')}\n`
  }
}

/** What a cell cannot hold without quotes. */
const NEEDS_QUOTES = /[",\r\n]/

/** Letters of text that are compressed at once. */
const PIECE_LETTERS = 2 ** 18

/** The text of {@link toCsv}, made row by row where there are too many rows to be held: it is kept compressed, a hundredth of what they take as objects. */
export class CsvText<T extends Table = Table> {
  /** One after the other they are the text, each of them compressed. */
  private readonly pieces: Buffer[] = []
  /** What follows them. */
  private text: string
  private readonly lineOf: (row: object) => string

  constructor(
    readonly definition: T,
    rows: Iterable<Row<T>> = [],
  ) {
    this.text = head(definition)
    this.lineOf = lineWriter(definition)
    for (const row of rows) this.add(row)
  }

  add(row: Row<T>): void {
    this.text += this.lineOf(row)
    if (this.text.length < PIECE_LETTERS) return
    this.pieces.push(deflateRawSync(this.text, { level: 1 }))
    this.text = ''
  }

  /** All pieces, to be written one after the other. */
  *content(): Generator<Uint8Array> {
    for (const piece of this.pieces) yield inflateRawSync(piece)
    yield Buffer.from(this.text)
  }

  toString(): string {
    return Buffer.concat([...this.content()]).toString()
  }
}

function cell(definition: Table, name: string, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`${definition.name}.csv: column ${name} cannot hold ${value}`)
  }
  return Object.is(value, -0) ? '0' : String(value)
}
