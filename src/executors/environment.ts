/**
 * glibc returns blocks above a threshold to the system and takes them anew, page by page: ONNX Runtime's
 * results at every step of training, which is a sixth of AlexNet's. This is the highest threshold that it takes.
 */
export const allocation = { MALLOC_MMAP_THRESHOLD_: String(2 ** 25) }

/**
 * MiB of each half of V8's young generation, which would grow to 16. What is large lies outside V8's
 * heap, and steps are as fast; MLP-5's network itself takes less than one. With 1, what comparing needs for a moment would grow old
 * (bench/README.md, Many networks).
 */
export const YOUNG_GENERATION = '--max-semi-space-size=4'

/** How processes that work are started; what the user has set stays. */
export function workerOptions(): { readonly env: NodeJS.ProcessEnv; readonly execArgv: string[] } {
  return {
    env: { ...allocation, ...process.env },
    execArgv: [YOUNG_GENERATION, ...process.execArgv],
  }
}
