/** Mean losses (nats) on fixed subsets, in evaluation mode, after `step` optimiser steps. */
export interface LossPoint {
  readonly step: number
  readonly epoch: number
  readonly trainLoss: number
  readonly testLoss: number
  /** Mean loss of the training samples whose given label is the true one; undefined where all are, or it is not known. */
  readonly trueLabelLoss?: number
}

/** The training losses that the gap takes: of all samples on given labels, or of those whose label is the true one. */
export type GapLabels = 'given' | 'true'

export type PhaseOptions =
  | {
      readonly detector: 'hinge'
      readonly labels: GapLabels
      /** Width of the running median, in points. */
      readonly smoothing: number
      /** Simulated curves of the test of the rise, and bootstraps of the interval of t*. */
      readonly bootstrap: number
      /** Level of that interval; the one-sided test has the level (1 − level)/2. */
      readonly level: number
    }
  | { readonly detector: 'min-test-loss'; readonly smoothing: number }
  | {
      readonly detector: 'threshold'
      readonly labels: GapLabels
      readonly smoothing: number
      /** Rise of the gap over its minimum so far, as a share of its range … */
      readonly rise: number
      /** … or as a multiple of the noise (from the median absolute second difference). */
      readonly deviations: number
      /** Points in a row that must lie above. */
      readonly hold: number
    }

export interface PhaseResult {
  /** Labels of the training losses that the gap took; undefined where it took no gap. */
  readonly labels: GapLabels | undefined
  /** Whether there is an overfitting phase; undefined where the curve has too few points to tell. */
  readonly overfitting: boolean | undefined
  /** Where it begins, t*; undefined when there is none. `step` may lie between two points. */
  readonly boundary: { readonly step: number; readonly epoch: number } | undefined
  /** Hinge only: bootstrap interval of t*, in steps. */
  readonly boundaryInterval?: { readonly low: number; readonly high: number }
  /** What decided, in words. */
  readonly reason: string
}

/** The detector and its settings when nothing else is asked for. */
export const defaultPhaseOptions: PhaseOptions = {
  detector: 'hinge',
  labels: 'true',
  smoothing: 3,
  bootstrap: 1000,
  level: 0.95,
}

/** The result that training has one phase only. */
export function noOverfitting(reason: string, labels?: GapLabels): PhaseResult {
  return { labels, overfitting: false, boundary: undefined, reason }
}
