/** What the benchmarks share besides trainings. */
import { fileURLToPath } from 'node:url'

/** Whether a file is the one that Node was started with, not one that another imports. */
export function isStarted(url: string): boolean {
  return process.argv[1] === fileURLToPath(url)
}

/** The Python that has the peers. */
export const python = process.env.LOWLAYER_BENCH_PYTHON ?? 'python3'

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
