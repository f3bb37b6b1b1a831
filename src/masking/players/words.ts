/** Words of texts for models from elsewhere: players are groups of sub-tokens, whatever masks them. */
import type { Dataset, RowPart } from '../../data/types.js'
import type { Players } from '../types.js'
import { playersFromCells } from './checks.js'
import { drawnPlayers, isContentWord } from './tokens.js'

/** What tells the words of rows. */
type WordedRows = Pick<Dataset, 'shape' | 'parts' | 'vocabulary'>

/**
 * Numbers of the words of a row that may be players, ascending: all but padding and special tokens and, where words
 * have names, stop words and marks.
 */
export function eligibleWords(input: Float32Array, rows: WordedRows): number[] {
  const words = cellsOf(input, partOf(rows, 'words'))
  const names = namesIn(input, rows)
  const eligible = new Set<number>()
  for (const [at, word] of words.entries()) {
    if (word >= 0 && (names === undefined || isContentWord(names(at)))) eligible.add(word)
  }
  return [...eligible].sort((a, b) => a - b)
}

/**
 * `count` random words of one text as players, drawn as tokens are; everything else is background. `cellsAt` gives the
 * cells of a token among the `size` that are masked. Throws InputError when the text has fewer.
 */
export function wordPlayers(
  input: Float32Array,
  rows: WordedRows,
  { count, seed }: { readonly count: number; readonly seed: number },
  sampleId: number,
  { size, cellsAt }: { readonly size: number; readonly cellsAt: (at: number) => readonly number[] },
): Players {
  const chosen = drawnPlayers(eligibleWords(input, rows), count, seed, sampleId, 'words')
  const [words, ids] = [partOf(rows, 'words'), partOf(rows, 'ids')]
  const places = chosen.map((word) =>
    [...cellsOf(input, words).keys()].filter((at) => input[words.start + at] === word),
  )
  const names = namesIn(input, rows)
  return playersFromCells(
    'tokens',
    places.map((own) => own.flatMap(cellsAt)),
    places.map(([first], player) =>
      names === undefined ? `w${chosen[player]} (id ${input[ids.start + first]})` : names(first),
    ),
    size,
    chosen,
  )
}

/** The part of a role. Throws where rows have none, which only data of token ids may meet. */
export function partOf({ parts = [] }: Pick<Dataset, 'parts'>, role: RowPart['role']): RowPart {
  const found = parts.find((part) => part.role === role)
  if (found === undefined) throw new Error(`rows have no part for ${role}`)
  return found
}

function cellsOf(input: Float32Array, { start, shape: [length] }: RowPart): Float32Array {
  return input.subarray(start, start + length)
}

/** The name of the word of each token of a row; undefined where words have none. */
export function namesIn(
  input: Float32Array,
  { parts = [], vocabulary = [] }: Pick<Dataset, 'parts' | 'vocabulary'>,
): ((at: number) => string) | undefined {
  const part = parts.find(({ role }) => role === 'names')
  return part === undefined ? undefined : (at) => vocabulary[input[part.start + at]]
}
