/** Token ids in NumPy arrays, as tokenizers of text and language models from elsewhere give them. */
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { gatherRows, sideBySide } from '../../core/tableRows.js'
import { sizeOf } from '../../core/tensor.js'
import { uniqueSorted } from '../../core/uniqueSorted.js'
import { type DataContext, resolvePath } from '../paths.js'
import type { RawData } from '../raw.js'
import type { RowPart } from '../types.js'
import { classNumbering, labelNumbers } from './labelArrays.js'
import { openTokenArrays, placeOf, type TokenArrays, type WholeArray } from './tokenArrays.js'
import { readTokenVocabulary, wordNames, wordsOf } from './tokenWords.js'

type TokensConfig = Extract<DataConfig, { source: 'tokens' }>

/** A column block of rows. */
interface Block {
  readonly role: RowPart['role']
  readonly name: string
  /** Extents of a row. */
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
  /** Whether the configuration gives the value, the same for all rows. */
  readonly isConstant?: boolean
}

/** One split, all rows. */
interface Part {
  readonly arrays: TokenArrays
  readonly blocks: readonly Block[]
  /** Name of the word of every token, where names are known. */
  readonly names?: readonly string[]
  /** Class of every row, or the token that a language model is to give. */
  readonly labels: Int32Array
}

/** The classes. Throws InputError, with the way of language models, where there are none. */
function labelsOf(arrays: TokenArrays, { labels }: TokensConfig) {
  if (arrays.has(labels)) return arrays.numbers(labels)
  throw new InputError(
    `${arrays.file}: no array named "${labels}" (data.labels) has the classes; of a language model data.target says which token is to follow`,
  )
}

/** Arrays that models of several inputs usually take besides ids and attention. */
const USUAL_INPUTS = ['token_type_ids', 'position_ids']

/**
 * Rows of token ids, attention and what else models are fed, side by side, with the word of every token
 * (see RowPart). Classes are those of `labels`, or the tokens that a language model is to give, by their ids.
 */
export async function openTokens(data: TokensConfig, context: DataContext): Promise<RawData> {
  const vocabulary =
    data.vocabulary === undefined
      ? undefined
      : await readTokenVocabulary(resolvePath(data.vocabulary, 'data.vocabulary', context))
  const open = (path: string, key: string) =>
    readPart(openTokenArrays(resolvePath(path, key, context), data), data, vocabulary)
  const train = open(data.path, 'data.path')
  const test = data.testPath === undefined ? undefined : open(data.testPath, 'data.testPath')
  const splits = test === undefined ? [train] : [train, test]
  if (test !== undefined) checkSameArrays(train, test)
  const { classes, remarks, numbered } = classesOf(splits, data)
  const words = [...new Set(splits.flatMap(({ names = [] }) => names))]
  const parts = partsOf(splits)
  const size = parts.reduce((sum, part) => sum + sizeOf(part.shape), 0)
  const places = new Map(words.map((word, place) => [word, place]))
  const rowsOf = (part: Part, rows: Int32Array) => joinedRows(part, rows, places)
  return {
    kind: 'tokens',
    shape: [size],
    parts,
    classes,
    isPooled: data.target !== undefined,
    assumptions: [
      ...remarks,
      ...splits.flatMap(({ arrays }) => arrays.remarks),
      ...targetRemarks(data, train),
      ...splits.flatMap(laterWordRemarks),
    ],
    trainLabels: numbered[0],
    ...(test === undefined ? {} : { testLabels: numbered[1] }),
    read: async (trainRows, testRows) => ({
      train: rowsOf(train, trainRows),
      test: rowsOf(test ?? train, testRows),
      ...(words.length === 0 ? {} : { vocabulary: words }),
    }),
  }
}

function readPart(
  arrays: TokenArrays,
  data: TokensConfig,
  vocabulary: readonly (string | undefined)[] | undefined,
): Part {
  const { ids, attention, file } = arrays
  const [, length] = ids.shape
  const others = (data.inputs ?? USUAL_INPUTS.filter(arrays.has)).map((name) => arrays.rows(name))
  const words = wordsOf(arrays, data)
  const names = wordNames(arrays, words, data.words, vocabulary)
  const target = data.target === undefined ? undefined : arrays.column('target', data.target)
  const block = (role: Block['role'], { shape, ...rest }: WholeArray): Block => ({
    role,
    ...rest,
    shape: shape.slice(1),
  })
  const position = positionsOf(arrays, data)
  return {
    arrays,
    blocks: [
      block('ids', ids),
      block('attention', attention),
      ...others.map((each) => block('input', each)),
      { role: 'words', name: data.wordIds, shape: [length], data: words },
      ...(position === undefined ? [] : [block('position', position)]),
      ...(target === undefined ? [] : [block('target', target)]),
    ],
    ...(names === undefined ? {} : { names }),
    labels:
      target === undefined
        ? labelNumbers(labelsOf(arrays, data), [ids.name, ids], data.labels, file)
        : Int32Array.from(target.data),
  }
}

