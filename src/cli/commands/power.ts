/** The command `lowlayer power`: its options and its help. */
import { Command } from 'commander'
import { setOption } from '../studyOptions.js'

/** Options of `lowlayer power`. */
export interface PowerOptions {
  readonly low?: string
  readonly shares?: string
  readonly grids: string
  readonly samples?: string
  readonly studies: string
  readonly odds: string
  readonly set?: readonly string[]
  readonly dataDir?: string
  readonly time: boolean
  readonly json?: boolean
}

/** Settings that change neither the odds of a verdict nor what a design costs; those of training change the cost. */
const unusedKeys = [
  'study',
  'phases',
  'runtime.slurm',
  'comparison.permutations',
  'comparison.bootstrap',
  'comparison.equivalence',
  'comparison.accuracyTolerance',
]

/** `lowlayer power CONFIG | RESULTS`: the odds of each verdict by design, what it costs, and the cheapest that decides. */
export function powerCommand(): Command {
  return new Command('power')
    .summary('the odds of each verdict by design, before anything is run')
    .description('Simulates studies of several designs; a finished study serves as a pilot.')
    .argument('<config-or-results>', 'YAML configuration, or the folder of a finished study')
    .option(
      '--low <shares>',
      'true shares of the low layers to try (default: 0.2,0, or the pilot’s)',
    )
    .option('--shares <list>', 'of high, sample and order (default: 0.05,0.5,0.15, or the pilot’s)')
    .option('--grids <list>', 'low x high seeds, or x order seeds too', '3x3,4x4,6x4,5x5,8x4,6x6')
    .option('--samples <list>', 'analysed samples (default: those of the study)')
    .option('--studies <n>', 'simulated studies per design', '200')
    .option('--odds <share>', 'odds of a right verdict that are asked for', '0.8')
    .addOption(setOption(...unusedKeys))
    .option('--data-dir <dir>', 'folder of data sets')
    .option('--no-time', 'no time estimate, which takes a few seconds of calibration')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  lowlayer power configs/quickstart.yaml --low 0.3,0')
    .action(async (file: string, options: PowerOptions) =>
      (await import('../actions/power.js')).power(file, options),
    )
}
