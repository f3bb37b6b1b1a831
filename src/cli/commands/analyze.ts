/** The command `lowlayer analyze`: its options and its help. */
import { Command, Option } from 'commander'
import { axisLayouts, outputKinds } from '../../config/modelWords.js'
import type { Executor } from '../../executors/types.js'
import { progressOption, setOption, withDeviceOptions } from '../studyOptions.js'
import type { RunOptions } from './run.js'

/** Options of `lowlayer analyze`. */
export interface AnalyzeOptions extends Omit<RunOptions, 'results'> {
  readonly out: string
  readonly data?: string
  readonly labels?: string
  readonly config?: string
  readonly networks?: string
  readonly input?: string
  readonly output?: string
  readonly outputKind?: string
  readonly classes?: string
  readonly layout?: string
  readonly mean?: string
  readonly std?: string
}

/** `lowlayer analyze MODEL.onnx… --data SOURCE`: shorthand for a study of networks from elsewhere, which it runs. */
export function analyzeCommand(executor?: Executor): Command {
  const command = new Command('analyze')
    .summary('analyse ONNX classifiers from elsewhere')
    .description(
      'Runs the study of these ONNX files and writes config.yaml; --jobs, --device, --progress as in run.',
    )
    .argument('[model...]')
    .option('--networks <file>', 'table of networks, with their seeds, instead of models')
    .option('--data <source>', '.npz, .csv, a folder (IDX, CIFAR, images), or a known name')
    .option('--labels <name>', 'array (.npz) or column (.csv) of the classes')
    .option('--config <file>', 'take data, analysis and all but the networks from a configuration')
    .addOption(setOption('runtime.slurm'))
    .option('--out <dir>', 'results folder', 'results')
    .option('--input <name>', 'input of the model, where it has several')
    .option('--output <name>', 'output with the scores, where it has several')
    .addOption(new Option('--output-kind <kind>', 'what outputs are').choices(outputKinds))
    .option('--classes <file>', 'class names in the order of the outputs, one per line')
    .addOption(new Option('--layout <order>', 'order of axes').choices(axisLayouts))
    .option('--mean <numbers>', 'subtracted from inputs, one, or one per channel: 0.5,0.5,0.5')
    .option('--std <numbers>', 'what inputs are divided by then')
    .option('--data-dir <dir>', 'folder of data sets')
  withDeviceOptions(command).addOption(progressOption())
  // Named above: with a line or two of their own the help would not fit a screen.
  const asInRun = command.options.filter(({ long }) => /jobs|device|progress/.test(long ?? ''))
  for (const option of asInRun) option.hideHelp()
  return command
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  lowlayer analyze model.onnx --data samples.npz --set analysis.players.count=6',
    )
    .action(async (models: string[], options: AnalyzeOptions) =>
      (await import('../actions/analyze.js')).analyze(models, options, executor),
    )
}
