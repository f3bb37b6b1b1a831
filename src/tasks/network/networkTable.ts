/** A table of networks from elsewhere: a CSV with the keys of `networks.files[]` as columns. */
import { problemOfGiven } from '../../config/checks/networks.js'
import { type GivenNetworkConfig, givenNetwork } from '../../config/networks.js'
import { InputError } from '../../core/errors.js'
import { readCsvRows } from './csvRows.js'

/** Columns that hold lists, with + between their parts. */
const LISTS: ReadonlySet<string> = new Set(['lowLayers', 'classes'])
/** Columns that hold numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['low', 'high', 'order', 'stepsPerEpoch'])
/** What the cells of `reference` may say; another word is for the schema to refuse. */
const TRUTHS: Readonly<Record<string, boolean>> = { true: true, false: false }

/** Reads such a table; empty cells are keys that are not said. Throws InputError with the line of every problem. */
export function readNetworkTable(file: string): GivenNetworkConfig[] {
  const records = readCsvRows(file)
  if (records.length === 0) throw new InputError(`${file}: the table has no networks`)
  const problems: string[] = []
  const entries = records.flatMap(({ record, place }) => {
    const parsed = givenNetwork.safeParse(entryOf(record))
    const message = parsed.success ? problemOfGiven(parsed.data) : undefined
    if (parsed.success && message === undefined) return [parsed.data]
    const issues = parsed.success
      ? [message]
      : parsed.error.issues.map(({ path, message }) => [...path, message].join(': '))
    problems.push(...issues.map((issue) => `${place}: ${issue}`))
    return []
  })
  if (problems.length > 0) throw new InputError(problems.join('\n'))
  return entries
}

function entryOf(record: Readonly<Record<string, string>>): Record<string, unknown> {
  const cells = Object.entries(record).filter(([, cell]) => cell !== '')
  return Object.fromEntries(
    cells.map(([key, cell]) => {
      if (LISTS.has(key)) return [key, cell.split('+')]
      if (key === 'reference') return [key, TRUTHS[cell.toLowerCase()] ?? cell]
      return [key, NUMBERS.has(key) ? Number(cell) : cell]
    }),
  )
}
