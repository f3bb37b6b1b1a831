/** Runs the built command line as a user would, for tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { builtProgram } from './built.js'

/** No test's command runs longer; one that hangs must not outlive its test. */
export const LONGEST_RUN_MS = 15 * 60_000

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly process: ChildProcess
  readonly result: Promise<CommandResult>
}

/** Starts `lowlayer …`, in a process group of its own, so that a test can kill all of it. */
export function startLowlayer(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): RunningCommand {
  const child = spawn(process.execPath, [builtProgram, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: true,
    timeout: LONGEST_RUN_MS,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const result = new Promise<CommandResult>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { process: child, result }
}

/** Runs `lowlayer …` to its end. */
export function lowlayer(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  return startLowlayer(args, options).result
}
