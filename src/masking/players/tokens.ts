/** Players of texts: which tokens may be masked, and which of them are drawn. */
import { InputError } from '../../core/errors.js'
import { stream } from '../../core/random.js'
import type { Players } from '../types.js'
import { checkPlayerCount, playersFromCells } from './checks.js'

/** English stop words that never become players: articles, pronouns, auxiliaries, prepositions. */
const stopWords: ReadonlySet<string> = new Set(
  (
    'a an the this that these those i me my we us our you your he him his she her it its they them ' +
    'their who whom which what am is are was were be been being have has had having do does did ' +
    'doing will would shall should can could may might must of in on at by for with about to from ' +
    'into over under and or but if then than as so because while until both each own same s t re ' +
    've ll d m there here when where why how'
  ).split(' '),
)

/** Whether a word may become a player: no mark, no special token such as `[CLS]`, no stop word. */
export function isContentWord(word: string): boolean {
  if (/^[[<].*[\]>]$/.test(word) || !/[\p{L}\p{N}]/u.test(word)) return false
  return !stopWords.has(word.toLowerCase())
}

/** Token ids 0 and 1 are padding and unknown. */
function isEligible(id: number, word: string | undefined): boolean {
  return id >= 2 && word !== undefined && isContentWord(word)
}

/**
 * `count` of the units of a text that may be players, in their order. The draw depends on the seed and the sample's id
 * alone, so every network of a study meets the same players. Throws InputError when there are fewer.
 */
export function drawnPlayers(
  eligible: readonly number[],
  count: number,
  seed: number,
  sampleId: number,
  noun: string,
): number[] {
  checkPlayerCount(count)
  if (eligible.length < count) {
    throw new InputError(
      `sample ${sampleId} has ${eligible.length} ${noun} that can be players, fewer than ${count}`,
      { context: { sample: sampleId } },
    )
  }
  const order = stream(seed, 'players', String(sampleId)).at().permutation(eligible.length)
  return [...order.slice(0, count)].map((index) => eligible[index]).sort((a, b) => a - b)
}

/** Positions of a text that may become players: no padding, special token, stop word or mark. */
export function eligibleTokens(
  tokens: Float32Array | Int32Array,
  words: readonly string[],
): number[] {
  return [...tokens.keys()].filter((position) =>
    isEligible(tokens[position], words[tokens[position]]),
  )
}

/**
 * `count` random eligible tokens of one text as players (the lab's choice for SST-2 is 10); all other
 * tokens are background ({@link drawnPlayers}). The map has one entry a token position, for masking embeddings.
 * Throws InputError when the text has fewer eligible tokens.
 */
export function tokenPlayers(
  tokens: Float32Array | Int32Array,
  words: readonly string[],
  count: number,
  seed: number,
  sampleId: number,
): Players {
  const chosen = drawnPlayers(eligibleTokens(tokens, words), count, seed, sampleId, 'tokens')
  const names = chosen.map((position) => words[tokens[position]])
  return playersFromCells(
    'tokens',
    chosen.map((position) => [position]),
    names,
    tokens.length,
    chosen,
  )
}
