/** Mean losses (nats) on fixed subsets, in evaluation mode, after `step` optimiser steps. */
export interface LossPoint {
  readonly step: number
  readonly epoch: number
  readonly trainLoss: number
  readonly testLoss: number
}

export type PhaseOptions =
  | {
      readonly detector: 'hinge'
      /** Width of the running median, in points. */
      readonly smoothing: number
      /** Residual bootstraps of the interval of the slope. */
      readonly bootstrap: number
      /** Level of that interval. */
      readonly level: number
    }
  | { readonly detector: 'min-test-loss'; readonly smoothing: number }
  | {
      readonly detector: 'threshold'
      readonly smoothing: number
      /** Rise of the gap over its minimum so far, as a share of its range … */
      readonly rise: number
      /** … or as a multiple of the noise (from the median absolute second difference). */
      readonly deviations: number
      /** Points in a row that must lie above. */
      readonly hold: number
    }

export interface PhaseResult {
  readonly detector: PhaseOptions['detector']
  /** Whether there is an overfitting phase; undefined where the curve has too few points to tell. */
  readonly overfitting: boolean | undefined
  /** Where it begins, t*; undefined when there is none. `step` may lie between two points. */
  readonly boundary: { readonly step: number; readonly epoch: number } | undefined
  /** Hinge only: bootstrap interval of t*, in steps. */
  readonly boundaryInterval?: { readonly low: number; readonly high: number }
  /** Hinge only: rise of the gap per unit of log(1 + epoch) after t*, with its bootstrap interval. */
  readonly slope:
    | { readonly estimate: number; readonly low: number; readonly high: number }
    | undefined
  /** What decided, in words. */
  readonly reason: string
}

/** The detector and its settings when nothing else is asked for. */
export const defaultPhaseOptions: PhaseOptions = {
  detector: 'hinge',
  smoothing: 3,
  bootstrap: 1000,
  level: 0.95,
}

/** The result that training has one phase only. */
export function noOverfitting(
  { detector }: PhaseOptions,
  reason: string,
  slope?: PhaseResult['slope'],
): PhaseResult {
  return { detector, overfitting: false, boundary: undefined, slope, reason }
}
