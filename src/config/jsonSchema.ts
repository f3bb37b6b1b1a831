/** The JSON Schema of configurations, and what messages and completion look up in it. */
import { z } from 'zod'
import { isObject } from '../core/isObject.js'
import { fileSchema } from './schema.js'
import type { Path } from './source.js'

/** The parts of a JSON Schema that are looked at here. */
interface SchemaNode {
  readonly description?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly type?: string
  readonly default?: unknown
}

let cached: SchemaNode | undefined

/** JSON Schema (draft 2020-12) of a configuration file, for editors. */
export function jsonSchema(): object {
  const schema = fileRoot()
  return {
    title: 'lowlayer study',
    description: 'Configuration of a study: lowlayer run FILE',
    ...schema,
    // A file that extends another may leave out what the other has.
    required: undefined,
    anyOf: [
      { required: ['data', 'model'] },
      // Networks from elsewhere bring their own.
      ...['files', 'table'].map((key) => ({
        required: ['data', 'networks'],
        properties: { networks: { required: [key] } },
      })),
      { required: ['extends'] },
    ],
  }
}

function fileRoot(): SchemaNode {
  cached ??= z.toJSONSchema(fileSchema, { io: 'input' }) as SchemaNode
  return cached
}

/** Keys that a mapping at a path may have; `value`, what was written there, picks the variant. */
export function schemaKeys(path: Path, value: unknown): string[] {
  const keys = nodesAt(path, value).flatMap((node) => Object.keys(node.properties ?? {}))
  return [...new Set(keys)]
}

/** What the schema says of the key at a path. */
export function descriptionAt(path: Path): string | undefined {
  return nodesAt(path, undefined).find(({ description }) => description !== undefined)?.description
}

/** What `--set` may go on with after a word: `analysis.players.` its keys, `confusing.score=` its choices. */
export function settingsFrom(word: string): string[] {
  const [path, value] = word.split('=')
  const parts = path.split('.')
  const above = value === undefined ? parts.slice(0, -1) : parts
  if (value !== undefined) return choicesAt(above).map((choice) => `${path}=${choice}`)
  return schemaKeys(above, undefined)
    .filter((key) => key !== 'extends')
    .map((key) => {
      const own = [...above, key]
      const isMapping = schemaKeys(own, undefined).length > 0
      return own.join('.') + (isMapping ? '.' : '=')
    })
}

/** The values that the schema lists for a path. */
function choicesAt(path: Path): string[] {
  const found = nodesAt(path, undefined).flatMap(({ const: one, enum: several, type }) => {
    if (type === 'boolean') return [true, false]
    return several ?? (one === undefined ? [] : [one])
  })
  return [...new Set(found.map(String))]
}

function nodesAt(path: Path, value: unknown): readonly SchemaNode[] {
  let nodes: readonly SchemaNode[] = [fileRoot()]
  for (const part of path) nodes = nodes.flatMap(variants).flatMap((node) => child(node, part))
  const open = nodes.flatMap(variants)
  const matching = open.filter((node) => fits(node, value))
  return matching.length > 0 ? matching : open
}

function variants(node: SchemaNode): readonly SchemaNode[] {
  const branches = node.properties === undefined ? (node.anyOf ?? node.oneOf) : undefined
  return branches === undefined ? [node] : branches.flatMap(variants)
}

function child(node: SchemaNode, part: string | number): SchemaNode[] {
  if (typeof part === 'number') return node.items === undefined ? [] : [node.items]
  const known = node.properties?.[part]
  if (known !== undefined) return [known]
  const rest = node.additionalProperties
  return typeof rest === 'object' ? [rest] : []
}

/** Whether a value has the constants (`name: sgd`) of a variant; a missing one counts if default. */
function fits(node: SchemaNode, value: unknown): boolean {
  if (!isObject(value)) return false
  const constants = Object.entries(node.properties ?? {}).filter(
    ([, { const: c }]) => c !== undefined,
  )
  return constants.every(
    ([key, { const: wanted, default: usual }]) => (value[key] ?? usual) === wanted,
  )
}

/** Dotted paths of all mappings that have a key of this name. */
export function pathsWithKey(key: string): string[] {
  const found = new Set<string>()
  const visit = (node: SchemaNode, path: string) => {
    for (const variant of variants(node)) {
      for (const [name, next] of Object.entries(variant.properties ?? {})) {
        const place = path === '' ? name : `${path}.${name}`
        if (name === key) found.add(place)
        visit(next, place)
      }
    }
  }
  visit(fileRoot(), '')
  return [...found]
}
