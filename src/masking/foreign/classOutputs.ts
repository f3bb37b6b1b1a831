/** Which output of a model from elsewhere belongs to which class of the data. */

import { InputError } from '../../core/errors.js'
import { nearestName } from '../../core/nearest.js'
import { parsedJson } from '../../core/parsedJson.js'
import { keyAndOption } from './tellNetwork.js'

/** What is known of classes and outputs. */
interface ClassesAndOutputs {
  /** Named in messages. */
  readonly file: string
  /** Class names of the data, in the order of their labels. */
  readonly classes: readonly string[]
  /** Number of each class in its source, where the data hold only some of its classes. */
  readonly numbers?: ArrayLike<number>
  /** Values a sample; a single one stands for the classes 0 and 1. */
  readonly width: number
  /** Class names in the order of the outputs, as the user gives them … */
  readonly listed?: readonly string[]
  /** … or as the model itself does. */
  readonly own?: readonly string[]
}

export interface ClassOutputs {
  /** Output of each class. */
  readonly outputs: Int32Array
  /** What was decided about it, where that is not plain. */
  readonly remark?: string
}

/**
 * The outputs of the classes: by name where the user lists the names in the order of the outputs, or the model holds
 * them; otherwise the names are the numbers of the outputs where all are whole numbers, and else classes
 * stand in their order. Throws InputError when a class has no output, or one that another class has too.
 */
export function classOutputs(known: ClassesAndOutputs): ClassOutputs {
  const { file, classes, listed, own } = known
  if (listed !== undefined) return byList(known, listed)
  if (own === undefined) return byNumberOrOrder(known)
  const [names, ownNames] = [classes, own].map((list) => list.map(asNumber))
  if (names.every((name) => ownNames.includes(name))) return byOwnNames(known, names, ownNames)
  const { outputs, remark } = byNumberOrOrder(known)
  // Names that count the outputs say nothing of the data's.
  if (ownNames.every((name, at) => name === `${at}`)) return { outputs, remark }
  const missing = classes.filter((_, at) => !ownNames.includes(names[at]))
  return {
    outputs,
    remark:
      `${file} names its outputs ${shortList(own)}, among which the data's ${shortList(missing)} ${missing.length === 1 ? 'is' : 'are'} not: ` +
      (remark ?? mapping(known, outputs, BY_NUMBERS)),
  }
}

function byNumberOrOrder(known: ClassesAndOutputs): ClassOutputs {
  return known.classes.every(isWhole) ? byNumber(known) : byOrder(known)
}

/** A name, as tables of floats have whole numbers too: `3.0` is `3`. */
function asNumber(name: string): string {
  return isWhole(name) ? `${Number(name)}` : name
}

/** Outputs that can be told apart: a single value stands for two classes. */
function countOf({ width }: ClassesAndOutputs): number {
  return Math.max(2, width)
}

function byList(known: ClassesAndOutputs, listed: readonly string[]): ClassOutputs {
  const { file, classes, width } = known
  if (listed.length !== countOf(known)) {
    const outputs = width === 1 ? 'one output, for two classes' : `${width} outputs`
    throw new InputError(`${LIST} has ${listed.length} names, but ${file} has ${outputs}`)
  }
  const outputs = Int32Array.from(classes, (name) => {
    const at = listed.indexOf(name)
    if (at === -1) {
      throw new InputError(
        `${LIST} has no "${name}", which is a class of the data (did you mean "${nearestName(name, listed)}"?)`,
      )
    }
    if (listed.indexOf(name, at + 1) === -1) return at
    throw new InputError(`${LIST} has "${name}", a class of the data, twice: which output is it?`)
  })
  return { outputs, remark: mapping(known, outputs, LISTED) }
}

function byOwnNames(
  known: ClassesAndOutputs,
  names: readonly string[],
  own: readonly string[],
): ClassOutputs {
  const outputs = Int32Array.from(names, (name) => own.indexOf(name))
  requireOutputs(known, outputs)
  requireDistinct(known, outputs)
  const isPlain = own.length === countOf(known) && outputs.every((at, c) => names[c] === `${at}`)
  if (isPlain && outputs.length === own.length) return { outputs }
  return { outputs, remark: mapping(known, outputs, 'as the model names them') }
}

