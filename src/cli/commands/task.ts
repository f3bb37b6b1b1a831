import { Command } from 'commander'
import type { Executor } from '../../executors/types.js'
import { type ProgressOptions, progressOption } from '../studyOptions.js'

/** `lowlayer task DIR ID…`: what an element of a job array does, or a rule of another engine. */
export function taskCommand(executor?: Executor): Command {
  return new Command('task')
    .summary('run single tasks of a study that was submitted or printed')
    .description(
      'Runs single tasks of a study, for which all that they need has to be done. Exits with 0 if all of them are done in the end.',
    )
    .argument('<dir>', 'folder of the study, which lowlayer submit names')
    .argument('<id...>', 'ids of tasks (lowlayer plan shows them)')
    .addOption(progressOption())
    .addHelpText(
      'after',
      '\nExample:\n  lowlayer task results/quickstart-1a2b3c4d $(head -1 results/quickstart-1a2b3c4d/slurm/1/train.tasks)',
    )
    .action(async (folder: string, ids: string[], options: ProgressOptions) =>
      (await import('../actions/task.js')).task(folder, ids, options, executor),
    )
}
