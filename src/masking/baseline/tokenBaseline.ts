/** What masked words of a text become: another token, or nothing that the model attends to. */
import type { BaselineConfig } from '../../config/analysis.js'
import { InputError } from '../../core/errors.js'
import { contentId } from '../../core/hash.js'
import type { Dataset, RowPart } from '../../data/types.js'
import { partOf } from '../players/words.js'
import type { Baseline } from '../types.js'

/**
 * The baseline of rows of token ids: with `{ maskToken }` the ids of masked words become that id and attention stays;
 * with `attention` their attention becomes 0 and ids stay. Throws InputError for others, which need numbers that can be
 * averaged.
 */
export function tokenBaseline(config: BaselineConfig, rows: Pick<Dataset, 'parts'>): Baseline {
  if (config === 'attention') {
    return { ...settled('attention', 0), valuesFor: replacing(partOf(rows, 'attention'), 0) }
  }
  if (typeof config === 'object' && 'maskToken' in config) {
    const { maskToken } = config
    return {
      ...settled(`mask token ${maskToken}`, maskToken),
      valuesFor: replacing(partOf(rows, 'ids'), maskToken),
    }
  }
  const name = typeof config === 'string' ? config : Object.keys(config).join()
  throw new InputError(
    `analysis.baseline ${name} does not mask token ids: set it to {maskToken: ID} (103 is [MASK] of BERT), or to attention, ` +
      'which takes masked words out of the attention',
  )
}

function settled(name: string, value: number) {
  return { fingerprint: contentId({ name, settings: value }) }
}

/** Rows with one value in all cells of a part. */
function replacing({ start, shape: [length] }: RowPart, value: number) {
  return (x: Float32Array) => x.slice().fill(value, start, start + length)
}
