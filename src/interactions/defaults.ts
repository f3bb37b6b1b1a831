/** Settings of the decomposition where none are given: apart from the solvers, which help has no use for. */
import type { SgdSettings } from './solver/sgdReference.js'

export const defaultNoise = 0.04
export const defaultGap = 1e-3
export const defaultMaxIterations = 100_000

/** interaction-concept's settings for images. */
export const imageSettings: SgdSettings = { lr: 1e-5, iterations: 10_000 }
