import { relative, resolve } from 'node:path'
import { Command } from 'commander'
import { type StudyStatus, studyStatus } from '../../tasks/studyStatus.js'

/** `lowlayer status DIR`: how far a study is. */
export function statusCommand(): Command {
  return new Command('status')
    .summary('show how far a study is')
    .description(
      'Shows which tasks of a study are done, which networks failed, and what is damaged.',
    )
    .argument('<dir>', 'folder of a study, or the results folder for all of them')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  lowlayer status results')
    .action(async (folder: string, options: { readonly json?: boolean }) => {
      const found = await studyStatus(resolve(folder))
      process.stdout.write(
        options.json ? `${JSON.stringify(found, undefined, 2)}\n` : found.map(describe).join('\n'),
      )
    })
}

function describe({ study, folder, complete, tasks, failed, problems }: StudyStatus): string {
  const lines = [
    `${study}: ${complete ? 'complete' : 'not complete'} (${relative(process.cwd(), folder) || '.'})`,
    ...tasks.map(({ kind, done, total }) => `  ${kind.padEnd(13)} ${done} of ${total} done`),
    ...Object.entries(failed).map(([network, reason]) => `  failed: ${network}: ${reason}`),
    ...problems.map((problem) => `  ${problem}`),
    ...(complete || problems.length > 0
      ? []
      : ['  lowlayer run with the same configuration goes on from here']),
  ]
  return `${lines.join('\n')}\n`
}
