/** docs/configuration.md, written from the schema: every key with type, default, source and meaning. */
import { jsonSchema } from '../config/jsonSchema.js'
import { provenance } from '../config/provenance.js'

interface Node {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
  readonly items?: Node
  readonly properties?: Readonly<Record<string, Node>>
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
}

const tags = { paper: 'paper', lab: 'lab', ours: 'ours' } as const

/** The whole document as Markdown. */
export function configurationDocument(): string {
  const { properties = {} } = jsonSchema() as Node
  const sections = Object.entries(properties)
    .filter(([, node]) => isMapping(node))
    .map(([name, node]) => section(name, node))
  const single = Object.entries(properties)
    .filter(([, node]) => !isMapping(node))
    .map(([name, node]) => row(name, node, [name]))
  return `# Configuration

A study is one YAML file. Only \`data\` and \`model\` are required; unknown keys are errors. Durations are
\`40ep\` (epochs) or \`500it\` (optimiser steps). \`extends: other.yaml\` takes everything from another file and
changes what this one has; \`--set path=value\` changes single keys. \`lowlayer schema\` prints the JSON
Schema with which editors complete and check these keys.

The column "source" says where a default comes from: \`lab\` is code or settings that the paper's authors
published with related papers, \`ours\` means that the sources are silent or could not be reached. The
report of every study shows the same for each of its values.

This page is written from the schema; a test keeps it current (\`npx vitest run src/report -u\`).

${table(single)}
${sections.join('\n')}`
}

function section(name: string, node: Node): string {
  const description = node.description === undefined ? '' : `${node.description}.\n\n`
  const variants = branches(node)
  if (variants.length < 2)
    return `## ${name}\n\n${description}${table(rowsOf(variants[0], name, [name]))}`
  const parts = variants.map((variant) => {
    const [key, constant] = constantOf(variant)
    const what = variant.properties?.[key]?.description
    const title = `### ${name}: ${key}: ${String(constant)}\n\n${what === undefined ? '' : `${what}.\n\n`}`
    return `${title}${table(rowsOf(variant, name, [name, `${name}(${String(constant)})`], key))}`
  })
  return `## ${name}\n\n${table([pickerRow(name, node, [name])])}\n${parts.join('\n')}`
}

/** One row a key; keys of mappings inside follow with their paths, variants with what picks them. */
function rowsOf(node: Node, path: string, keys: readonly string[], without?: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    if (name === without) return []
    return keyRows(
      `${path}.${name}`,
      child,
      keys.map((key) => `${key}.${name}`),
    )
  })
}

function keyRows(path: string, child: Node, keys: readonly string[]): string[] {
  if (child.type === 'array' && child.items !== undefined && isMapping(child.items)) {
    const inner = branches(child.items).flatMap((branch) =>
      rowsOf(
        branch,
        `${path}[]`,
        keys.map((key) => `${key}[]`),
      ),
    )
    return [row(path, child, keys), ...inner]
  }
  if (!isMapping(child)) return [row(path, child, keys)]
  const variants = branches(child)
  if (variants.length === 1 && child.properties !== undefined)
    return rowsOf(variants[0], path, keys)
  const inner = variants.flatMap((variant) => {
    const [key, constant] = constantOf(variant)
    if (key === '') return rowsOf(variant, path, keys)
    return rowsOf(
      variant,
      `${path} (${key}: ${String(constant)})`,
      keys.flatMap((place) => [`${place}(${String(constant)})`, place]),
      key,
    )
  })
  return [pickerRow(path, child, keys), ...inner]
}

/** The row of the key, or of the mapping, that picks one of several variants. */
function pickerRow(path: string, child: Node, keys: readonly string[]): string {
  const variants = branches(child)
  const [key] = constantOf(variants[0])
  if (key === '') {
    const words = [...simpleBranches(child).map((word) => `\`${word}\``), 'a mapping']
    const shown = child.default === undefined ? '' : `\`${String(child.default)}\``
    const tag = provenance[keys[0]]
    return `| \`${path}\` | ${words.join(', ')} | ${shown} | ${tag ?? ''} | ${child.description ?? ''} |`
  }
  const constants = variants.map((variant) => constantOf(variant)[1])
  const usual = variants
    .map((variant) => variant.properties?.[key]?.default)
    .find((value) => value !== undefined)
  const node = { enum: constants, default: usual, description: child.description }
  return row(
    `${path}.${key}`,
    node,
    keys.map((place) => `${place}.${key}`),
  )
}

function row(path: string, node: Node, keys: readonly string[]): string {
  const value = node.default
  const shown =
    value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
  const tag = keys.map((key) => provenance[key]).find((known) => known !== undefined)
  const source = value === undefined || tag === undefined ? '' : tags[tag]
  return `| \`${path}\` | ${typeOf(node)} | ${shown} | ${source} | ${(node.description ?? '').replaceAll('|', '\\|')} |`
}

function table(rows: readonly string[]): string {
  return rows.length === 0
    ? ''
    : `| key | value | default | source | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
}

function typeOf(node: Node): string {
  const options = node.anyOf ?? node.oneOf
  if (options !== undefined && node.type === undefined)
    return [...new Set(options.map(typeOf))].filter((text) => text !== '').join(' or ')
  if (node.const !== undefined) return `\`${String(node.const)}\``
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (node.type === 'array') return `list of ${typeOf(node.items ?? {})}`
  if (node.type === 'number' || node.type === 'integer')
    return `${node.type === 'integer' ? 'whole number' : 'number'}${range(node)}`
  if (node.type === 'boolean') return '`true`, `false`'
  return node.type === 'string' ? 'text' : node.type === 'object' ? 'mapping' : ''
}

function range({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Node): string {
  const isLimit = (value: number | undefined) => value !== undefined && Math.abs(value) < 2 ** 31
  const parts = [
    isLimit(minimum) ? `≥ ${minimum}` : isLimit(exclusiveMinimum) ? `> ${exclusiveMinimum}` : '',
    isLimit(maximum) ? `≤ ${maximum}` : isLimit(exclusiveMaximum) ? `< ${exclusiveMaximum}` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`
}

function isMapping(node: Node): boolean {
  return branches(node).length > 0
}

/** The variants of a node that are mappings. */
function branches(node: Node): readonly Node[] {
  if (node.properties !== undefined) return [node]
  return (node.anyOf ?? node.oneOf ?? []).flatMap(branches)
}

/** Values of a node with variants that are no mappings. */
function simpleBranches(node: Node): string[] {
  return (node.anyOf ?? node.oneOf ?? []).flatMap((branch) =>
    branch.properties === undefined ? (branch.enum ?? []).map(String) : [],
  )
}

/** The key and value that pick a variant, such as `source: mnist`. */
function constantOf(node: Node): readonly [key: string, value: unknown] {
  const found = Object.entries(node.properties ?? {}).find(
    ([, { const: value }]) => value !== undefined,
  )
  return found === undefined ? ['', undefined] : [found[0], found[1].const]
}
