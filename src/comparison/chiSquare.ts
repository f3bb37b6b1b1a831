import type { Generator } from '../core/random.js'

/**
 * A draw of χ² with `degrees` > 0 degrees of freedom, whole or not: twice a gamma variate of shape degrees/2 by
 * Marsaglia & Tsang 2000, "A simple method for generating gamma variables"; shapes below 1 by their remark
 * G(k) = G(k + 1)·U^(1/k).
 */
export function drawChiSquare(degrees: number, generator: Generator): number {
  return 2 * drawGamma(degrees / 2, generator)
}

function drawGamma(shape: number, generator: Generator): number {
  if (shape < 1) return drawGamma(shape + 1, generator) * (1 - generator.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const normal = generator.normal()
    const cube = (1 + c * normal) ** 3
    if (cube <= 0) continue
    const bound = 0.5 * normal ** 2 + d - d * cube + d * Math.log(cube)
    if (Math.log(1 - generator.uniform()) < bound) return d * cube
  }
}
