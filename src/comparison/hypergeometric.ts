/** P(j) for j = first … first + probabilities.length − 1; 0 elsewhere. */
interface Hypergeometric {
  readonly first: number
  readonly probabilities: Float64Array
}

/**
 * Distribution of |A ∩ B| when A and B are independent random subsets of `sizeA` and `sizeB` among
 * `population` elements: P(j) = C(a, j) C(N−a, b−j) / C(N, b). Computed by the ratio P(j+1)/P(j)
 * outwards from the mode and normalised, so no factorial overflows and tails keep their relative
 * precision. Throws RangeError unless 0 ≤ a, b ≤ N are whole numbers.
 */
export function hypergeometric(population: number, sizeA: number, sizeB: number): Hypergeometric {
  const valid = [population, sizeA, sizeB].every((size) => Number.isInteger(size) && size >= 0)
  if (!valid || sizeA > population || sizeB > population) {
    throw new RangeError(`no sets of ${sizeA} and ${sizeB} elements among ${population}`)
  }
  const first = Math.max(0, sizeA + sizeB - population)
  const last = Math.min(sizeA, sizeB)
  const mode = Math.floor(((sizeA + 1) * (sizeB + 1)) / (population + 2))
  const weights = new Float64Array(last - first + 1)
  weights[mode - first] = 1
  const ratio = (j: number) =>
    ((sizeA - j) * (sizeB - j)) / ((j + 1) * (population - sizeA - sizeB + j + 1))
  for (let j = mode; j < last; j++) weights[j + 1 - first] = weights[j - first] * ratio(j)
  for (let j = mode - 1; j >= first; j--) weights[j - first] = weights[j + 1 - first] / ratio(j)
  // Smallest weights first: the sum then loses nothing.
  const total = weights.toSorted().reduce((sum, weight) => sum + weight, 0)
  return { first, probabilities: weights.map((weight) => weight / total) }
}

/** P(|A ∩ B| ≥ shared), the one-sided p-value of an overlap. */
export function hypergeometricUpperTail(
  population: number,
  sizeA: number,
  sizeB: number,
  shared: number,
): number {
  const { first, probabilities } = hypergeometric(population, sizeA, sizeB)
  if (shared <= first) return 1
  let tail = 0
  for (let index = probabilities.length - 1; index >= shared - first; index--) {
    tail += probabilities[index]
  }
  return Math.min(1, tail)
}

/** E[J] = Σ_j P(j) · j / (a + b − j), the Jaccard index of two independent sets; undefined for a = b = 0. */
export function expectedJaccard(
  population: number,
  sizeA: number,
  sizeB: number,
): number | undefined {
  if (sizeA + sizeB === 0) return undefined
  const { first, probabilities } = hypergeometric(population, sizeA, sizeB)
  return probabilities.reduce((sum, probability, index) => {
    const shared = first + index
    return sum + (probability * shared) / (sizeA + sizeB - shared)
  }, 0)
}
