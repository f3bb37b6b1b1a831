/** Whether a classifier is right less often than guessing would be, or no more often. */
import { percent } from '../core/numberWords.js'

/** Largest probability at which so few, or so many, right answers by chance count as more than chance. */
const SIGNIFICANCE = 0.01

/** Answers from which on guessing can be told from knowing little (our choice): chance errs by 3.5 points there, or less. */
const FEWEST_ANSWERS = 200

/** P(X ≤ k) for X binomial with `count` trials of probability p: sums of exponentials of logarithms, exact to 1e-12. */
export function binomialAtMost(k: number, count: number, p: number): number {
  let logTerm = count * Math.log1p(-p)
  let sum = Math.exp(logTerm)
  for (let right = 1; right <= k; right++) {
    logTerm += Math.log((count - right + 1) / right) + Math.log(p) - Math.log1p(-p)
    sum += Math.exp(logTerm)
  }
  return Math.min(1, sum)
}

/**
 * A warning where `right` of `count` samples of `classes` classes are right, which guessing would reach or fall
 * below in less than one of a hundred cases; undefined otherwise. A model that is merely bad guesses; one below
 * that knows the classes under other names, or says one of them whatever it is given.
 */
export function belowChance(
  name: string,
  right: number,
  count: number,
  classes: number,
): string | undefined {
  if (classes < 2 || binomialAtMost(right, count, 1 / classes) >= SIGNIFICANCE) return undefined
  return (
    `${name} is right on ${right} of ${count} samples (${percent(right / count)}), which is below chance (${percent(1 / classes)} for ` +
    `${classes} classes): outputs may stand in another order (classes; analyze: --classes FILE), a score ` +
    'may have the wrong sign (some exporters of binary classifiers), inputs may lack the preprocessing of its training (data.standardize, layout; analyze: --mean, --std, --layout), or it may say one class whatever it is given'
  )
}

/**
 * Whether `right` of `count` samples of `classes` classes are no more than guessing gives: one of a hundred guessers, or more, has as many.
 * Of fewer than 200 samples nothing is said, as they could hide a network that knows something.
 */
export function isAtChance(right: number, count: number, classes: number): boolean {
  if (classes < 2 || count < FEWEST_ANSWERS) return false
  return right === 0 || 1 - binomialAtMost(right - 1, count, 1 / classes) >= SIGNIFICANCE
}
