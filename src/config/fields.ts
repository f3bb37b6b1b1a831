import { z } from 'zod'
import { limits } from '../core/limits.js'

/** Pieces that several sections of the configuration share. */

/** Whole number of at least `least`. */
export const whole = (least: number) => z.int().min(least)

/** Text that says something. */
export const nonEmpty = z.string().min(1)

/** Name of a study or network: a part of names of files and folders. */
export const fileName = z
  .string()
  .max(limits.fileNameLetters)
  .regex(/^\w[\w.-]*$/, 'letters, digits, "-", "_" and "." only, a letter or digit first')

/** A name that stands in tables as it is, where a spreadsheet runs what looks like a formula. */
export const cellName = z
  .string()
  .min(1)
  .regex(
    /^([^=+\-@\s]|$)/,
    'must not begin with "=", "+", "-", "@" or a space: a spreadsheet would run it',
  )

/** Seed of a random stream. */
export const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)

/** Share between 0 and 1, both included. */
export const share = z.number().min(0).max(1)

/** Share between 0 and 1, 1 not included. */
export const partialShare = z.number().min(0).lt(1)

/** Share between 0 and 1, neither included. */
export const innerShare = z.number().gt(0).lt(1)

export const positive = z.number().positive()

/** How many samples, or all that the source has. */
export const sampleCount = z.union([whole(1), z.literal('all')])

const durationText = z.string().regex(/^(\d+(\.\d+)?ep|\d+it)$/, 'write 40ep, 0.5ep or 500it')

/**
 * A span of training as `40ep` or `500it`; a bare number counts epochs and becomes `40ep`, so that
 * equal durations are equal text. {@link parseDuration} of core reads it.
 */
export const duration = z
  .union([z.number().min(0), durationText])
  .transform((value) => (typeof value === 'number' ? `${value}ep` : value))

/** A duration that is longer than nothing. */
export const positiveDuration = duration.refine((text) => Number.parseFloat(text) > 0, {
  message: 'must be longer than nothing: write 40ep or 500it',
})
