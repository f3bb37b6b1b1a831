import { relative, resolve } from 'node:path'
import { Command } from 'commander'
import { writeTensorboard } from '../../report/tensorboard/write.js'
import { jsonText } from '../../store/atomic.js'
import { reportPage } from '../../store/layout.js'
import { rebuildReport } from '../../tasks/reporting/rebuildReport.js'
import { findingOf } from '../runResult.js'
import { sayWaiting } from '../sayWaiting.js'
import { dataFolders } from '../study.js'

interface ReportOptions {
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
    .action(async (folder: string, options: ReportOptions) => {
      const out = resolve(options.out ?? folder)
      const problems = await rebuildReport({
        folder: resolve(folder),
        out,
        dataDirs: dataFolders(options.dataDir),
        onWait: sayWaiting(out),
        onMended: ({ file, message }) =>
          process.stderr.write(`damaged: ${file} ${message}: made anew\n`),
      })
      if (options.tensorboard) await writeTensorboard(out, { onWait: sayWaiting(out) })
      for (const { file, message } of problems)
        process.stderr.write(`not all is shown: ${file}: ${message}\n`)
      process.stderr.write(`Report: ${relative(process.cwd(), reportPage(out))}\n`)
      if (options.json) process.stdout.write(jsonText({ problems, ...(await findingOf(out)) }))
    })
}