function byNumber(known: ClassesAndOutputs): ClassOutputs {
  const { classes } = known
  const outputs = Int32Array.from(classes, Number)
  requireOutputs(known, outputs)
  requireDistinct(known, outputs)
  const isPlain = outputs.length === countOf(known) && outputs.every((at, c) => at === c)
  return isPlain ? { outputs } : { outputs, remark: mapping(known, outputs, BY_NUMBERS) }
}

function byOrder(known: ClassesAndOutputs): ClassOutputs {
  const { classes, numbers } = known
  const outputs = Int32Array.from(classes, (_, c) => numbers?.[c] ?? c)
  requireOutputs(known, outputs)
  return { outputs, remark: mapping(known, outputs, 'in the order of their names') }
}

/** A class name that is the number of an output: `3`, `03` or, as tables of floats have it, `3.0`. */
function isWhole(name: string): boolean {
  return /^\d+(\.0+)?$/.test(name.trim())
}

/** Throws InputError where names that are the same number would be one output. */
function requireDistinct({ classes }: ClassesAndOutputs, outputs: Int32Array): void {
  if (new Set(outputs).size === outputs.length) return
  const twice = classes.filter(
    (_, at) => outputs.indexOf(outputs[at]) !== outputs.lastIndexOf(outputs[at]),
  )
  throw new InputError(
    `the names of classes ${shortList(twice)} are the same number, which would be one output for all; say which outputs they are with ${LIST}`,
  )
}

function requireOutputs(known: ClassesAndOutputs, outputs: Int32Array): void {
  const { file, classes, width } = known
  const beyond = outputs.findIndex((at) => at >= countOf(known))
  if (beyond === -1) return
  const name = classes[beyond]
  const place = Number(name) === outputs[beyond] ? '' : `, number ${outputs[beyond]},`
  throw new InputError(
    `${file}: class "${name}"${place} has no output: there are ${width} values per sample, but the data have ` +
      `${classes.length} classes, ${shortList(classes)}; number them from 0, or list their names in the order of the ` +
      `outputs with ${LIST}`,
  )
}

/** Where the names stand in the order of the outputs, and what a mapping by them says. */
const LIST = keyAndOption('classes')
const LISTED = 'as listed'
const BY_NUMBERS = 'by their numbers'

/** Classes that a line names. */
const NAMED = 6

function shortList(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(', ')
  return `${names.slice(0, NAMED - 1).join(', ')} … ${names[names.length - 1]}`
}

function mapping(
  { classes, width, file }: ClassesAndOutputs,
  outputs: Int32Array,
  how: string,
): string {
  const pairs = classes.map((name, c) =>
    name === `${outputs[c]}` ? name : `${name} = ${outputs[c]}`,
  )
  const of = width === 1 ? 'one output, that of 1' : `${width} outputs`
  const otherwise = how === LISTED ? '' : `; ${LIST} says otherwise`
  return `classes are the outputs of ${file} ${how}: ${shortList(pairs)} (of ${of})${otherwise}`
}

/**
 * The names in a file of classes: a JSON list, or one per line. Throws InputError when there are none.
 */
export function parseClassList(text: string, file: string): string[] {
  const found = text.trimStart().startsWith('[') ? fromJson(text, file) : fromLines(text)
  if (found.length > 0) return found
  throw new InputError(`--classes ${file}: there are no names in it; one per line, or a JSON list`)
}

function fromLines(text: string): string[] {
  const lines = text.split(/\r?\n/)
  while (lines.length > 0 && lines[lines.length - 1].trim() === '') lines.pop()
  return lines.map((line) => line.trim())
}

function fromJson(text: string, file: string): string[] {
  const value = parsedJson(text)
  if (Array.isArray(value) && value.every((name) => ['string', 'number'].includes(typeof name))) {
    return value.map(String)
  }
  throw new InputError(`--classes ${file}: this is no JSON list of names; write ["cat", "dog"]`)
}
