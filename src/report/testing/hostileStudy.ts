/** The example study with markup that would run in every text that comes from users: names, labels, words, paths, reasons. */
import type { ReportStudy } from '../types.js'
import { exampleStudy } from './exampleStudy.js'

/** Runs where it is taken for markup, in text, in attributes in quotes of either kind, in a script, in a comment and in SVG. */
export const MARKUP = `"'></script></text></svg>--><script>globalThis.ran=1</script><img src=x onerror="globalThis.ran=1"><svg onload=globalThis.ran=1>`

/** Texts that are of users or of what they give, by the name of the property that holds them, or one above it. */
const GIVEN = new Set([
  ...['name', 'name_a', 'name_b', 'architecture', 'low_layers', 'reason', 'note'],
  ...['label', 'givenLabel', 'prediction', 'playerNames', 'value', 'file', 'message', 'text'],
  ...['asked', 'sentence', 'certainty', 'warnings', 'config', 'data', 'failed', 'lacking', 'study'],
  ...['assumptions', 'set'],
])

/** The same study at every call. */
export function hostileStudy(): ReportStudy {
  const study = exampleStudy()
  const config = { study: 'study', data: { path: '/data/set.csv', label: 'outcome' } }
  const manifest = {
    ...study.manifest!,
    config: { ...Object(study.manifest!.config), ...config },
    assumptions: ['classes are named as in the file: yes, no'],
    failed: { 'low0-high9-order0': 'its file cannot be read' },
  }
  const problems = [{ file: 'samples.csv', message: 'is missing' }]
  return hostile({ ...study, manifest, problems }, false) as ReportStudy
}

function hostile(value: unknown, isGiven: boolean): unknown {
  if (typeof value === 'string') return isGiven ? value + MARKUP : value
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map((one) => hostile(one, isGiven))
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, hostile(one, isGiven || GIVEN.has(key))]),
  )
}
