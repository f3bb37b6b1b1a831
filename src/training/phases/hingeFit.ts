/** Least squares of g = intercept + slope · max(0, x − knot) over a grid of knots. */
import { mean, scalarProduct } from '../../metrics/descriptive.js'

/** A hinge, and its fitted values at the times that it was fitted to, shape [points]. */
export interface Hinge {
  readonly slope: number
  readonly knot: number
  readonly fitted: Float64Array
}

/**
 * Ramps max(0, x − knot), from which the constant is taken out, of every knot: the points of the curve and quarters
 * between them, with two points or more to the right. `projected` is what takes the constant out.
 */
export class Ramps {
  private readonly knots: readonly number[]
  private readonly ramps: readonly Float64Array[]
  private readonly squares: readonly number[]

  constructor(times: Float64Array, projected: (values: Float64Array) => Float64Array) {
    this.knots = knotGrid(times)
    this.ramps = this.knots.map((knot) => projected(times.map((x) => Math.max(0, x - knot))))
    this.squares = this.ramps.map((ramp) => scalarProduct(ramp, ramp))
  }

  /** The ramp that leaves least squared error of values without their constant; `rising` ones only where asked for. */
  best(values: Float64Array, rising: boolean): { slope: number; knot: number; explained: number } {
    let best = { slope: 0, knot: this.knots[0], explained: 0 }
    for (const [index, ramp] of this.ramps.entries()) {
      if (!(this.squares[index] > 0)) continue
      const product = scalarProduct(ramp, values)
      const explained = product ** 2 / this.squares[index]
      if (explained <= best.explained || (rising && product < 0)) continue
      best = { slope: product / this.squares[index], knot: this.knots[index], explained }
    }
    return best
  }
}

/** Fits hinges to curves at the same times, one after the other. */
export function hingeFitter(times: Float64Array): (values: Float64Array) => Hinge {
  const ramps = new Ramps(times, withoutMean)
  return (values) => {
    const { slope, knot } = ramps.best(withoutMean(values), false)
    const rise = times.map((x) => slope * Math.max(0, x - knot))
    const intercept = (mean(values) ?? 0) - (mean(rise) ?? 0)
    return { slope, knot, fitted: rise.map((height) => intercept + height) }
  }
}

function knotGrid(times: Float64Array): number[] {
  const knots: number[] = []
  for (let index = 0; index + 2 < times.length; index++) {
    for (let quarter = 0; quarter < 4; quarter++) {
      knots.push(times[index] + (quarter / 4) * (times[index + 1] - times[index]))
    }
  }
  return knots.slice(0, -3)
}

function withoutMean(values: Float64Array): Float64Array {
  const centre = mean(values) ?? 0
  return values.map((value) => value - centre)
}
