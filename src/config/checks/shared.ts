/** What the checks over several keys have in common: their types, and questions that several of them ask. */
import type { ExperimentConfig } from '../schema.js'

/** The sections that are right by themselves. */
export type Sections = Partial<ExperimentConfig>

/** Takes a problem at a dotted path; `about` says whether the key itself is wrong, rather than its value. */
export type Report = (path: string, message: string, about?: 'key') => void

/** Checks over several keys. */
export type Check = (sections: Sections, problem: Report) => void

/** Sources whose samples are rows of features. */
export const tables: ReadonlySet<string> = new Set(['tic-tac-toe', 'planted-logic', 'csv'])

/** Whether a source gives texts. */
export function isText(source: string): boolean {
  return source === 'sst2' || source === 'text'
}

/** A problem for every value that an earlier entry of the list at `path` has; `key` is where entries hold it. */
export function checkDistinct(
  values: readonly unknown[],
  problem: Report,
  path: string,
  key = '',
): void {
  const seen = new Set<unknown>()
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) {
      problem(`${path}.${index}${key}`, `${JSON.stringify(value)} is given twice`)
    }
    seen.add(value)
  }
}

/** Number of features of a table that is known without reading it. */
export function featureCount(data: {
  readonly source?: unknown
  readonly features?: unknown
}): number | undefined {
  if (data.source === 'tic-tac-toe') return 9
  if (data.source === 'planted-logic') return typeof data.features === 'number' ? data.features : 10
  return undefined
}
