import { resolve } from 'node:path'
import { shownPath } from '../../core/shownPath.js'
import { writeTensorboard } from '../../report/tensorboard/write.js'
import { jsonText } from '../../store/atomic.js'
import { reportPage } from '../../store/layout.js'
import { rebuildReport } from '../../tasks/reporting/rebuildReport.js'
import type { ReportOptions } from '../commands/report.js'
import { findingOf } from '../runResult.js'
import { sayWaiting } from '../sayWaiting.js'
import { dataFolders } from '../studyOptions.js'

/** Builds tables, figures and report of a study again, from what is stored. */
export async function report(folder: string, options: ReportOptions): Promise<void> {
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
  process.stderr.write(`Report: ${shownPath(reportPage(out))}\n`)
  if (options.json) process.stdout.write(jsonText({ problems, ...(await findingOf(out)) }))
}
