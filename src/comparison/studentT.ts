/**
 * P(|T| ≤ t) for Student's t with a whole number of degrees of freedom, by the finite sums of
 * Abramowitz & Stegun 26.7.3 and 26.7.4.
 */
function studentTCentral(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const cosSquared = Math.cos(angle) ** 2
  const odd = degrees % 2 === 1
  if (degrees === 1) return (2 * angle) / Math.PI
  let term = odd ? Math.cos(angle) : 1
  let sum = term
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= (cosSquared * (k - 1)) / k
    sum += term
  }
  const product = Math.sin(angle) * sum
  return odd ? (2 / Math.PI) * (angle + product) : product
}

/** The t with P(|T| ≤ t) = level, by bisection; 0 < level < 1. */
export function studentTQuantile(level: number, degrees: number): number {
  let low = 0
  let high = 1
  while (studentTCentral(high, degrees) < level) high *= 2
  for (let halving = 0; halving < 100; halving++) {
    const middle = (low + high) / 2
    if (studentTCentral(middle, degrees) < level) low = middle
    else high = middle
  }
  return (low + high) / 2
}
