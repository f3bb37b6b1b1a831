import { Command } from 'commander'

/** `lowlayer cancel DIR`: takes a study from the cluster. */
export function cancelCommand(): Command {
  return new Command('cancel')
    .summary('cancel what a SLURM cluster does of a study')
    .description(
      'Cancels what waits or runs of a study. What is done stays: the study can be continued.',
    )
    .argument('<dir>', 'folder of the study, which lowlayer submit names')
    .addHelpText('after', '\nExample:\n  lowlayer cancel results/quickstart-1a2b3c4d')
    .action(async (folder: string) => (await import('../actions/cancel.js')).cancel(folder))
}
