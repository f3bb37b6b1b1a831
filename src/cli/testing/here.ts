/** Runs the built command line in the test's own process, tasks of studies too unless they are to have processes. */
import type { Executor } from '../../executors/types.js'
import { builtModule } from '../../testing/built.js'
import type { CommandResult } from '../../testing/commandLine.js'

/** How a command is run. */
export interface Here {
  readonly cwd?: string
  /** Whether the reports of studies are to have their figures, most of the time of a small one. */
  readonly drawsFigures?: boolean
  /** Gives the tasks processes of their own, as a user's run does, with this environment beside the test's. */
  readonly processes?: NodeJS.ProcessEnv
  /** Told, after every line or more that it says (stderr), all that it has said so far. */
  readonly heard?: (said: string) => void
}

/**
 * Runs `lowlayer …` to its end without starting a process: for all that needs none of its own to be killed, stopped or
 * looked at from outside. (Where a study does not name its device, each is tried in a process of its own all the
 * same.) What it prints, its exit code, the working folder and the words of the command are those of the whole
 * process meanwhile: one call at a time.
 */
export async function lowlayerHere(
  args: readonly string[],
  { cwd = process.cwd(), drawsFigures = false, processes, heard }: Here = {},
): Promise<CommandResult> {
  const { main }: typeof import('../main.js') = await import(builtModule('cli/main.js'))
  const { inProcess }: typeof import('../../executors/inProcess.js') = await import(
    builtModule('executors/inProcess.js')
  )
  const { localProcesses }: typeof import('../../executors/local.js') = await import(
    builtModule('executors/local.js')
  )
  const { argv, exitCode, env } = process
  const folder = process.cwd()
  const stdout = capture(process.stdout)
  const stderr = capture(process.stderr, heard)
  process.argv = [process.execPath, 'lowlayer', ...args]
  process.exitCode = undefined
  process.env = { ...env, ...processes }
  process.chdir(cwd)
  try {
    const place = processes === undefined ? inProcess : localProcesses
    const executor: Executor = (context) => place({ ...context, drawsFigures })
    const code = await main(process.argv, executor)
    return { code, stdout: stdout.text(), stderr: stderr.text() }
  } finally {
    process.chdir(folder)
    process.env = env
    process.exitCode = exitCode
    process.argv = argv
    stdout.release()
    stderr.release()
  }
}

/** Keeps what is written to a stream, which is let through again on `release`. */
function capture(
  stream: NodeJS.WriteStream,
  heard?: (said: string) => void,
): { text(): string; release(): void } {
  const { write } = stream
  const chunks: string[] = []
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
    heard?.(chunks.join(''))
    const done = rest.at(-1)
    if (typeof done === 'function') done()
    return true
  }) as typeof write
  return {
    text: () => chunks.join(''),
    release() {
      stream.write = write
    },
  }
}
