/** Puts what the schema library complains of into words that help users, with the nearest right name. */
import type { z } from 'zod'
import { isObject } from '../core/isObject.js'
import { limits } from '../core/limits.js'
import { editDistance, nearestName } from '../core/nearest.js'
import { quotable } from '../core/quote.js'
import { descriptionAt, pathsWithKey, schemaKeys } from './jsonSchema.js'
import { removedKeys } from './removedKeys.js'
import type { Path } from './source.js'

type Issue = z.core.$ZodIssue

/** A problem before its place in a file is known. */
export interface Finding {
  readonly path: Path
  readonly message: string
  /** Whether the key itself is wrong, rather than its value. */
  readonly aboutKey?: boolean
}

/** Says what a schema found in words for users; `root` is the value that was checked. */
export function findingsOf(issues: readonly Issue[], root: unknown, prefix: Path = []): Finding[] {
  const placeOf = ({ path }: Issue) => path.join('.')
  // Where a number is out of other bounds too, those say more.
  const told = new Set(issues.filter((issue) => !isBoundOfAllNumbers(issue)).map(placeOf))
  return issues
    .filter((issue) => !isBoundOfAllNumbers(issue) || !told.has(placeOf(issue)))
    .flatMap((issue) => findingsOfOne(issue, root, prefix))
}

/** Whether it says that a number is beyond those of which doubles hold every whole one. */
function isBoundOfAllNumbers(issue: Issue): boolean {
  return (issue.code === 'too_big' || issue.code === 'too_small') && issue.origin === 'int'
}

function findingsOfOne(issue: Issue, root: unknown, prefix: Path): Finding[] {
  const path = [
    ...prefix,
    ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
  ]
  if (issue.code === 'unrecognized_keys') {
    const told = issue.keys.slice(0, limits.problems - 1)
    const more = issue.keys.length - told.length
    const findings = told.map((key) => unknownKey([...path, key], valueAt(root, path)))
    if (more === 0) return findings
    const message = `and ${more.toLocaleString('en')} more keys are unknown`
    return [...findings, { path: [...path, issue.keys[told.length]], message, aboutKey: true }]
  }
  if (issue.code === 'invalid_union' && issue.discriminator === undefined) {
    return unionFindings(issue.errors, path, root)
  }
  return [{ path, message: messageFor(issue, valueAt(root, path)) }]
}

/** The value at a path, undefined where it leads nowhere. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => {
    if (Array.isArray(value) && typeof part === 'number') return value[part]
    return isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined
  }, root)
}

function unknownKey(path: Path, holder: unknown): Finding {
  const name = path.join('.')
  if (Object.hasOwn(removedKeys, name)) {
    return { path, aboutKey: true, message: removedKeys[name] }
  }
  const key = String(path.at(-1))
  const valid = schemaKeys(path.slice(0, -1), holder)
  if (valid.includes(key)) {
    const others = isObject(holder) ? Object.keys(holder).filter((name) => name !== key) : []
    if (others.length === 0) {
      const value = isObject(holder) ? holder[key] : undefined
      return { path, message: `${shown(value)} is not what it takes: ${descriptionAt(path) ?? ''}` }
    }
    return { path, aboutKey: true, message: `cannot stand beside "${others.join('", "')}"` }
  }
  const near = valid.length === 0 ? undefined : nearestName(key, valid)
  const meant = isClose(key, near) ? near : (placeOf(key, path) ?? likelyName(key, near))
  const hint = meant === undefined ? '' : ` (did you mean "${meant}"?)`
  return { path, aboutKey: true, message: `unknown key${hint}` }
}

/** The one other place of a key: below the mapping it was written in, or else anywhere. */
function placeOf(key: string, path: Path): string | undefined {
  const places = pathsWithKey(key).filter((place) => place !== path.join('.'))
  const below = places.filter((place) => place.startsWith(`${path.slice(0, -1).join('.')}.`))
  if (below.length === 1) return below[0]
  return places.length === 1 ? places[0] : undefined
}

/** Whether one is a misspelling of the other rather than another word. */
function isClose(written: string, near: string | undefined): boolean {
  return near !== undefined && editDistance(written, near) <= Math.max(1, written.length / 3)
}

/** The nearest name where it is not far off: half of it is as written, or it has all that was written. */
function likelyName(written: string, near: string | undefined): string | undefined {
  if (near === undefined || near.includes(written)) return near
  const longer = Math.max(written.length, near.length)
  return editDistance(written, near) <= longer / 2 ? near : undefined
}

/**
 * Problems of a value that fits no alternative: those of the alternative that understood most of it
 * (its first problem lies deepest), or else all that is accepted.
 */
