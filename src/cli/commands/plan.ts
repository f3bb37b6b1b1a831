/** The command `lowlayer plan`: its options and its help. */
import { Command, Option } from 'commander'
import { type StudyOptions, withStudyOptions } from '../studyOptions.js'

/** Options of `lowlayer plan`. */
export interface PlanOptions extends StudyOptions {
  readonly json?: boolean
  readonly samples?: boolean
  readonly time: boolean
}

/** `lowlayer plan CONFIG`: the tasks, which are there already and why not, what they cost. */
export function planCommand(): Command {
  return withStudyOptions(new Command('plan'), 'runtime.slurm')
    .summary('show the tasks of a study and what they cost')
    .description('Prints the tasks of a study, which are cached, and what they cost. Runs nothing.')
    .option('--no-time', 'no time estimate and no odds, which take a few seconds')
    .option('--json', 'print JSON')
    .addOption(
      new Option(
        '--samples',
        'print the analysed samples as CSV, in their order, and nothing else; networks need not be there yet',
      ).conflicts('json'),
    )
    .addHelpText('after', '\nExample:\n  lowlayer plan configs/quickstart.yaml')
    .action(async (file: string, options: PlanOptions) =>
      (await import('../actions/plan.js')).plan(file, options),
    )
}