/** The token whose outputs count, in every row; undefined where models give outputs for the whole row. */
function positionsOf(arrays: TokenArrays, data: TokensConfig): WholeArray | undefined {
  const wanted = data.position ?? (data.target === undefined ? undefined : 'last')
  if (wanted === undefined) return undefined
  const { ids, attention, file } = arrays
  const [count, length] = ids.shape
  if (wanted === 'last') {
    const last = Int32Array.from({ length: count }, (_, row) => {
      let at = length - 1
      while (attention.data[row * length + at] === 0) at--
      return at
    })
    return { name: 'last', shape: [count], data: last }
  }
  const found = arrays.column('position', wanted)
  for (let row = 0; row < count; row++) {
    const at = found.data[row]
    const place = `${found.isConstant ? `data.${found.name}` : `${file}: ${found.name}[${row}]`} is ${at}`
    if (at >= length) throw new InputError(`${place}, but rows have ${length} tokens, from 0`)
    if (attention.data[row * length + at] === 0) {
      throw new InputError(`${place}, where row ${row} has padding (${attention.name} is 0)`)
    }
  }
  return found
}

function targetRemarks({ position, target }: TokensConfig, { arrays }: Part): string[] {
  if (position !== undefined || target === undefined) return []
  return [
    `the target is what the model gives at the last token of a text, where ${arrays.attention.name} is 1 (data.position)`,
  ]
}

/** That texts go on after the token whose outputs count, where some do. */
function laterWordRemarks({ arrays, blocks }: Part): string[] {
  const [words, places] = (['words', 'position'] as const).map((wanted) =>
    blocks.find(({ role }) => role === wanted),
  )
  if (words === undefined || places === undefined) return []
  const [length] = words.shape
  const count = places.data.length
  const goesOn = (row: number) => {
    let at = row * length + places.data[row] + 1
    while (at < (row + 1) * length && words.data[at] < 0) at++
    return at < (row + 1) * length
  }
  const later = Array.from({ length: count }, (_, row) => row).filter(goesOn).length
  if (later === 0) return []
  return [
    `${later} of ${count} texts of ${arrays.file} have words after the token whose outputs count (data.position), which may be players as well: a causal ` +
      `model (GPT) sees none of them, so that for it ${arrays.attention.name} should be 0 there`,
  ]
}

/** Names of the classes and the class of every row of each split. */
function classesOf(splits: readonly Part[], data: TokensConfig) {
  const labels = splits.map((split) => split.labels)
  if (data.target === undefined) {
    const { file } = splits[0].arrays
    const { highest, remarks } = classNumbering(labels, data.labels, file)
    const classes = Array.from({ length: highest + 1 }, (_, c) => String(c))
    return { classes, remarks, numbered: labels }
  }
  const tokens = uniqueSorted(labels.flatMap((each) => [...each]))
  const places = new Map(tokens.map((token, place) => [token, place]))
  const numbered = labels.map((each) => each.map((token) => places.get(token) as number))
  return { classes: tokens.map(String), remarks: [], numbered }
}

function checkSameArrays(train: Part, test: Part): void {
  const described = ({ blocks, names }: Part) => [
    ...blocks.map(({ name, shape }) => `${name} [N, ${shape.join(', ')}]`),
    names === undefined ? 'no names of words' : 'names of words',
  ]
  const [one, other] = [described(train), described(test)]
  const differing = one.findIndex((each, index) => each !== other[index])
  if (differing === -1 && one.length === other.length) return
  throw new InputError(
    `${test.arrays.file} has ${other.join(', ')}, but ${train.arrays.file} ${one.join(', ')}: both must be alike`,
  )
}

function partsOf(splits: readonly Part[]): RowPart[] {
  const [{ blocks, names }] = splits
  const ids = blocks[0]
  const named: readonly Omit<Block, 'data'>[] =
    names === undefined
      ? blocks
      : [...blocks, { role: 'names', name: 'names of words', shape: ids.shape }]
  let start = 0
  return named.map(({ role, name, shape }, index) => {
    const part: RowPart = {
      name,
      role,
      shape,
      start,
      ...(role === 'ids' || role === 'target' ? { highest: highestOf(splits, index) } : {}),
    }
    start += sizeOf(part.shape)
    return part
  })
}

function highestOf(splits: readonly Part[], index: number): RowPart['highest'] {
  let highest = { value: -1, place: '' }
  for (const { arrays, blocks } of splits) {
    const { data, name, shape, isConstant } = blocks[index]
    for (let at = 0; at < data.length; at++) {
      if (data[at] <= highest.value) continue
      const rows = [arrays.ids.shape[0], ...shape]
      const place = isConstant ? `data.${name}` : `${arrays.file}: ${placeOf(name, rows, at)}`
      highest = { value: data[at], place }
    }
  }
  return highest
}

/** Rows with all blocks side by side, and the places of their names after them. */
function joinedRows(
  { blocks, names }: Part,
  rows: Int32Array,
  places: ReadonlyMap<string, number>,
): Float32Array {
  const tables = blocks.map(({ shape, data }) => gatherRows(data, rows, sizeOf(shape)))
  const numbers = names?.map((name) => places.get(name) as number)
  if (numbers !== undefined) tables.push(gatherRows(numbers, rows, sizeOf(blocks[0].shape)))
  return sideBySide(tables, rows.length)
}
