/**
 * What masking is made of. A sample's masked tensor (its input, its word embedding or an inner
 * feature map) has `size` cells; every cell belongs to one player or to the background, which is
 * always present.
 */

export type PlayerKind = 'grid' | 'segments' | 'features' | 'tokens' | 'layer'

/** Cells of the masked tensor that belong to no player. */
export const BACKGROUND = -1

/** The players of a sample; bit i of a coalition is player i. */
export interface Players {
  /** Number of players n, 1 … 14. */
  readonly n: number
  readonly kind: PlayerKind
  /** Player of each cell of the masked tensor, row-major, and of what is held beside it where that is masked too, or {@link BACKGROUND}. */
  readonly map: Int32Array
  /** Short names in player order, such as `r1c2`, a feature or a word. */
  readonly names: readonly string[]
  /**
   * Their numbers among the cells or features that could be players, as `analysis.players.list` takes them; of words their
   * places in the text, or the numbers that `word_ids` gives them. Players of further inputs have none.
   */
  readonly numbers?: readonly number[]
}

/** The value b that a masked cell takes; it may depend on the sample (blur, damp). */
export interface Baseline {
  /** Content-derived id of everything that determines the values; stored with every result. */
  readonly fingerprint: string
  /** Baseline of every cell for one sample x, which has a cell for each of Players.map; as many. */
  valuesFor(x: Float32Array): Float32Array
}
