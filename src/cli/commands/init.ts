/** The command `lowlayer init`: its options and its help. */
import { Command } from 'commander'

/** Options of `lowlayer init`. */
export interface InitOptions {
  readonly force?: boolean
}

/** `lowlayer init`: a starter configuration and the schema beside it. */
export function initCommand(): Command {
  return new Command('init')
    .summary('write a starter configuration')
    .description(
      'Writes the quickstart as a configuration to change, study.yaml, and its JSON Schema, with which editors check it.',
    )
    .argument('[dir]', 'folder to write to', '.')
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      '\nExample:\n  lowlayer init my-study && cd my-study && lowlayer run study.yaml',
    )
    .action(async (folder: string, options: InitOptions) =>
      (await import('../actions/init.js')).init(folder, options),
    )
}
