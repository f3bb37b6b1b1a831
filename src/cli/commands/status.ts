/** The command `lowlayer status`: its options and its help. */
import { Command } from 'commander'

/** Options of `lowlayer status`. */
export interface StatusOptions {
  readonly json?: boolean
  readonly verify?: boolean
}

/** `lowlayer status DIR`: how far a study is, and whether what is stored is what was written. */
export function statusCommand(): Command {
  return new Command('status')
    .summary('show how far a study is')
    .description(
      'Shows which tasks of a study are done, which networks failed, and what is damaged.',
    )
    .argument('<dir>', 'folder of a study, or the results folder for all of them')
    .option('--verify', 'read every stored file and compare it with its SHA-256')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  lowlayer status results --verify')
    .action(async (folder: string, options: StatusOptions) =>
      (await import('../actions/status.js')).status(folder, options),
    )
}
