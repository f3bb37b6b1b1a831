import type { Duration } from '../core/duration.js'

/** How long a network trains. */
export interface TrainingLength {
  readonly batchSize: number
  /** May be fractional: batches run on across epochs. */
  readonly stepsPerEpoch: number
  readonly totalSteps: number
}

/** Where low layers start from and whether they train; high layers are always drawn and trained. */
export interface Regime {
  /** The word in a configuration. */
  readonly name: string
  /** What it does, in a clause, for help and editors. */
  readonly summary: string
  readonly freezesLow: boolean
  /**
   * Step of the donor, a network trained before, whose low layers are taken. Without it low layers
   * are drawn from their seed. `at` is the time after "@"; given exactly where `timed` is set.
   */
  readonly donorStep?: (length: TrainingLength, at?: Duration) => number
  /** Whether the name is followed by a time, as in `rewind@5ep`. */
  readonly timed?: true
}
