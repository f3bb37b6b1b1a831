/**
 * The one family of errors that users meet. Every error says what is wrong, where, and what to do;
 * its exit code is the process's. Whatever a message repeats of files, it has no character that steers a terminal and
 * no line that fills it.
 */
import { limits } from './limits.js'
import { quotable, tellable } from './quote.js'

/** Exit codes of the command line (the contract of `lowlayer --help`). */
export const exitCodes = {
  done: 0,
  taskFailed: 1,
  badInput: 2,
  environment: 3,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Facts about where an error arose: file, line, sample, network, step … */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>

interface ErrorOptions {
  readonly context?: ErrorContext
  readonly cause?: unknown
}

/** Base of all errors that are meant for users: shown without a stack unless asked for. */
export class LowlayerError extends Error {
  readonly code: string
  readonly exitCode: ExitCode
  readonly context: ErrorContext

  constructor(code: string, exitCode: ExitCode, message: string, options: ErrorOptions = {}) {
    super(tellable(message), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.exitCode = exitCode
    this.context = options.context ?? {}
  }
}

/** The user's input (file, option, value table …) is wrong: exit 2. */
export class InputError extends LowlayerError {
  constructor(message: string, options?: ErrorOptions) {
    super('bad-input', exitCodes.badInput, message, options)
  }
}

/** Names the place of any InputError that `work` throws: `place: message`. */
export function atPlace<T>(place: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(`${place}: ${error.message}`, { cause: error, context: error.context })
  }
}

/** One problem of a configuration file. Lines and columns count from 1. */
export interface ConfigProblem {
  readonly file: string
  readonly line?: number
  readonly column?: number
  /** Dotted path of the key, such as `training.epochs`. */
  readonly path: string
  readonly message: string
  /** The line of the file that holds the problem. */
  readonly source?: string
}

/** Formats a problem as `file:line:column path: message` or `--set …: path: message`, with its source line below. */
function formatProblem(problem: ConfigProblem): string {
  const { file, line, column, path, message } = problem
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  // A setting names the key itself; what has no lines ends in words of its own.
  const key = file.startsWith(`--set ${path}=`) ? '' : path
  const parts = line === undefined ? [place, key] : [`${place} ${key}`.trimEnd()]
  const head = [...parts.filter((part) => part !== ''), message].join(': ')
  return problem.source === undefined ? head : `${head}\n    ${quotable(problem.source.trim())}`
}

/** A configuration with one or more problems, all of them at once: exit 2. */
export class ConfigError extends LowlayerError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const told = problems.slice(0, limits.problems).map(formatProblem)
    const more = problems.length - told.length
    if (more > 0) told.push(`… and ${more.toLocaleString('en')} more problems`)
    super('bad-config', exitCodes.badInput, told.join('\n'))
    this.problems = problems
  }
}

/** The environment lacks an engine, device or data set: exit 3. The message names the one fix. */
export class EnvironmentError extends LowlayerError {
  constructor(message: string, options?: ErrorOptions) {
    super('environment', exitCodes.environment, message, options)
  }
}

/** A task of a study failed while it ran (a loss became NaN, say): exit 1. */
export class TaskError extends LowlayerError {
  constructor(message: string, options?: ErrorOptions) {
    super('task-failed', exitCodes.taskFailed, message, options)
  }
}

/** A task's process ran out of memory: exit 1. Where others ran beside it, it is tried again beside fewer. */
export class OutOfMemoryError extends LowlayerError {
  constructor(message: string, options?: ErrorOptions) {
    super('out-of-memory', exitCodes.taskFailed, message, options)
  }
}

/**
 * A process lost its lock while it worked: another one, to which it seemed dead, does the work now. It stops
 * and writes nothing more: exit 1.
 */
export class LockLostError extends LowlayerError {
  constructor(message: string, options?: ErrorOptions) {
    super('lock-lost', exitCodes.taskFailed, message, options)
  }
}

/** The user interrupted the run; what was finished is kept: exit 130. */
export class InterruptedError extends LowlayerError {
  constructor(message = 'interrupted') {
    super('interrupted', exitCodes.interrupted, message)
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The first line of that: what some libraries say below is a trace. */
export function firstLineOf(error: unknown): string {
  return messageOf(error).split('\n')[0]
}
