/** The command `lowlayer data` with `list`, `fetch` and `export`: their options and their help. */
import { Argument, Command } from 'commander'
import { sourceNames } from '../../data/named.js'
import { setOption } from '../studyOptions.js'

/** Options of `lowlayer data list`. */
export interface ListOptions {
  readonly dataDir?: string
  readonly json?: boolean
}

/** Options of `lowlayer data fetch`. */
export interface FetchOptions {
  readonly to?: string
  readonly mirror?: string
}

/** Options of `lowlayer data export`. */
export interface ExportOptions {
  readonly set?: string[]
  readonly dataDir?: string
}

/** `lowlayer data`: what data sets there are, fetching them, and the samples of a study for other tools. */
export function dataCommand(): Command {
  return new Command('data')
    .summary('list, fetch and export data sets')
    .description('Lists, fetches and exports data sets.')
    .addCommand(listCommand())
    .addCommand(fetchCommand())
    .addCommand(exportCommand())
}

function listCommand(): Command {
  return new Command('list')
    .summary('list the data sets known by name')
    .description('Lists the data sets known by name, and whether they are here.')
    .option('--data-dir <dir>', 'where to look first; then LOWLAYER_DATA and ./data')
    .option('--json', 'write JSON')
    .addHelpText('after', '\nExample:\n  lowlayer data list --data-dir ~/data')
    .action(async (options: ListOptions) =>
      (await import('../actions/data/list.js')).listDataSets(options),
    )
}

function fetchCommand(): Command {
  return (
    new Command('fetch')
      .summary('download a data set')
      .description('Downloads a data set from its own home, checks and unpacks it.')
      // Told by the action, which knows those that need no download.
      .addArgument(new Argument('<name>', 'its name').choices(sourceNames).argParser(String))
      .option(
        '--to <dir>',
        'data folder, in which the data set gets its own; default: the first of LOWLAYER_DATA and ./data',
      )
      .option('--mirror <url>', 'folder on another server that has the same files')
      .addHelpText('after', '\nExample:\n  lowlayer data fetch cifar10 --to ~/data')
      .action(async (name: string, options: FetchOptions) =>
        (await import('../actions/data/fetch.js')).fetchDataSet(name, options),
      )
  )
}

function exportCommand(): Command {
  return new Command('export')
    .summary('write the samples of a study as NumPy arrays')
    .description('Writes the samples of a study as NumPy arrays, to train on them elsewhere.')
    .argument('<config>', 'YAML configuration, of which only data is looked at')
    .argument('<file>', 'where to write: a file that ends in .npz')
    .addOption(setOption())
    .option('--data-dir <dir>', 'folder of data sets')
    .addHelpText(
      'after',
      '\nArrays: x_train and x_test (standardised, as networks get them), y_train and y_test (labels that training sees),\n' +
        'y_train_true (before label noise), id_train and id_test (the column sample of the tables).\n' +
        '\nExample:\n  lowlayer data export configs/quickstart.yaml drawn.npz',
    )
    .action(async (config: string, file: string, options: ExportOptions) =>
      (await import('../actions/data/export.js')).exportSamples(config, file, options),
    )
}
