/** The sections of the report on how the study was made: its settings, and where they come from. */
import type { z } from 'zod'
import { valueAt } from '../../config/problems.js'
import { type Provenance, provenanceOf } from '../../config/provenance.js'
import { experimentSchema } from '../../config/schema.js'
import { dotted, type Path } from '../../config/source.js'
import type { Manifest } from '../../store/manifest.js'
import { rounded } from '../figures/studyRows.js'
import { escapeHtml } from './escape.js'
import { htmlTable } from './table.js'

/** A value of the configuration: from the user, or a default with its source. */
interface Setting {
  readonly path: string
  readonly value: unknown
  readonly source: Provenance | 'set here'
}

const sourceWords: Readonly<Record<Setting['source'], string>> = {
  'set here': 'set in this study',
  paper: 'default, stated in the paper',
  lab: 'default, from the lab’s published code or settings',
  ours: 'default, our choice',
}

/** Every value of a configuration. One that the schema fills in by itself counts as a default. */
export function settingsOf(config: unknown): Setting[] {
  const tags = provenanceOf(config)
  return leaves(config, []).map(({ path, value }) => {
    const name = dotted(path)
    const isDefault = same(defaultAt(config, path), value)
    return { path: name, value, source: isDefault ? (tags[name] ?? 'ours') : 'set here' }
  })
}

/** What the schema fills in where a value is left out; its section alone is parsed, as sections do not depend on each other there. */
function defaultAt(config: unknown, [name, ...path]: Path): unknown {
  const schemas: Readonly<Record<string, z.ZodType>> = experimentSchema.shape
  const rest = path.length === 0 ? undefined : without(valueAt(config, [name]), path)
  const parsed = schemas[name]?.safeParse(rest)
  return parsed?.success ? valueAt(parsed.data, path) : undefined
}

function leaves(value: unknown, path: Path): { path: Path; value: unknown }[] {
  const isLeaf =
    typeof value !== 'object' ||
    value === null ||
    (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
  if (isLeaf) return [{ path, value }]
  return Object.entries(value).flatMap(([key, child]) =>
    leaves(child, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

function without(value: unknown, path: Path): unknown {
  const copy = structuredClone(value) as Record<string | number, unknown>
  let at = copy
  for (const part of path.slice(0, -1)) at = at[part] as Record<string | number, unknown>
  delete at[path[path.length - 1]]
  return copy
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The configuration with the source of every value. */
export function settingsSection(manifest: Manifest | undefined): string {
  if (manifest?.config === undefined)
    return '<p>manifest.json is missing or damaged: the configuration is not known.</p>'
  const rows = settingsOf(manifest.config).map(({ path, value, source }) => [
    `<code>${escapeHtml(path)}</code>`,
    `<code>${escapeHtml(typeof value === 'string' ? value : JSON.stringify(value))}</code>`,
    `<span class="source ${source.replace(' ', '-')}">${sourceWords[source]}</span>`,
  ])
  return htmlTable('Configuration', ['key', 'value', 'where it comes from'], rows)
}

/** A value as it reads best: texts without quotation marks, times without 15 digits. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && !Number.isInteger(value)) return String(rounded(value))
  return JSON.stringify(value)
}

const shown = [
  'id',
  'lowlayer',
  'schemaVersion',
  'versions',
  'host',
  'runtime',
  'data',
  'valuesId',
  'interactionsId',
  'compareSeconds',
  'finishedAt',
  'failed',
]

/** What made the study: versions, machine, engines, ids, times. */
export function manifestSection(manifest: Manifest | undefined): string {
  if (manifest === undefined) return ''
  const known = Object.fromEntries(
    shown.filter((key) => manifest[key] !== undefined).map((key) => [key, manifest[key]]),
  )
  const rows = leaves(known, []).map(({ path, value }) => [
    `<code>${escapeHtml(dotted(path))}</code>`,
    `<code>${escapeHtml(plain(value))}</code>`,
  ])
  return htmlTable('Manifest', ['what', 'value'], rows)
}
