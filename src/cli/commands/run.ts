/** The command `lowlayer run`: its options and its help. */
import { Command } from 'commander'
import type { Executor } from '../../executors/types.js'
import {
  type ProgressOptions,
  progressOption,
  type StudyOptions,
  withStudyOptions,
} from '../studyOptions.js'

/** Options of `lowlayer run`. */
export interface RunOptions extends StudyOptions, ProgressOptions {
  readonly failFast?: boolean
  readonly tensorboard?: boolean
  readonly json?: boolean
}

/** `lowlayer run CONFIG`: plan, run what is missing with an executor, write tables. */
export function runCommand(executor?: Executor): Command {
  return withStudyOptions(new Command('run'), 'runtime.slurm')
    .summary('run a study, or finish one that stopped')
    .description('Trains, analyses and compares the networks of a study; what is done is kept.')
    .addOption(progressOption())
    .option('--fail-fast', 'start no further task after a failure')
    .option('--tensorboard', 'write the curves as TensorBoard event files too')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  lowlayer run configs/quickstart.yaml --jobs 2')
    .action(async (file: string, options: RunOptions) =>
      (await import('../actions/run.js')).run(file, options, executor),
    )
}
