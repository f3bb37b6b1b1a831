/** Reads a study folder back, table by table, so that one damaged file hides nothing else. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Verdict } from '../comparison/types.js'
import { messageOf } from '../core/errors.js'
import { fromCsv } from './tables/read.js'
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
  const rows = async <T extends Table>(table: T, optional = false): Promise<Row<T>[]> => {
    const file = `${table.name}.csv`
    try {
      return fromCsv(table, await readFile(join(folder, file), 'utf8'))
    } catch (error) {
      const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!(absent && optional)) problems.push({ file, message: why(error, absent) })
      return []
    }
  }
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
    (value) => typeof value === 'object' && value !== null,
  )
  if (manifest?.schemaVersion !== undefined && manifest.schemaVersion !== schemaVersion) {
    problems.push({
      file: 'manifest.json',
      message: `was written under schema version ${manifest.schemaVersion}, this lowlayer knows version ${schemaVersion}: columns may be missing or mean something else`,
    })
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
    verdict: await json<Verdict>(
      'verdict.json',
      (value) =>
        typeof value?.sentence === 'string' &&
        Array.isArray(value.clauses) &&
        value.fullyDifferent !== undefined &&
        Array.isArray(value.warnings),
    ),
    manifest,
    details: [],
    sensitivity: await rows(sensitivityTable, true),
    problems,
  }
}

function why(error: unknown, absent: boolean): string {
  return absent ? 'is missing' : `is damaged: ${messageOf(error)}`
}
