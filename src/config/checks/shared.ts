import type { Finding } from '../problems.js'
import type { ExperimentConfig } from '../schema.js'

/** The sections that are right by themselves. */
export type Sections = Partial<ExperimentConfig>

/** Sources whose samples are rows of features. */
export const tables: ReadonlySet<string> = new Set(['tic-tac-toe', 'planted-logic', 'csv'])

/** Whether a source gives texts. */
export function isText(source: string): boolean {
  return source === 'sst2' || source === 'text'
}

/** A finding for every value that an earlier entry of the list has; `key` is where entries hold it. */
export function duplicates(
  values: readonly unknown[],
  path: Finding['path'],
  key?: string,
): Finding[] {
  const seen = new Set<unknown>()
  return values.flatMap((value, index) => {
    if (!seen.has(value)) {
      seen.add(value)
      return []
    }
    const place = key === undefined ? [...path, index] : [...path, index, key]
    return [{ path: place, message: `${JSON.stringify(value)} is given twice` }]
  })
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
