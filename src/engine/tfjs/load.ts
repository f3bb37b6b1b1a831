/** Loads the tfjs package that the user has installed. */
import { createRequire } from 'node:module'
import { EnvironmentError, firstLineOf } from '../../core/errors.js'
import type { DeviceKind } from '../types.js'

export type Tf = typeof import('@tensorflow/tfjs-core')

/** Both packages are CommonJS, so that a missing one is told apart at once. */
const require = createRequire(import.meta.url)

/** The package that runs tfjs on a device. */
const packages: Readonly<Record<'cpu' | 'cuda', string>> = {
  cpu: '@tensorflow/tfjs-node',
  cuda: '@tensorflow/tfjs-node-gpu',
}

/**
 * tfjs for a device, from the optional package that the user installed. On the CPU the GPU package
 * does too when it is the one that is there. Throws EnvironmentError with the command that adds it.
 */
export function loadTfjs(device: Exclude<DeviceKind, 'webgpu'>): Tf {
  restoreUtil()
  limitTensorFlow()
  const names = device === 'cpu' ? [packages.cpu, packages.cuda] : [packages.cuda]
  const failures: string[] = []
  for (const name of names) {
    try {
      return require(name) as Tf
    } catch (error) {
      failures.push(`${name}: ${firstLineOf(error)}`)
    }
  }
  throw new EnvironmentError(
    `the engine tfjs on ${device} needs a package that cannot be loaded (${failures.join('; ')}); ` +
      `add it with \`npm install ${names[0]}\``,
    { context: { device } },
  )
}

/**
 * One thread, as a study runs its networks in processes of their own, and no advice on rebuilding
 * TensorFlow, which it prints as it starts. What the user has set stays.
 */
function limitTensorFlow(): void {
  process.env.TF_NUM_INTRAOP_THREADS ??= '1'
  process.env.TF_NUM_INTEROP_THREADS ??= '1'
  process.env.OMP_NUM_THREADS ??= '1'
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
}

/** tfjs-node 4.22 calls two functions of node:util that Node 23 dropped. */
function restoreUtil(): void {
  const util = require('node:util') as Record<string, unknown>
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  util.isArray ??= Array.isArray
}
