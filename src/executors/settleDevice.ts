/** What `runtime.device: auto` means for a study. */
import { fork } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InterruptedError } from '../core/errors.js'
import { accelerators } from '../engine/registry.js'
import type { DeviceName } from '../engine/types.js'
import type { Plan } from '../plan/types.js'
import { jsonText } from '../store/atomic.js'
import { lockOf } from '../store/layout.js'
import { type Lease, type Waiting, withLock } from '../store/lock.js'
import { readStoredJson } from '../store/stored.js'
import { workerOptions } from './environment.js'

export interface TrialOrder {
  readonly plan: Plan
  readonly device: DeviceName
}

export type TrialAnswer =
  | { readonly kind: 'absent' }
  | { readonly kind: 'tried'; readonly speed: number }
  | { readonly kind: 'refused'; readonly reason: string }

/** A device and why it was chosen. */
interface SettledDevice {
  readonly device: DeviceName
  /** One line for people; empty where there was no choice. */
  readonly reason: string
}

const workerFile = fileURLToPath(new URL('./trialWorker.js', import.meta.url))
/** A software GPU takes longer than this, and is not worth waiting for. */
const TIMEOUT_MS = 120_000

/**
 * The device of a study whose `runtime.device` is `auto`: the first GPU that computes every network
 * of the study as the CPU does and outruns the `jobs` cores that would work otherwise; else the CPU.
 * What was chosen is kept in `file`, so that every later run of the study computes on the same
 * device; undefined where the configuration names one or the engine has only one. `file` lies in the study's
 * folder, whose lock keeps two runs that start at once from choosing differently; `waiting`: for the other. Throws
 * InterruptedError when that is asked to stop, and chooses nothing then.
 */
export async function settleDevice(
  plan: Plan,
  file: string,
  jobs: number,
  waiting: Waiting = {},
): Promise<SettledDevice | undefined> {
  const { engine, device, devices } = plan.config.runtime
  if (device !== 'auto' || devices !== undefined || !(engine === 'auto' || engine === 'onnx'))
    return undefined
  // What a network from elsewhere takes is not known before it runs: it runs on the CPU, which auto means.
  if (!plan.networks.some(({ origin }) => origin === 'trained')) return undefined
  const kept = await keptIn(file)
  if (kept !== undefined) return kept
  const settle = async (lease: Lease): Promise<SettledDevice> => {
    const chosen = await keptIn(file)
    if (chosen !== undefined) return chosen
    const trials: [DeviceName, TrialAnswer][] = []
    for (const gpu of await accelerators())
      trials.push([gpu, await tryApart({ plan, device: gpu }, waiting.signal)])
    if (waiting.signal?.aborted) throw new InterruptedError()
    const settled = chooseDevice(trials, jobs)
    await lease.write(file, jsonText(settled))
    return settled
  }
  return withLock(lockOf(dirname(file)), settle, waiting)
}

/** What was chosen before; nothing where that is damaged: it is chosen anew. */
function keptIn(file: string): Promise<SettledDevice | undefined> {
  return readStoredJson<SettledDevice>(file).catch(() => undefined)
}

/** The first device that outruns `jobs` CPU cores, and the CPU where none does. */
export function chooseDevice(
  trials: readonly (readonly [DeviceName, TrialAnswer])[],
  jobs: number,
): SettledDevice {
  const refusals: string[] = []
  for (const [device, trial] of trials) {
    if (trial.kind === 'refused') refusals.push(`${device}: ${trial.reason}`)
    if (trial.kind !== 'tried') continue
    const speed = `${trial.speed.toPrecision(2)} × as fast as one core`
    if (trial.speed > jobs) {
      return { device, reason: `it agrees with the CPU and is ${speed}` }
    }
    refusals.push(`${device} is ${speed}, and there is work for ${jobs}`)
  }
  return { device: 'cpu', reason: refusals.join('; ') }
}

/** The plan with its only device named. */
export function onDevice(plan: Plan, device: DeviceName): Plan {
  const runtime = { ...plan.config.runtime, device, devices: undefined }
  return { ...plan, config: { ...plan.config, runtime } }
}

function tryApart(order: TrialOrder, signal: AbortSignal | undefined): Promise<TrialAnswer> {
  return new Promise((resolve) => {
    const worker = fork(workerFile, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      ...workerOptions(),
      timeout: TIMEOUT_MS,
      signal,
      killSignal: 'SIGKILL',
    })
    worker.on('message', (answer: TrialAnswer) => resolve(answer))
    worker.on('error', ({ message }) => resolve({ kind: 'refused', reason: message }))
    worker.on('exit', (code, by) => {
      // Otherwise somebody else did: the system, where memory ran out.
      const isStoppedHere = worker.killed
      const how = isStoppedHere ? 'was stopped after two minutes' : `ended with ${by ?? code}`
      resolve({ kind: 'refused', reason: `the process that tried it ${how}` })
    })
    worker.send(order)
  })
}
