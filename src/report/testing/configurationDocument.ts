/** docs/configuration.md, written from the schema: every key with type, default, source and meaning. */
import { jsonSchema } from '../../config/jsonSchema.js'
import { provenance } from '../../config/provenance.js'
import type { InputKind } from '../../core/inputKind.js'
import { buildModel } from '../../models/build.js'
import { architectures } from '../../models/registry.js'
import type { InputDescription } from '../../models/spec.js'

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
  /** The entries of a list of fixed length. */
  readonly prefixItems?: readonly Node[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
}

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

A study is one YAML file. Only \`data\` is required, and \`model\` where networks are trained here; unknown keys are errors. Durations are
\`40ep\` (epochs) or \`500it\` (optimiser steps). \`extends: other.yaml\` takes everything from another file and
changes what this one has: mappings are merged (keys that another \`source\` or \`name\` does not have are left behind), lists replaced, and \`null\` takes an inherited key away;
\`training.checkpoints\`, \`training.evaluate\` and \`analysis.baseline\` are replaced whole. \`--set path=value\`
changes single keys, with values as in YAML (\`--set 'networks.grid.low=[0, 1]'\`, \`--set networks.list.0.seed=3\`); a mapping is merged there, too.
\`lowlayer schema\` prints the JSON Schema with which editors complete and check these keys.

Some defaults follow from other keys: the players of tables are all features (of your own at most 8), or as many as \`list\` or \`groups\`
have; batches and analysed samples are at most what \`data.train\` and \`data.test\` have; \`model.head: binary\` makes
\`analysis.output\` \`binary-v0\`.

The column "source" says where a default comes from: \`lab\` is code or settings that the paper's authors
published with related papers, \`ours\` means that the sources are silent or could not be reached. The
report of every study shows the same for each of its values.

This page is written from the schema; a test keeps it current (\`npx vitest run src/report -u\`).

${table(single)}
${sections.join('\n')}
${architectureSection()}`
}

/** The architectures with the names of their layers, which `model.low` and others take. */
function architectureSection(): string {
  const rows = architectures
    .filter(({ name }) => name !== 'custom')
    .map(({ name, kinds, settings }) => {
      const blocks = buildModel(
        { architecture: name },
        exampleInputs[kinds[0]] as InputDescription,
      ).blocks
      return `| \`${name}\` | ${kinds.join(', ')} | ${runsOf(blocks.map((block) => block.name))} | ${settings.join(', ')} |`
    })
  return `## Architectures

Layers from the input upwards: \`model.low\`, \`networks.grid.cuts\`, \`networks.list[].rerandomize\` and
\`analysis.players.layer\` take their names. A block of a residual network or transformer is one layer, with the batch norm of a
convolution. Networks for images other than the MLPs take 28×28 and 32×32 pixels. \`width\` is that of the hidden layers (default 100) of
the MLPs, of the transformer (64, a multiple of 16), and the channels of the first layer elsewhere, which scale the others (64, of ResNets
16; even). \`depth\` is 1 to 4 (2).

| architecture | data | layers | takes |
|---|---|---|---|
${rows.join('\n')}
`
}

/** An input of each kind that networks take, to have them built. */
const exampleInputs: Readonly<Partial<Record<InputKind, InputDescription>>> = {
  image: { kind: 'image', shape: [3, 32, 32], classes: 10 },
  tabular: { kind: 'tabular', shape: [9], classes: 2 },
  text: { kind: 'text', shape: [16], classes: 2, vocabularySize: 100 },
}

/** `conv1 … conv8 fc` for names of which eight are numbered. */
function runsOf(names: readonly string[]): string {
  const stem = (name: string | undefined) => name?.replace(/\d+$/, '')
  return names
    .flatMap((name, index) => {
      const [before, after] = [stem(names[index - 1]), stem(names[index + 1])]
      if (before !== stem(name) || after !== stem(name)) return [`\`${name}\``]
      return stem(names[index - 2]) === stem(name) ? [] : ['…']
    })
    .join(' ')
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
  if (variants.length === 1 && child.properties !== undefined) {
    const { description } = child
    const whole =
      description === undefined ? [] : [row(path, { type: 'object', description }, keys)]
    return [...whole, ...rowsOf(variants[0], path, keys)]
  }
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
    const words = [...simpleBranches(child), 'a mapping']
    const tag = provenance[keys[0]]
    return `| \`${path}\` | ${words.join(', ')} | ${shownDefault(child)} | ${tag ?? ''} | ${child.description ?? ''} |`
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
  const tag = keys.map((key) => provenance[key]).find((known) => known !== undefined)
  const source = value === undefined ? '' : (tag ?? '')
  return `| \`${path}\` | ${typeOf(node)} | ${shownDefault(node)} | ${source} | ${(node.description ?? '').replaceAll('|', '\\|')} |`
}

function shownDefault({ default: value }: Node): string {
  if (value === undefined) return ''
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
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
  if (node.prefixItems !== undefined) return `list of ${node.prefixItems.map(typeOf).join(' and ')}`
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

/** The variants of a node that are no mappings, in words. */
function simpleBranches(node: Node): string[] {
  return (node.anyOf ?? node.oneOf ?? []).filter((branch) => !isMapping(branch)).map(typeOf)
}

/** The key and value that pick a variant, such as `source: mnist`. */
function constantOf(node: Node): readonly [key: string, value: unknown] {
  const found = Object.entries(node.properties ?? {}).find(
    ([, { const: value }]) => value !== undefined,
  )
  return found === undefined ? ['', undefined] : [found[0], found[1].const]
}
