/** How much two sets of samples overlap, and how much they would by chance. */
import type { SampleId } from '../confusing/types.js'
import { expectedJaccard, hypergeometricUpperTail } from './hypergeometric.js'

/** How two sets of samples of one panel overlap. Undefined where the figure does not exist. */
export interface Overlap {
  readonly sizeA: number
  readonly sizeB: number
  /** |A ∩ B|. */
  readonly shared: number
  /** J = |A ∩ B| / |A ∪ B|; undefined when both are empty. */
  readonly jaccard: number | undefined
  /** |A ∩ B| / min(|A|, |B|); undefined when either is empty. */
  readonly coefficient: number | undefined
  /** E[J] of independent sets of these sizes (hypergeometric). */
  readonly expectedJaccard: number | undefined
  /** κ_J = (J − E J) / (1 − E J): 1 = equal sets, 0 = chance; undefined when only J = 1 is possible. */
  readonly kappa: number | undefined
  /** P(|A ∩ B| ≥ shared) for independent sets of these sizes; undefined when either is empty. */
  readonly pValue: number | undefined
}

/**
 * Overlap of two sets among `population` samples. Exceeding chance is not evidence for a common
 * cause: samples differ in difficulty, which lifts every pair (our choice of null and of κ).
 * Throws RangeError when a set is larger than the population.
 */
export function overlap(
  a: ReadonlySet<SampleId>,
  b: ReadonlySet<SampleId>,
  population: number,
): Overlap {
  return overlapOfSizes(population, a.size, b.size, sharedBy(a, b))
}

/** J = |A ∩ B| / |A ∪ B|; undefined when both are empty. */
export function jaccard<Item>(a: ReadonlySet<Item>, b: ReadonlySet<Item>): number | undefined {
  return jaccardOfSizes(a.size, b.size, sharedBy(a, b))
}

/** |A ∩ B|. */
export function sharedBy<Item>(a: ReadonlySet<Item>, b: ReadonlySet<Item>): number {
  let shared = 0
  for (const item of a) if (b.has(item)) shared++
  return shared
}

function jaccardOfSizes(sizeA: number, sizeB: number, shared: number): number | undefined {
  const union = sizeA + sizeB - shared
  return union === 0 ? undefined : shared / union
}

/** {@link overlap} from the sizes of the sets and of their intersection. */
export function overlapOfSizes(
  population: number,
  sizeA: number,
  sizeB: number,
  shared: number,
): Overlap {
  const smaller = Math.min(sizeA, sizeB)
  const jaccard = jaccardOfSizes(sizeA, sizeB, shared)
  const expected = expectedJaccard(population, sizeA, sizeB)
  return {
    sizeA,
    sizeB,
    shared,
    jaccard,
    coefficient: smaller === 0 ? undefined : shared / smaller,
    expectedJaccard: expected,
    kappa: kappa(jaccard, expected),
    pValue: smaller === 0 ? undefined : hypergeometricUpperTail(population, sizeA, sizeB, shared),
  }
}

/** Chance-corrected Jaccard (J − E) / (1 − E); undefined when a part is, or when E = 1. */
export function kappa(
  jaccard: number | undefined,
  expected: number | undefined,
): number | undefined {
  if (jaccard === undefined || expected === undefined || expected >= 1) return undefined
  return (jaccard - expected) / (1 - expected)
}
