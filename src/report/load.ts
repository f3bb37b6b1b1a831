/** Reads a study folder back, table by table, so that one damaged file hides nothing else. */

import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Clause, Verdict } from '../comparison/types.js'
import { messageOf } from '../core/errors.js'
import { studyFiles, tableFile } from '../store/layout.js'
import { parseManifest } from '../store/manifest.js'
import { readStoredPieces } from '../store/stored.js'
import { type RowFilter, readTable, readTablePieces } from '../tables/read.js'
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
  pairClassesTable,
  referencesTable,
  samplesTable,
  schemaVersion,
} from '../tables/tables.js'
import { drawnNetworks } from './drawnNetworks.js'
import type { ReportProblem, ReportStudy, StudyTables } from './types.js'

/** What of a study is read. */
export interface Reading {
  /** Tables whose rows are wanted, by default all; of the others no more is looked at than whether they are what was written. */
  readonly tables?: readonly (keyof StudyTables | 'multiverse')[]
  /** Whether the rows of all networks are wanted, and not only those of the networks that are drawn. */
  readonly allNetworks?: boolean
  /** Rows that are wanted of some tables, in the place of those of the networks that are drawn. */
  readonly only?: Readonly<Partial<Record<keyof StudyTables, RowFilter>>>
}

/**
 * Everything of a study that lies in its own folder, as far as it is wanted; `details` are empty. A file that is not what was
 * written is not read, and named in `problems`.
 */
export async function loadStudy(
  folder: string,
  fallbackName: string,
  reading: Reading = {},
): Promise<ReportStudy> {
  const problems: ReportProblem[] = []
  /** What a file holds, as `parse` reads it; undefined where it is missing or damaged. */
  const read = async <T>(
    file: string,
    parse: (pieces: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      const found = await readStoredPieces(join(folder, file), parse)
      if (found !== undefined) return found
      problems.push({ file, message: 'is missing' })
    } catch (error) {
      problems.push({ file, message: messageOf(error).replace(`${join(folder, file)} `, '') })
    }
    return undefined
  }
  const manifest = await read(studyFiles.manifest, async (pieces) =>
    parseManifest(await text(pieces)),
  )
  if (manifest !== undefined && manifest.schemaVersion !== schemaVersion) {
    problems.push({
      file: studyFiles.manifest,
      message: `was written under schema version ${manifest.schemaVersion}, this lowlayer knows version ${schemaVersion}: columns may be missing or mean something else`,
    })
  }
  const rows = async <T extends Table>(
    name: keyof StudyTables | 'multiverse',
    table: T,
    filter?: RowFilter,
  ): Promise<Row<T>[]> => {
    const file = tableFile(table)
    const isWanted = reading.tables === undefined || reading.tables.includes(name)
    const own = name === 'multiverse' ? undefined : reading.only?.[name]
    const found = await read(file, async (pieces) =>
      isWanted
        ? readTablePieces(table, pieces, own ?? filter)
        : readTable(table, await firstLine(pieces)),
    )
    const message = whatIsLost(found?.lacking ?? [])
    if (message !== undefined) problems.push({ file, message })
    return found?.rows ?? []
  }
  const networks = await rows('networks', networksTable)
  const drawn = reading.allNetworks ? undefined : drawnNetworks(networks)
  const among = (...columns: string[]) => drawn && { columns, values: drawn }
  const own = among('network')
  const tables: StudyTables = {
    networks,
    curves: await rows('curves', curvesTable),
    samples: await rows('samples', samplesTable, own),
    orders: await rows('orders', ordersTable, own),
    agreement: await rows('agreement', agreementTable, own),
    references: await rows('references', referencesTable),
    generalization: await rows('generalization', generalizationTable, own),
    confusing: await rows('confusing', confusingTable),
    overlaps: await rows('overlaps', overlapsTable, among('network_a', 'network_b')),
    pairClasses: await rows('pairClasses', pairClassesTable),
    effects: await rows('effects', effectsTable),
    measures: await rows('measures', measuresTable),
    difficulty: await rows('difficulty', difficultyTable, own),
  }
  return {
    name: manifest?.study ?? fallbackName,
    tables,
    verdict: await read(studyFiles.verdict, async (pieces) => parseVerdict(await text(pieces))),
    manifest,
    details: [],
    multiverse: await rows('multiverse', multiverseTable),
    problems,
  }
}

/** The first line, after all pieces have passed. */
async function firstLine(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let line = ''
  for await (const piece of pieces) {
    if (!line.includes('\n')) line += Buffer.from(piece).toString()
  }
  return line.slice(0, line.indexOf('\n') + 1)
}

/** The columns that are not shown; undefined where none is missing. */
function whatIsLost(lacking: readonly string[]): string | undefined {
  if (lacking.length === 0) return undefined
  const [columns, them] = lacking.length === 1 ? ['column', 'it'] : ['columns', 'them']
  return `lacks the ${columns} ${lacking.join(', ')}: what needs ${them} is not shown`
}

/** A verdict of any version. Throws RangeError where it is none. */
function parseVerdict(text: string): Verdict {
  const value: Verdict = JSON.parse(text)
  const isClause = (clause: Clause | undefined) =>
    typeof clause === 'object' &&
    clause !== null &&
    ['holds', 'fails', 'undecided', 'not-tested'].includes(clause.status) &&
    [clause.id, clause.text, clause.reason].every((text) => typeof text === 'string') &&
    typeof clause.figures === 'object'
  const isWhole =
    typeof value?.sentence === 'string' &&
    Array.isArray(value.clauses) &&
    value.clauses.every(isClause) &&
    isClause(value.sets) &&
    isClause(value.fullyDifferent) &&
    (value.others === undefined || Array.isArray(value.others)) &&
    (value.mirrors === undefined || Array.isArray(value.mirrors)) &&
    (value.acrossArchitectures === undefined || Array.isArray(value.acrossArchitectures)) &&
    Array.isArray(value.warnings)
  if (isWhole) return value
  throw new RangeError('is damaged: parts are missing')
}
