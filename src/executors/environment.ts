/**
 * glibc returns blocks above a threshold to the system and takes them anew, page by page: ONNX Runtime's
 * results at every step of training, which is a sixth of AlexNet's. This is the highest threshold that it takes.
 */
const allocation = { MALLOC_MMAP_THRESHOLD_: String(2 ** 25) }

/** Environment of processes that train; what the user has set stays. */
export function workerEnvironment(): NodeJS.ProcessEnv {
  return { ...allocation, ...process.env }
}
