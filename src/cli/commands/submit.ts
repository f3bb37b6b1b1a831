/** The command `lowlayer submit`: its options and its help. */
import { Command } from 'commander'
import { collect, type StudyOptions, withConfigOptions } from '../studyOptions.js'

/** Options of `lowlayer submit`; those that are keys of `runtime.slurm` come beside them. */
export interface SubmitOptions extends StudyOptions, Readonly<Record<string, unknown>> {
  readonly setup?: readonly string[]
  readonly print?: boolean
}

/** `lowlayer submit CONFIG`: the study as job arrays of a SLURM cluster. */
export function submitCommand(): Command {
  return withConfigOptions(new Command('submit'), 'runtime.jobs')
    .summary('run a study on a SLURM cluster')
    .description(
      'Submits what is missing of a study as SLURM job arrays. The options may stand in its runtime.slurm, too.',
    )
    .configureHelp({ visibleArguments: () => [] })
    .option('--partition <name>', 'partition')
    .option('--compare-partition <name>', 'partition of the comparison, which asks for no gres')
    .option('--account <name>', 'account that is charged')
    .option('--gres <list>', 'resources of an element: gpu:1; gpu:2 are two cards, one worker each')
    .option('--cpus <n>', 'cores of an element, and tasks at once')
    .option('--mem <size>', 'memory of an element: 4G')
    .option('--time <limit>', 'time limit of an element: 04:00:00')
    .option('--pack <n>', 'networks of an element')
    .option('--max <n>', 'elements of an array that run at once')
    .option('--setup <line>', 'shell line to begin with: module load cuda (repeatable)', collect)
    .option('--print', 'write the scripts only, and print how they would be submitted')
    .addHelpText('after', '\nExample:\n  lowlayer submit configs/quickstart.yaml --print')
    .action(async (file: string, options: SubmitOptions) =>
      (await import('../actions/submit.js')).submit(file, options),
    )
}
