/** What a regime is: where shared layers start from, and whether they are trained. */
import type { Duration } from '../core/duration.js'

/** How long a network trains. */
export interface TrainingLength {
  readonly batchSize: number
  /** May be fractional: batches run on across epochs. */
  readonly stepsPerEpoch: number
  readonly totalSteps: number
}

/** A side of the cut. */
export type Side = 'low' | 'high'

/** Where the layers that networks share start from and whether they train; the others are always drawn and trained. */
export interface Regime {
  /** The word in a configuration. */
  readonly name: string
  /** What it does, in a clause, for help and editors. */
  readonly summary: string
  /** What the layers are that networks share, in the plural, for sentences of the verdict. */
  readonly shared: string
  /** The layers that are shared: high ones in a mirrored regime. */
  readonly side: Side
  readonly freezes: boolean
  /**
   * Step of the donor, a network trained before, whose layers of that side are taken. Without it they are drawn from
   * their seed. `at` is the time after "@"; given exactly where `timed` is set.
   */
  readonly donorStep?: (length: TrainingLength, at?: Duration) => number
  /** Whether the name is followed by a time, as in `rewind@5ep`. */
  readonly timed?: true
}
