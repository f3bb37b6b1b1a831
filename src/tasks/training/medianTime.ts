import { median } from '../../metrics/descriptive.js'

/** Median milliseconds of `runs` runs, one or more, after one that warms up. */
export async function medianMilliseconds(
  runs: number,
  run: () => Promise<unknown>,
): Promise<number> {
  await run()
  const times: number[] = []
  for (let index = 0; index < runs; index++) {
    const began = performance.now()
    await run()
    times.push(performance.now() - began)
  }
  return median(times) as number
}
