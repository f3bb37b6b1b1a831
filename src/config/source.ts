/** A YAML file that knows the line and column of each of its keys and values, for messages. */
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
  visit,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml'
import { isDeeper } from '../core/depth.js'
import { type ConfigProblem, messageOf } from '../core/errors.js'
import { isObject } from '../core/isObject.js'
import { limits } from '../core/limits.js'

/** Keys and list positions from the root to a value. */
export type Path = readonly (string | number)[]

/** Where a value or key was written. */
type Place = Pick<ConfigProblem, 'file' | 'line' | 'column' | 'source'>

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
  const found = [
    // No more than are told: where each stands takes a time that grows with its line.
    ...document.errors.slice(0, limits.problems).map((error) => syntaxFault(error, text)),
    ...repeatedKeys(document),
  ]
  for (const { offset, message } of found.slice(0, limits.problems))
    problems.push({ ...place(offset), path: '', message })
  if (found.length > 0) return undefined
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
    // A list as a key becomes text, which is no key: without a warning of Node's that names no file.
    const logLevel = 'error'
    const options = { lineCounter, prettyErrors: false, merge: true, logLevel } as const
    // Its own search for keys that are given twice takes a time that grows with their square.
    return parseDocument(text, { ...options, uniqueKeys: false })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Braces begin a mapping where a value stands in one. */
const QUOTES = 'a path with {epoch} or {step} stands in quotes: "nets/{epoch}.onnx"'

/** What is wrong with a text, and at which of its characters. */
interface SyntaxFault {
  readonly offset: number
  readonly message: string
}

function syntaxFault({ code, message, pos: [offset] }: YAMLParseError, text: string): SyntaxFault {
  if (code === 'MULTIPLE_DOCS') return { offset, message: 'a configuration is one document (---)' }
  if (message.startsWith('Maximum call stack')) return { offset, message: TOO_DEEP }
  const start = text.lastIndexOf('\n', offset) + 1
  // The pattern takes a time that grows with the square of a line.
  const [line] = text.slice(start, start + 500).split('\n')
  const hint = /[^"']\S*\{(epoch|step)\}/.test(line) ? ` (${QUOTES})` : ''
  return { offset, message: message.replaceAll(/\s*\n\s*/g, ' ') + hint }
}

function repeatedKeys(document: Document): SyntaxFault[] {
  const faults: SyntaxFault[] = []
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key) || key.value === '<<') continue
        if (seen.has(key.value)) {
          const message = `the key "${String(key.value)}" is given twice`
          faults.push({ offset: key.range?.[0] ?? 0, message })
        }
        seen.add(key.value)
      }
    },
  })
  return faults
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
