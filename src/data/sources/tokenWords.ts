/** Words of tokenised texts: which tokens belong together, and what they are called. */
import type { DataConfig } from '../../config/data.js'
import { usualArrays } from '../../config/usualArrays.js'
import { InputError } from '../../core/errors.js'
import { quotable } from '../../core/quote.js'
import { readText } from '../paths.js'
import { checkSameShape, placeOf, TOKEN_LIMIT, type TokenArrays } from './tokenArrays.js'

/** A token that belongs to no word. */
const NONE = -1

/**
 * The word of every token [N, T]: its number in the array of word ids, or its place where there is none; −1 for padding
 * and special tokens. Throws InputError where nothing tells which tokens are special.
 */
export function wordsOf(
  arrays: TokenArrays,
  { wordIds, specialTokens }: Extract<DataConfig, { source: 'tokens' }>,
): Int32Array {
  const { file, ids, attention } = arrays
  const [count, length] = ids.shape
  // A name that is written is meant: reading what is not there says so.
  const known =
    arrays.has(wordIds) || wordIds !== usualArrays.wordIds ? arrays.rows(wordIds) : undefined
  if (known === undefined && specialTokens === undefined) {
    throw new InputError(
      `${file}: nothing says which tokens are special and never players: store the array ${wordIds} (the tokenizer's ` +
        'word_ids(), −1 for none), or set data.specialTokens to their ids, such as [101, 102, 0]',
    )
  }
  if (known !== undefined) checkSameShape(known, ids, file)
  const special = new Set(specialTokens)
  const words = Int32Array.from({ length: ids.data.length }, (_, at) => {
    if (attention.data[at] === 0 || special.has(ids.data[at])) return NONE
    return known === undefined ? at % length : Math.max(NONE, known.data[at])
  })
  if (known !== undefined) {
    let torn = 0
    for (let row = 0; row < count; row++) {
      if (isTorn(words.subarray(row * length, (row + 1) * length))) torn++
    }
    if (torn > 0) {
      arrays.remarks.push(
        `in ${torn} of ${count} texts of ${file} tokens of one number of ${wordIds} do not stand side by side: they ` +
          'are one word all the same (the second text of a pair must number its words on)',
      )
    }
  }
  return words
}

/** Whether a word comes again after another one. */
function isTorn(words: Int32Array): boolean {
  const ended = new Set<number>()
  let last = NONE
  for (const word of words) {
    if (word === last) continue
    if (last !== NONE) ended.add(last)
    if (ended.has(word)) return true
    last = word
  }
  return false
}

/**
 * The name of the word of every token [N, T], '' for none: from the file's strings, or put together from the tokens of a
 * vocabulary; undefined where there is neither.
 */
export function wordNames(
  arrays: TokenArrays,
  words: Int32Array,
  key: string,
  vocabulary: readonly (string | undefined)[] | undefined,
): readonly string[] | undefined {
  if (arrays.has(key) || key !== usualArrays.words) {
    if (vocabulary === undefined) return fromStrings(arrays, words, key)
    const named = `${arrays.file} has the words themselves, as ${key}`
    throw new InputError(`data.vocabulary names no player, since ${named}: leave one of both out`)
  }
  return vocabulary === undefined ? undefined : fromVocabulary(arrays, words, vocabulary)
}

function fromStrings({ strings, ids, file }: TokenArrays, words: Int32Array, key: string) {
  const { shape, data } = strings(key)
  const [count, length] = ids.shape
  if (shape.length !== 2 || shape[0] !== count) {
    throw new InputError(
      `${file}: ${key} [${shape.join(', ')}] must have a row of words for each of ${count} texts`,
    )
  }
  return Array.from(words, (word, at) => {
    if (word === NONE) return ''
    const place = Math.floor(at / length) * shape[1] + word
    const name = word < shape[1] ? data[place] : ''
    if (name !== '') return name
    throw new InputError(
      `${file}: there is no ${key}[${Math.floor(at / length)}, ${word}], the name of the word of ${placeOf(ids.name, ids.shape, at)}: words are counted by data.wordIds, without that array by token; leave ${key} out where they are others`,
    )
  })
}

function fromVocabulary(
  { ids, file }: TokenArrays,
  words: Int32Array,
  vocabulary: readonly (string | undefined)[],
): string[] {
  const [, length] = ids.shape
  const tokenAt = (at: number) => {
    const id = ids.data[at]
    return vocabulary[id] ?? (id < vocabulary.length ? `(id ${id})` : undefined)
  }
  return Array.from(words, (word, at) => {
    if (word === NONE) return ''
    const row = Math.floor(at / length) * length
    let name = ''
    for (let other = row; other < row + length; other++) {
      if (words[other] !== word) continue
      const token = tokenAt(other)
      if (token === undefined) {
        throw new InputError(
          `${file}: ${placeOf(ids.name, ids.shape, other)} is ${ids.data[other]}, but data.vocabulary has ${vocabulary.length} tokens`,
        )
      }
      name += pieceOf(token)
    }
    return name || (tokenAt(at) ?? '')
  })
}

/** A token without the marks of WordPiece (##), byte-level BPE (Ġ) and SentencePiece (▁). */
function pieceOf(token: string): string {
  return token.replace(/^##|^Ġ|^▁|<\/w>$/u, '')
}

/**
 * Tokens by id, of a file with a token per line (BERT's vocab.txt) or a JSON object from token to id (GPT's vocab.json),
 * where ids may be left out. Throws InputError when it is neither.
 */
export async function readTokenVocabulary(file: string): Promise<(string | undefined)[]> {
  const text = readText(file)
  if (text.trimStart().startsWith('{')) return fromJson(text, file)
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw new InputError(`${file}: the vocabulary is empty`)
  return lines
}

function fromJson(text: string, file: string): (string | undefined)[] {
  const tokens: (string | undefined)[] = []
  for (const [token, id] of Object.entries(parsed(text, file))) {
    if (!(Number.isInteger(id) && (id as number) >= 0 && (id as number) < TOKEN_LIMIT)) {
      throw new InputError(
        `${file}: the id of "${token}" is ${quotable(JSON.stringify(id))}, no whole number from 0 to ${TOKEN_LIMIT - 1}`,
      )
    }
    tokens[id as number] = token
  }
  return tokens
}

function parsed(text: string, file: string): object {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InputError(`${file}: this is no JSON object from tokens to ids`, { cause })
  }
}
