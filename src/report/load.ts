/** Reads a study folder back, table by table, so that one damaged file hides nothing else. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clause, Verdict } from '../comparison/types.js'
import { messageOf } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { readTable, type TableReading } from './tables/read.js'
import type { Row, Table } from './tables/table.js'
import {
  confusingTable,
  curvesTable,
  effectsTable,
  generalizationTable,
  networksTable,
  ordersTable,
  overlapsTable,
  samplesTable,
  schemaVersion,
  sensitivityTable,
} from './tables/tables.js'
import type { ReportManifest, ReportProblem, ReportStudy } from './types.js'

/** Everything of a study that lies in its own folder; `details` are empty. */
export async function loadStudy(folder: string, fallbackName: string): Promise<ReportStudy> {
  const problems: ReportProblem[] = []
  const json = async <T>(file: string, isWhole: (value: T) => boolean): Promise<T | undefined> => {
    try {
      const value = JSON.parse(await readFile(join(folder, file), 'utf8')) as T
      if (isWhole(value)) return value
      problems.push({ file, message: 'is damaged: parts are missing' })
    } catch (error) {
      const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
      problems.push({ file, message: why(error, absent) })
    }
    return undefined
  }
  const manifest = await json<ReportManifest>(
    'manifest.json',
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  )
  if (manifest?.schemaVersion !== undefined && manifest.schemaVersion !== schemaVersion) {
    problems.push({
      file: 'manifest.json',
      message: `was written under schema version ${manifest.schemaVersion}, this lowlayer knows version ${schemaVersion}: columns may be missing or mean something else`,
    })
  }
  const rows = async <T extends Table>(table: T, optional = false): Promise<Row<T>[]> => {
    const file = `${table.name}.csv`
    try {
      const csv = await readFile(join(folder, file), 'utf8')
      const found = readTable(table, csv)
      const written = manifest?.checksums?.[file]
      const message =
        whatIsLost(found) ??
        (written === undefined || written === sha256(csv) ? undefined : CHANGED)
      if (message !== undefined) problems.push({ file, message })
      return found.rows
    } catch (error) {
      const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!(absent && optional)) problems.push({ file, message: why(error, absent) })
      return []
    }
  }
  const tables = {
    networks: await rows(networksTable),
    curves: await rows(curvesTable),
    samples: await rows(samplesTable),
    orders: await rows(ordersTable),
    generalization: await rows(generalizationTable),
    confusing: await rows(confusingTable),
    overlaps: await rows(overlapsTable),
    effects: await rows(effectsTable),
  }
  return {
    name: manifest?.study ?? fallbackName,
    tables,
    verdict: await json('verdict.json', isVerdict),
    manifest,
    details: [],
    sensitivity: await rows(sensitivityTable, true),
    problems,
  }
}

function why(error: unknown, absent: boolean): string {
  return absent ? 'is missing' : `is damaged: ${messageOf(error)}`
}

/** A file that reads well and is not what was written: rows may have gone with the end of it. */
const CHANGED =
  'is not what was written (its SHA-256 differs from that in manifest.json): it is shown as it is, rows may be missing or altered'

/** This many damaged lines are named one by one. */
const LINES_NAMED = 3

/** What of a table is not shown, and where in the file that stands; undefined where nothing is lost. */
function whatIsLost({ rows, damaged, lacking }: TableReading<Table>): string | undefined {
  const parts: string[] = []
  if (lacking.length > 0) {
    const [columns, them] = lacking.length === 1 ? ['column', 'it'] : ['columns', 'them']
    parts.push(`lacks the ${columns} ${lacking.join(', ')}: what needs ${them} is not shown`)
  }
  if (damaged.length > 0) {
    const named = damaged.slice(0, LINES_NAMED).map((row) => `line ${row.line}: ${row.why}`)
    const more = damaged.length > LINES_NAMED ? `; and ${damaged.length - LINES_NAMED} more` : ''
    const all = rows.length + damaged.length
    parts.push(
      `${damaged.length} of ${all} rows cannot be read and ${damaged.length === 1 ? 'is' : 'are'} left out, ${rows.length} ${rows.length === 1 ? 'is' : 'are'} shown (${named.join('; ')}${more})`,
    )
  }
  return parts.length === 0 ? undefined : parts.join('; ')
}

function isVerdict(value: Verdict): boolean {
  const isClause = (clause: Clause | undefined) =>
    typeof clause === 'object' &&
    clause !== null &&
    ['holds', 'fails', 'undecided'].includes(clause.status) &&
    [clause.id, clause.text, clause.reason].every((text) => typeof text === 'string') &&
    typeof clause.figures === 'object'
  return (
    typeof value?.sentence === 'string' &&
    Array.isArray(value.clauses) &&
    value.clauses.every(isClause) &&
    isClause(value.fullyDifferent) &&
    (value.others === undefined || Array.isArray(value.others)) &&
    Array.isArray(value.warnings)
  )
}
