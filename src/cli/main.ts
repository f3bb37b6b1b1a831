/** The command line as a whole: all commands, and how errors become messages and exit codes. */
import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { exitCodes, LowlayerError, messageOf } from '../core/errors.js'
import type { Executor } from '../executors/types.js'
import { analyzeCommand } from './commands/analyze.js'
import { cancelCommand } from './commands/cancel.js'
import { citeCommand } from './commands/cite.js'
import { completionCommand } from './commands/completion.js'
import { dataCommand } from './commands/data.js'
import { decomposeCommand } from './commands/decompose.js'
import { doctorCommand } from './commands/doctor.js'
import { initCommand } from './commands/init.js'
import { planCommand } from './commands/plan.js'
import { poolCommand } from './commands/pool.js'
import { powerCommand } from './commands/power.js'
import { reportCommand } from './commands/report.js'
import { runCommand } from './commands/run.js'
import { schemaCommand } from './commands/schema.js'
import { statusCommand } from './commands/status.js'
import { submitCommand } from './commands/submit.js'
import { taskCommand } from './commands/task.js'

const { version } = createRequire(import.meta.url)('#package') as { version: string }

/** The whole command line; `executor` runs the tasks of studies, in processes beside this one without it. */
export function program(executor?: Executor): Command {
  return new Command('lowlayer')
    .description(
      'Train networks, decompose their outputs, find what decides their confusing samples.',
    )
    .version(`lowlayer ${version}, Node ${process.version}`)
    .option('--debug', 'show the stack of errors')
    .addCommand(runCommand(executor))
    .addCommand(planCommand())
    .addCommand(submitCommand())
    .addCommand(taskCommand(executor))
    .addCommand(cancelCommand())
    .addCommand(powerCommand())
    .addCommand(poolCommand())
    .addCommand(decomposeCommand())
    .addCommand(analyzeCommand(executor))
    .addCommand(schemaCommand())
    .addCommand(initCommand())
    .addCommand(dataCommand())
    .addCommand(statusCommand())
    .addCommand(reportCommand())
    .addCommand(doctorCommand())
    .addCommand(citeCommand())
    .addCommand(completionCommand())
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 a task failed, 2 bad configuration or input, 3 the environment lacks something, 130 interrupted.\n\nExample:\n  lowlayer run configs/quickstart.yaml',
    )
}

/** Runs the command line; returns the exit code and never throws. */
export async function main(argv: readonly string[], executor?: Executor): Promise<number> {
  const cli = program(executor)
  exitInsteadOfEnding(cli)
  try {
    await cli.parseAsync(argv)
    return Number(process.exitCode ?? exitCodes.done)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.badInput
    const known = error instanceof LowlayerError
    const debug = argv.includes('--debug') || !known
    const stack = error instanceof Error ? error.stack : undefined
    process.stderr.write(`${debug && stack !== undefined ? stack : messageOf(error)}\n`)
    return known ? error.exitCode : exitCodes.taskFailed
  }
}

/** Makes commander throw rather than end the process, in every command. */
function exitInsteadOfEnding(command: Command): void {
  command.exitOverride()
  for (const child of command.commands) exitInsteadOfEnding(child)
}
