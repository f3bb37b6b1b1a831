/** What two studies differ in: neither "significant here, not there" nor intervals that overlap say it. */

/** A share of one study with its interval. */
interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/**
 * The difference a − b of two estimates with its interval, from the intervals of both as they are, unequal arms included:
 *
 *     (a − b) − √((a − l_a)² + (u_b − b)²)   …   (a − b) + √((u_a − a)² + (b − l_b)²)
 *
 * Source: Zou & Donner, Statistics in Medicine 27, 2008, eq. 2, for independent estimates; where studies have seeds in
 * common, whose effects are alike in both, it is wide rather than narrow.
 */
export function differenceOf(a: Interval, b: Interval): Interval {
  const estimate = a.estimate - b.estimate
  return {
    estimate,
    low: estimate - Math.hypot(a.estimate - a.low, b.high - b.estimate),
    high: estimate + Math.hypot(a.high - a.estimate, b.estimate - b.low),
  }
}
