import type { Finding } from '../problems.js'
import { duplicates, type Sections } from './shared.js'

/** Whether it is said in one way only which samples are analysed. */
export function sampleChecks({ analysis }: Sections): Finding[] {
  if (analysis === undefined) return []
  const { count, first, ids, filter } = analysis.samples
  const path = ['analysis', 'samples']
  const findings: Finding[] = []
  const at = (key: string, message: string) => findings.push({ path: [...path, key], message })
  if (first !== undefined && ids !== undefined) at('first', 'and "ids" both say which: keep one')
  if (first !== undefined && first !== count) at('count', `${count} differs from first: ${first}`)
  if (Array.isArray(ids) && ids.length !== count) {
    at('count', `${count} differs from the ${ids.length} of ids: leave count away`)
  }
  if (ids !== undefined && filter !== 'none') {
    at('filter', `"${filter}" would leave out some of ids: use "none", or "first" instead of ids`)
  }
  return [...findings, ...duplicates(Array.isArray(ids) ? ids : [], [...path, 'ids'])]
}
