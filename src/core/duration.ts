/** Spans of training, in steps or epochs: as users write them, and in steps. */
import { InputError } from './errors.js'

/** A span of training: whole optimiser steps or (possibly fractional) epochs. */
export type Duration = { readonly epochs: number } | { readonly steps: number }

const pattern = /^(\d+(?:\.\d+)?)(ep|it)$/

/** Reads `40ep`, `0.5ep` or `500it`; a bare number counts epochs. Throws InputError otherwise. */
export function parseDuration(text: string | number): Duration {
  if (typeof text === 'number') return { epochs: text }
  const match = pattern.exec(text)
  if (match === null) throw new InputError(`"${text}" is no duration: write 40ep or 500it`)
  const amount = Number(match[1])
  if (match[2] === 'ep') return { epochs: amount }
  if (!Number.isInteger(amount)) throw new InputError(`"${text}" is no whole number of steps`)
  return { steps: amount }
}

/** Length of a duration in steps, rounded to the nearest whole step. */
export function durationInSteps(duration: Duration, stepsPerEpoch: number): number {
  return 'steps' in duration ? duration.steps : Math.round(duration.epochs * stepsPerEpoch)
}