function unionFindings(branches: readonly Issue[][], path: Path, root: unknown): Finding[] {
  const value = valueAt(root, path)
  const inner = branches
    .filter((issues) => issues.every((issue) => issue.path.length > 0 || isNear(issue, value)))
    .map((issues) => findingsOf(issues, root, path))
  const deep = inner.filter((findings) =>
    findings.some((finding) => finding.path.length > path.length),
  )
  if (isObject(value) || Array.isArray(value)) {
    const fewest = deep.toSorted((a, b) => a.length - b.length)[0]
    if (fewest !== undefined) return fewest
  }
  const same = inner.filter((findings) => !deep.includes(findings))
  if (same.length === 1 && !isMisfit(branches, value)) return same[0]
  const accepted = [...new Set(branches.flat().map(expectation))].join(', or ')
  const words = branches
    .flat()
    .flatMap((issue) => (issue.code === 'invalid_value' ? issue.values : []))
  return [{ path, message: `${shown(value)}${nearestOf(value, words)} is not ${accepted}` }]
}

/** Whether a value is of the type that an alternative takes, be it a fraction for a whole number. */
function isNear(issue: Issue, value: unknown): boolean {
  return issue.code !== 'invalid_type' || (issue.expected === 'int' && Number.isFinite(value))
}

/** Whether a text met an alternative of fixed words beside other alternatives. */
function isMisfit(branches: readonly Issue[][], value: unknown): boolean {
  return (
    typeof value === 'string' && branches.flat().some((issue) => issue.code === 'invalid_value')
  )
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.path.length > 0
        ? `a mapping with "${String(issue.path[0])}"`
        : typeName(issue.expected)
    case 'invalid_value':
      return listOf(issue.values)
    case 'unrecognized_keys':
      return 'a mapping with other keys'
    case 'invalid_union':
      return issue.errors.flat().map(expectation).join(', or ')
    default:
      return messageFor(issue, undefined)
  }
}

function messageFor(issue: Issue, value: unknown): string {
  if (value === undefined && issue.code !== 'custom') return missing(issue)
  switch (issue.code) {
    case 'invalid_type':
      return `${shown(value)} is not ${isNumber(issue, value) ? 'finite' : typeName(issue.expected)}`
    case 'invalid_value':
      return unknownValue(value, issue.values)
    case 'invalid_union':
      return unknownValue(value, optionsOf(issue))
    case 'too_small':
      return ownMessage(issue) ?? `${bounded(issue.origin, value)} must be ${tooSmall(issue)}`
    case 'too_big':
      return ownMessage(issue) ?? `${bounded(issue.origin, value)} must be ${tooBig(issue)}`
    default:
      return issue.code === 'custom'
        ? issue.message
        : `${shown(value)} is not valid: ${issue.message}`
  }
}

function missing(issue: Issue): string {
  if (issue.code === 'invalid_union') return `is missing: one of ${listOf(optionsOf(issue))}`
  if (issue.code === 'invalid_value') return `is missing: one of ${listOf(issue.values)}`
  if (issue.code === 'invalid_type') return `is missing: needs ${typeName(issue.expected)}`
  return issue.code === 'invalid_format' ? issue.message : 'is missing'
}

/** The names that pick a variant; zod gives them, though its types do not say so. */
function optionsOf(issue: Extract<Issue, { code: 'invalid_union' }>): readonly unknown[] {
  return (issue as { readonly options?: readonly unknown[] }).options ?? []
}

/** A message written in the schema; zod's own begin with "Too". */
function ownMessage(issue: Issue): string | undefined {
  return issue.message.startsWith('Too ') ? undefined : issue.message
}

function bounded(origin: string, value: unknown): string {
  return origin === 'array' || origin === 'string' ? 'its length' : shown(value)
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  return issue.inclusive === false ? `greater than ${issue.minimum}` : `at least ${issue.minimum}`
}

function tooBig(issue: Extract<Issue, { code: 'too_big' }>): string {
  return issue.inclusive === false ? `less than ${issue.maximum}` : `at most ${issue.maximum}`
}

/** An unknown name with the nearest known one and all of them. */
function unknownValue(value: unknown, options: readonly unknown[]): string {
  const names = options.filter((option) => option !== undefined && option !== null)
  return `unknown ${shown(value)}${nearestOf(value, names)}: ${names.length > 1 ? 'one of ' : 'must be '}${listOf(names)}`
}

/** ` (did you mean "…"?)` where a word was written and there are several to choose from. */
function nearestOf(value: unknown, names: readonly unknown[]): string {
  if (typeof value !== 'string' || names.length < 2) return ''
  return ` (did you mean "${nearestName(value, names.map(String))}"?)`
}

function listOf(values: readonly unknown[]): string {
  return values.filter((value) => value !== undefined && value !== null).join(', ')
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    int: 'a whole number',
    number: 'a number',
    string: 'text',
    boolean: 'true or false',
    array: 'a list',
    tuple: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  }
  return names[expected] ?? expected
}

/** Whether a number is wanted and is there, so that it is not its type that is wrong. */
function isNumber({ expected }: { readonly expected: string }, value: unknown): boolean {
  return expected === 'number' && typeof value === 'number'
}

/** A value as users wrote it, shortened. */
function shown(value: unknown): string {
  if (value === null) return 'an empty value'
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return String(value)
  return quotable(JSON.stringify(value) ?? String(value), 60)
}
