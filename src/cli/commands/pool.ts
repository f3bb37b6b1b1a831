/** The command `lowlayer pool`: its options and its help. */
import { Command } from 'commander'

/** Options of `lowlayer pool`. */
export interface PoolOptions {
  readonly json?: boolean
}

/** `lowlayer pool STUDY…`: one verdict of several studies. */
export function poolCommand(): Command {
  return new Command('pool')
    .summary('one verdict of several studies')
    .description(
      'Takes studies of several data subsets or panels together: pooled shares, one verdict.',
    )
    .argument('<study...>', 'folders of finished studies, results/<study>-<id>')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample:\n  lowlayer pool results/half-a-1a2b3c4d results/half-b-5e6f7a8b',
    )
    .action(async (folders: string[], options: PoolOptions) =>
      (await import('../actions/pool.js')).pool(folders, options),
    )
}
