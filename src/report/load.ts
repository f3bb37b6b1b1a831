/** Reads a study folder back, table by table, so that one damaged file hides nothing else. */

import { join } from 'node:path'
import type { Clause, Verdict } from '../comparison/types.js'
import { messageOf } from '../core/errors.js'
import { studyFiles } from '../store/layout.js'
import { parseManifest } from '../store/manifest.js'
import { readStoredText } from '../store/stored.js'
import { readTable } from '../tables/read.js'
import type { Row, Table } from '../tables/table.js'
import {
  agreementTable,
  confusingTable,
  curvesTable,
  difficultyTable,
  effectsTable,
  generalizationTable,
  measuresTable,
  multiverseTable,
  networksTable,
  ordersTable,
  overlapsTable,
  referencesTable,
  samplesTable,
  schemaVersion,
} from '../tables/tables.js'
import type { ReportProblem, ReportStudy } from './types.js'

/**
 * Everything of a study that lies in its own folder; `details` are empty. A file that is not what was written is
 * not read, and named in `problems`.
 */
export async function loadStudy(folder: string, fallbackName: string): Promise<ReportStudy> {
  const problems: ReportProblem[] = []
  /** What a file holds, as `parse` reads it; undefined where it is missing or damaged. */
  const read = async <T>(file: string, parse: (text: string) => T): Promise<T | undefined> => {
    try {
      const text = await readStoredText(join(folder, file))
      if (text !== undefined) return parse(text)
      problems.push({ file, message: 'is missing' })
    } catch (error) {
      problems.push({ file, message: messageOf(error).replace(`${join(folder, file)} `, '') })
    }
    return undefined
  }
  const json = <T>(file: string, isWhole: (value: T) => boolean): Promise<T | undefined> =>
    read(file, (text) => {
      const value = JSON.parse(text) as T
      if (isWhole(value)) return value
      throw new RangeError('is damaged: parts are missing')
    })
  const manifest = await read(studyFiles.manifest, parseManifest)
  if (manifest !== undefined && manifest.schemaVersion !== schemaVersion) {
    problems.push({
      file: studyFiles.manifest,
      message: `was written under schema version ${manifest.schemaVersion}, this lowlayer knows version ${schemaVersion}: columns may be missing or mean something else`,
    })
  }
  const rows = async <T extends Table>(table: T): Promise<Row<T>[]> => {
    const file = `${table.name}.csv`
    const found = await read(file, (csv) => readTable(table, csv))
    const message = whatIsLost(found?.lacking ?? [])
    if (message !== undefined) problems.push({ file, message })
    return found?.rows ?? []
  }
  const tables = {
    networks: await rows(networksTable),
    curves: await rows(curvesTable),
    samples: await rows(samplesTable),
    orders: await rows(ordersTable),
    agreement: await rows(agreementTable),
    references: await rows(referencesTable),
    generalization: await rows(generalizationTable),
    confusing: await rows(confusingTable),
    overlaps: await rows(overlapsTable),
    effects: await rows(effectsTable),
    measures: await rows(measuresTable),
    difficulty: await rows(difficultyTable),
  }
  return {
    name: manifest?.study ?? fallbackName,
    tables,
    verdict: await json(studyFiles.verdict, isVerdict),
    manifest,
    details: [],
    multiverse: await rows(multiverseTable),
    problems,
  }
}

/** The columns that are not shown; undefined where none is missing. */
function whatIsLost(lacking: readonly string[]): string | undefined {
  if (lacking.length === 0) return undefined
  const [columns, them] = lacking.length === 1 ? ['column', 'it'] : ['columns', 'them']
  return `lacks the ${columns} ${lacking.join(', ')}: what needs ${them} is not shown`
}

function isVerdict(value: Verdict): boolean {
  const isClause = (clause: Clause | undefined) =>
    typeof clause === 'object' &&
    clause !== null &&
    ['holds', 'fails', 'undecided', 'not-tested'].includes(clause.status) &&
    [clause.id, clause.text, clause.reason].every((text) => typeof text === 'string') &&
    typeof clause.figures === 'object'
  return (
    typeof value?.sentence === 'string' &&
    Array.isArray(value.clauses) &&
    value.clauses.every(isClause) &&
    isClause(value.sets) &&
    isClause(value.fullyDifferent) &&
    (value.others === undefined || Array.isArray(value.others)) &&
    (value.mirrors === undefined || Array.isArray(value.mirrors)) &&
    Array.isArray(value.warnings)
  )
}
