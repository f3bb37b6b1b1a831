/** What is assumed of the scores before any study has told (our choice): said wherever it is used. */
import type { SimulatedShares } from '../simulate.js'

/** Shares of the variance besides that of the low seeds. */
export const assumedOthers = { high: 0.05, sample: 0.5, order: 0.15 }

/** Low shares: the claim at twice the usual margin, and its absence. */
export const assumedLows: readonly number[] = [0.2, 0]

export const assumedTruths: readonly SimulatedShares[] = assumedLows.map((low) => ({
  low,
  ...assumedOthers,
}))
