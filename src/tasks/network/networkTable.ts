/** A table of networks from elsewhere: a CSV with the keys of `networks.files[]` as columns. */
import { problemOfGiven } from '../../config/checks/networks.js'
import { type GivenNetworkConfig, givenNetwork } from '../../config/networks.js'
import { findingsOf } from '../../config/problems.js'
import { InputError } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import { quotable } from '../../core/quote.js'
import { requireAtMost } from '../../core/requireAtMost.js'
import { readCsvRows } from './csvRows.js'

/** Columns that hold lists, with + between their parts. */
const LISTS: ReadonlySet<string> = new Set(['lowLayers', 'classes'])
/** Columns that hold numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['low', 'high', 'order', 'stepsPerEpoch'])
/** What the cells of `reference` may say; another word is for the schema to refuse. */
const TRUTHS: Readonly<Record<string, boolean>> = { true: true, false: false }

/** Reads such a table; empty cells are keys that are not said. Throws InputError with the lines of the first problems. */
export function readNetworkTable(file: string): GivenNetworkConfig[] {
  const records = readCsvRows(file)
  if (records.length === 0) throw new InputError(`${file}: the table has no networks`)
  requireAtMost(records.length, limits.networks, `${file}: networks`, 'leave some out')
  const problems: string[] = []
  const entries: GivenNetworkConfig[] = []
  const unknownColumns = new Set<string>()
  for (const { record, place } of records) {
    const { entry, found } = parseEntry(entryOf(record, place))
    if (entry !== undefined) entries.push(entry)
    for (const { column, message, aboutKey } of found) {
      // A wrong column is wrong in all rows.
      if (aboutKey && unknownColumns.has(column)) continue
      if (aboutKey) unknownColumns.add(column)
      const isIndex = aboutKey && column === ''
      const said = isIndex
        ? 'a column has no name; pandas writes none with to_csv(index=False)'
        : message
      problems.push(`${place}: ${column === '' ? '' : `${quotable(column)}: `}${said}`)
    }
    if (problems.length >= limits.problems) break
  }
  if (problems.length > 0) throw new InputError(problems.slice(0, limits.problems).join('\n'))
  return entries
}

/** A problem of one row. */
interface Found {
  readonly column: string
  readonly message: string
  readonly aboutKey?: boolean
}

/** Checks a row as an entry of `networks.files[]`, in the words in which a config is told of one. */
function parseEntry(written: Record<string, unknown>): {
  entry?: GivenNetworkConfig
  found: Found[]
} {
  const parsed = givenNetwork.safeParse(written)
  if (parsed.success) {
    const message = problemOfGiven(parsed.data)
    return message === undefined
      ? { entry: parsed.data, found: [] }
      : { found: [{ column: '', message }] }
  }
  const config = { networks: { files: [written] } }
  const entryPath = ['networks', 'files', 0]
  const found = findingsOf(parsed.error.issues, config, entryPath).map(({ path, ...rest }) => ({
    column: path.slice(entryPath.length).join('.'),
    ...rest,
  }))
  return { found }
}

function entryOf(record: Readonly<Record<string, string>>, place: string): Record<string, unknown> {
  const cells = Object.entries(record).filter(([, cell]) => cell !== '')
  return Object.fromEntries(
    cells.map(([key, cell]) => {
      if (LISTS.has(key)) {
        const parts = cell.split('+', limits.columns + 1)
        requireAtMost(parts.length, limits.columns, `${place}: ${key}: parts`, 'list fewer')
        return [key, parts]
      }
      if (key === 'reference') return [key, TRUTHS[cell.toLowerCase()] ?? cell]
      // What is no number stays as it is written, to be told of.
      return [key, NUMBERS.has(key) && !Number.isNaN(Number(cell)) ? Number(cell) : cell]
    }),
  )
}
