/**
 * Which of a network's interactions are generalizable: those that are salient in reference networks too, on the same
 * sample, of the same kind and for the same set of players. Source: arXiv 2502.10162 and 2505.06993 as their reviewers
 * retell them (three references trained on the test samples, salient in at least one); the other rules are ours.
 */
import { orders } from '../core/subset.js'
import { isSalient } from '../interactions/salience.js'
import { orderDistribution } from './orderDistribution.js'
import type { ThresholdedInteractions } from './similarity.js'
import type { Interactions } from './types.js'

/** In how many references an interaction must be salient: at least one, more than half, or all. */
export type AgreementRule = 'any' | 'majority' | 'all'

/** Whether the sign of an interaction in a reference must be its own. */
export type SignRule = 'ignore' | 'same'

/**
 * Salient strength of one sample, Σ|I_T|, by order and by the number of references that confirm it: entry
 * k · (R + 1) + m has the interactions of order k that are salient in exactly m of R references. Order 0 is left out.
 */
export interface Agreement {
  readonly n: number
  /** R, at least 1. */
  readonly references: number
  /** Shape [n + 1, R + 1]. */
  readonly and: Float64Array
  /** Shape [n + 1, R + 1]. */
  readonly or: Float64Array
}

/**
 * Holds the salient interactions of a sample against those of the same sample in references, each under its own τ.
 * @param tau the sample's threshold: |I_T| > τ is salient
 */
export function agreementWith(
  interactions: Interactions,
  tau: number,
  references: readonly ThresholdedInteractions[],
  sign: SignRule,
): Agreement {
  const { n } = interactions
  const orderOf = orders(n)
  const width = references.length + 1
  const strengths = (kind: 'and' | 'or') => {
    const table = interactions[kind]
    const sums = new Float64Array((n + 1) * width)
    for (let mask = 1; mask < table.length; mask++) {
      const value = table[mask]
      if (!isSalient(value, tau)) continue
      let confirmed = 0
      for (const reference of references) {
        const other = reference.interactions[kind][mask]
        const agrees = sign === 'ignore' || Math.sign(other) === Math.sign(value)
        if (agrees && isSalient(other, reference.tau)) confirmed++
      }
      sums[orderOf[mask] * width + confirmed] += Math.abs(value)
    }
    return sums
  }
  return { n, references: references.length, and: strengths('and'), or: strengths('or') }
}

/**
 * What {@link agreementWith} is expected to find if each reference had as many salient interactions of every kind and
 * order, drawn at random (with signs of chance ½ where they count): the number that confirm one is then a sum of
 * independent draws with p_r = salient ones of reference r / C(n, k). Our choice.
 */
export function agreementByChance(
  own: Agreement,
  references: readonly ThresholdedInteractions[],
  sign: SignRule,
): Agreement {
  const { n } = own
  const width = references.length + 1
  const strengths = (kind: 'and' | 'or') => {
    const counts = references.map(
      (reference) => orderDistribution(reference.interactions, reference.tau, kind).count,
    )
    const sums = new Float64Array(own[kind].length)
    for (let order = 1; order <= n; order++) {
      const at = order * width
      const strength = own[kind].subarray(at, at + width).reduce((sum, value) => sum + value, 0)
      const scale = choose(n, order) * (sign === 'same' ? 2 : 1)
      let chances = [1]
      for (const count of counts) chances = afterDraw(chances, count[order] / scale)
      sums.set(
        chances.map((chance) => strength * chance),
        at,
      )
    }
    return sums
  }
  return { n, references: references.length, and: strengths('and'), or: strengths('or') }
}

/** Probabilities of 0 … R + 1 hits from those of 0 … R, after one more draw that hits with chance p. */
function afterDraw(chances: readonly number[], p: number): number[] {
  return [...chances, 0].map(
    (chance, hits) => chance * (1 - p) + (hits === 0 ? 0 : chances[hits - 1] * p),
  )
}

/** Whether an interaction that `confirmed` of the references have is generalizable. */
function isGeneralizable(confirmed: number, references: number, rule: AgreementRule): boolean {
  if (rule === 'any') return confirmed > 0
  return rule === 'all' ? confirmed === references : confirmed > references / 2
}

/** Salient strength of both sorts, by order; shape [n + 1] each. */
export interface GeneralizableStrength {
  readonly generalizable: Float64Array
  readonly nongeneralizable: Float64Array
}

/** Generalizable and non-generalizable strength of one kind of interaction, by order. */
export function generalizableStrength(
  agreement: Agreement,
  kind: 'and' | 'or',
  rule: AgreementRule,
): GeneralizableStrength {
  const { n, references } = agreement
  const generalizable = new Float64Array(n + 1)
  const nongeneralizable = new Float64Array(n + 1)
  for (let order = 1; order <= n; order++) {
    for (let confirmed = 0; confirmed <= references; confirmed++) {
      const strength = agreement[kind][order * (references + 1) + confirmed]
      const side = isGeneralizable(confirmed, references, rule) ? generalizable : nongeneralizable
      side[order] += strength
    }
  }
  return { generalizable, nongeneralizable }
}

/** Salient strength of a sample and how much of it is not generalizable, over both kinds and all orders ≥ 1. */
export function nongeneralizableTotal(
  agreement: Agreement,
  rule: AgreementRule,
): { readonly total: number; readonly nongeneralizable: number } {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
  const parts = (['and', 'or'] as const).map((kind) => generalizableStrength(agreement, kind, rule))
  const nongeneralizable = parts.reduce((total, part) => total + sum(part.nongeneralizable), 0)
  const rest = parts.reduce((total, part) => total + sum(part.generalizable), 0)
  return { total: nongeneralizable + rest, nongeneralizable }
}

/**
 * Share of salient strength that is generalizable, had `chosen` of the references been asked: the mean over all
 * choices of so many of them, which is hypergeometric in the number that confirm an interaction. Undefined where
 * nothing is salient.
 */
export function shareWithFewer(
  agreement: Agreement,
  chosen: number,
  rule: AgreementRule,
): number | undefined {
  const { n, references: all } = agreement
  let total = 0
  let generalizable = 0
  for (let confirmed = 0; confirmed <= all; confirmed++) {
    let strength = 0
    for (let order = 1; order <= n; order++) {
      const at = order * (all + 1) + confirmed
      strength += agreement.and[at] + agreement.or[at]
    }
    total += strength
    generalizable += strength * chance(confirmed, all, chosen, rule)
  }
  return total > 0 ? generalizable / total : undefined
}

/** P(generalizable) among `chosen` of `all` references drawn at random, of which `confirmed` confirm. */
function chance(confirmed: number, all: number, chosen: number, rule: AgreementRule): number {
  let favourable = 0
  for (let hits = 0; hits <= Math.min(confirmed, chosen); hits++) {
    if (!isGeneralizable(hits, chosen, rule)) continue
    favourable += choose(confirmed, hits) * choose(all - confirmed, chosen - hits)
  }
  return favourable / choose(all, chosen)
}

/** Binomial coefficient; 0 where more are chosen than there are. */
function choose(from: number, count: number): number {
  if (count > from) return 0
  let result = 1
  for (let index = 1; index <= count; index++) result = (result * (from - count + index)) / index
  return result
}
