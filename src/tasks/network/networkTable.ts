/** A table of networks from elsewhere: a CSV with the keys of `networks.files[]` as columns. */
import { problemOfGiven } from '../../config/checks/networks.js'
import { type GivenNetworkConfig, givenNetwork } from '../../config/networks.js'
import { InputError } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
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
  for (const { record, place } of records) {
    const parsed = givenNetwork.safeParse(entryOf(record, place))
    const message = parsed.success ? problemOfGiven(parsed.data) : undefined
    if (parsed.success && message === undefined) {
      entries.push(parsed.data)
      continue
    }
    const issues = parsed.success
      ? [message]
      : parsed.error.issues.map(({ path, message }) => [...path, message].join(': '))
    for (const issue of issues) problems.push(`${place}: ${issue}`)
    if (problems.length >= limits.problems) break
  }
  if (problems.length > 0) throw new InputError(problems.slice(0, limits.problems).join('\n'))
  return entries
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
      return [key, NUMBERS.has(key) ? Number(cell) : cell]
    }),
  )
}
