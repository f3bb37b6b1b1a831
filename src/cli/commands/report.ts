/** The command `lowlayer report`: its options and its help. */
import { Command } from 'commander'

/** Options of `lowlayer report`. */
export interface ReportOptions {
  readonly out?: string
  readonly dataDir?: string
  readonly tensorboard?: boolean
  readonly json?: boolean
}

/** `lowlayer report DIR`: tables, figures and page again, from what is stored. */
export function reportCommand(): Command {
  return new Command('report')
    .summary('rebuild tables, figures and report of a study')
    .description(
      'Rebuilds tables, figures and the HTML report of a study from stored artifacts. Trains nothing.',
    )
    .argument('<dir>', 'folder of the study, results/<study>-<id>')
    .option('--out <dir>', 'write to this folder instead')
    .option('--data-dir <dir>', 'folder of data sets, to draw samples that were not drawn before')
    .option('--tensorboard', 'write the curves as TensorBoard event files too')
    .option('--json', 'print the finding as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  lowlayer report results/quickstart-1a2b3c4d --out paper/study --tensorboard',
    )
    .action(async (folder: string, options: ReportOptions) =>
      (await import('../actions/report.js')).report(folder, options),
    )
}
