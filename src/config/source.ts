import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { isDeeper } from '../core/depth.js'
import { type ConfigProblem, messageOf } from '../core/errors.js'
import { limits } from '../core/limits.js'

/** Keys and list positions from the root to a value. */
export type Path = readonly (string | number)[]

/** Where a value or key was written. */
interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly source?: string
}

/** How far a path leads into a source. */
export interface Found {
  readonly place: Place
  /** Number of leading parts of the path that the source holds. */
  readonly depth: number
  /** The path ends here for good: the source has a list or scalar where it would go on. */
  readonly closed: boolean
}

/** One layer of a configuration: a file, or a value set on the command line. */
export interface ConfigSource {
  readonly value: unknown
  /** Place of the longest part of a path that the source holds; undefined if it says nothing of it. */
  readonly placeOf: (path: Path, what: 'key' | 'value') => Found | undefined
}

/** Dotted form of a path: `networks.list[1].seed`. */
export function dotted(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join('')
}

/**
 * Reads YAML into a source, adding every syntax problem (duplicate keys too) to `problems`; undefined
 * when there is one.
 */
export function readSource(
  text: string,
  file: string,
  problems: ConfigProblem[],
): ConfigSource | undefined {
  const lines = new LineCounter()
  const place = placer(text, file, lines)
  const document = parsed(text, lines)
  if (document === undefined) {
    problems.push({ file, path: '', message: TOO_DEEP })
    return undefined
  }
  for (const error of document.errors.slice(0, limits.problems)) {
    const isDeep = error.message.startsWith('Maximum call stack')
    const message = isDeep ? TOO_DEEP : syntaxMessage(error, text)
    problems.push({ ...place(error.pos[0]), path: '', message })
  }
  if (document.errors.length > 0) return undefined
  try {
    const value: unknown = document.toJS() ?? {}
    if (isDeeper(value, limits.depth)) problems.push({ file, path: '', message: TOO_DEEP })
    else if (isObject(value)) return { value, placeOf: finder(document, place) }
    else problems.push({ ...place(0), path: '', message: 'must hold "key: value" lines' })
  } catch (error) {
    problems.push({ file, path: '', message: messageOf(error) })
  }
  return undefined
}

const TOO_DEEP = `mappings and lists are nested more than ${limits.depth} deep`

/** Whether a text opens more than `most` lists or mappings in one another: the parser takes a time that grows with their square. */
function opensDeeper(text: string, most: number): boolean {
  let [inFlow, inLine] = [0, 0]
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') inFlow++
    else if (token === ']' || token === '}') inFlow--
    else if (token === '-' || token === '?') inLine++
    else if (token.includes('\n')) inLine = 0
    if (inFlow > most || inLine > most) return true
  }
  return false
}

/** The document of a text; undefined where it is nested too deeply to be read at all. */
function parsed(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  if (opensDeeper(text, limits.depth)) return undefined
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, merge: true })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Braces begin a mapping where a value stands in one. */
const QUOTES = 'a path with {epoch} or {step} stands in quotes: "nets/{epoch}.onnx"'

function syntaxMessage(
  error: { code: string; message: string; pos: [number, number] },
  text: string,
) {
  if (error.code !== 'DUPLICATE_KEY') {
    const start = text.lastIndexOf('\n', error.pos[0]) + 1
    // The pattern takes a time that grows with the square of a line.
    const [line] = text.slice(start, start + 500).split('\n')
    const hint = /[^"']\S*\{(epoch|step)\}/.test(line) ? ` (${QUOTES})` : ''
    return error.message.replaceAll(/\s*\n\s*/g, ' ') + hint
  }
  const key = /^["']?([\w.-]+)/.exec(text.slice(error.pos[0]))?.[1]
  return key === undefined ? 'a key is given twice' : `the key "${key}" is given twice`
}

function placer(text: string, file: string, lines: LineCounter) {
  const rows = text.split(/\r?\n/)
  return (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col), source: rows[line - 1] ?? '' }
  }
}

function finder(document: Document, place: (offset: number) => Place) {
  return (path: Path, what: 'key' | 'value'): Found => {
    let node: Node | null = resolve(document.contents, document)
    let offset = startOf(node) ?? 0
    // Lists are replaced, never merged: what a list lacks is in no lower layer.
    let inList = false
    for (let depth = 0; depth < path.length; depth++) {
      const step = descend(node, path, depth)
      if (step === undefined) {
        const closed = inList || (node !== null && !isMap(node))
        return { place: place(offset), depth, closed }
      }
      inList ||= isSeq(node)
      node = resolve(step.value, document)
      const wantsKey = what === 'key' && depth === path.length - 1
      offset = (wantsKey ? step.key : (startOf(node) ?? step.key)) ?? offset
    }
    return { place: place(offset), depth: path.length, closed: true }
  }
}

interface Step {
  readonly key?: number
  readonly value: Node | null
}

function descend(node: Node | null, path: Path, depth: number): Step | undefined {
  const part = path[depth]
  if (isMap(node)) {
    const pair = pairOf(node, part)
    if (pair === undefined) return undefined
    return { key: startOf(pair.key as Node), value: pair.value as Node | null }
  }
  if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
    return { value: node.items[part] as Node | null }
  }
  return undefined
}

function pairOf(map: YAMLMap, key: string | number) {
  return map.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
}

function resolve(node: Node | null, document: Document): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node
}

/** Where a node's text begins; undefined for an empty value, which has no text. */
function startOf(node: Node | null | undefined): number | undefined {
  if (node?.range === undefined || node.range === null) return undefined
  const [start, end] = node.range
  return start === end ? undefined : start
}
