/** The command `lowlayer decompose`: its options and its help. */
import { Command, Option } from 'commander'
import type { BitOrder } from '../../formats/valueTable.js'
import {
  defaultGap,
  defaultMaxIterations,
  defaultNoise,
  imageSettings,
} from '../../interactions/defaults.js'
import { defaultSalience, type SalienceRule } from '../../interactions/salience.js'
import type { SolverName, TieBreak } from '../../interactions/types.js'
import { numberOption, refuseUnusedOptions, salienceOption } from '../decompose/options.js'

/** Options of `lowlayer decompose`. */
export interface DecomposeOptions {
  readonly noise: number
  readonly solver: SolverName
  readonly gap: number
  readonly tieBreak: TieBreak
  readonly salience: SalienceRule
  readonly bitOrder: BitOrder
  readonly maxIterations: number
  readonly referenceLr: number
  readonly referenceIterations: number
  readonly jobs?: number
  readonly out?: string
  readonly json?: boolean
}

const positive = (value: number) => value > 0 && Number.isFinite(value)
const whole = (value: number) => Number.isInteger(value) && value >= 1
const solvers: readonly SolverName[] = ['certified', 'sgd-reference', 'and', 'or']

/** `lowlayer decompose VALUES`: AND–OR interactions of any value table. */
export function decomposeCommand(): Command {
  const choice = (flags: string, text: string, choices: readonly string[]) =>
    new Option(flags, text).choices(choices).default(choices[0])
  return (
    new Command('decompose')
      .summary('AND–OR interactions of any value table')
      .description(
        'Rewrites the values v(S) in a .npy, .npz (array "values") or .csv file, shape [2^n] or\n' +
          '[samples, 2^n], as AND and OR interactions, with a certified distance to the optimum.\n' +
          'A first CSV row of names, or of exactly 0,1,…,2^n-1 before others, is a header.',
      )
      .argument('<values>')
      // Descriptions state choices and defaults themselves, in fewer lines.
      .configureHelp({ helpWidth: 100, optionDescription: ({ description }) => description })
      .option(
        '--noise <fraction>',
        'bound on |q_S| as a fraction of |v(N) − v(∅)| (0.04)',
        numberOption('noise', 'between 0 and 1', (value) => value >= 0 && value <= 1),
        defaultNoise,
      )
      .addOption(choice('--solver <name>', 'certified, sgd-reference, and, or', solvers))
      .option(
        '--gap <fraction>',
        'relative gap to stop at (0.001)',
        numberOption('gap', 'between 0 and 1', (value) => positive(value) && value < 1),
        defaultGap,
      )
      .addOption(
        choice('--tie-break <end>', 'orders preferred among equal optima: low, high, none', [
          'low',
          'high',
          'none',
        ]),
      )
      .addOption(
        new Option('--salience <rule>', 'mean-output:0.03 (default), max:0.05, absolute:τ, all')
          .choices(['mean-output:0.03', 'max:0.05', 'absolute:', 'all'])
          .argParser(salienceOption)
          .default(defaultSalience),
      )
      .addOption(
        choice('--bit-order <order>', 'lsb: player 0 is bit 0; msb: the last', ['lsb', 'msb']),
      )
      .option('--out <dir>', 'folder for CSV and Parquet (without: a summary to stdout)')
      .option('--json', 'print JSON')
      .option(
        '--max-iterations <count>',
        'budget of the certified solver (100000)',
        numberOption('max-iterations', 'a whole number', whole),
        defaultMaxIterations,
      )
      .option(
        '--reference-lr <rate>',
        'learning rate of sgd-reference (1e-5)',
        numberOption('reference-lr', 'above 0', positive),
        imageSettings.lr,
      )
      .option(
        '--reference-iterations <count>',
        'its steps (10000)',
        numberOption('reference-iterations', 'a whole number', whole),
        imageSettings.iterations,
      )
      .option(
        '--jobs <count>',
        'threads (all cores)',
        numberOption('jobs', 'a whole number', whole),
      )
      .addHelpText(
        'after',
        '\nExample:\n  lowlayer decompose values.npz --noise 0 --out interactions',
      )
      .action(async (file: string, options: DecomposeOptions, command: Command) => {
        refuseUnusedOptions(command, options.solver)
        await (await import('../actions/decompose.js')).decompose(file, options)
      })
  )
}
