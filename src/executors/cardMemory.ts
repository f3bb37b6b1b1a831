/** How much memory NVIDIA's cards have free. */
import { spawnSync } from 'node:child_process'

/**
 * Bytes that are free on the fullest of the cards that this process may use, as `nvidia-smi` tells: it numbers cards in another
 * order than CUDA does. Undefined where it is not there or does not tell.
 */
export function freeOnCard(): number | undefined {
  const visible = process.env.CUDA_VISIBLE_DEVICES
  const { stdout, status } = spawnSync(
    'nvidia-smi',
    [
      '--query-gpu=memory.free',
      '--format=csv,noheader,nounits',
      ...(visible ? [`--id=${visible}`] : []),
    ],
    { encoding: 'utf8', timeout: 10_000 },
  )
  return status === 0 ? leastFree(stdout) : undefined
}

/** The least of the MiB that `nvidia-smi` lists, a card a line, in bytes; undefined where one is no number (`[N/A]`). */
export function leastFree(listed: string): number | undefined {
  const mebibytes = listed.trim().split('\n').map(Number.parseFloat)
  const least = Math.min(...mebibytes)
  return Number.isNaN(least) ? undefined : least * 2 ** 20
}
