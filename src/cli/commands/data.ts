import { resolve } from 'node:path'
import cliProgress from 'cli-progress'
import { Argument, Command } from 'commander'
import { loadConfig } from '../../config/load.js'
import { experimentSchema } from '../../config/schema.js'
import { InputError } from '../../core/errors.js'
import { nearestName } from '../../core/nearest.js'
import { catalogue } from '../../data/fetch/catalogue.js'
import type { DownloadOptions } from '../../data/fetch/download.js'
import { fetchFiles } from '../../data/fetch/fetch.js'
import { loadDataset } from '../../data/load.js'
import { isComplete, namedSources, type SourceName } from '../../data/named.js'
import type { Dataset } from '../../data/types.js'
import { encodeNpz, type NpzContent } from '../../formats/npz.js'
import { writeAtomically } from '../../store/atomic.js'
import { dataFolders, setOption } from '../study.js'

const names = Object.keys(namedSources) as SourceName[]

/** Sources that need no download. */
const others: Readonly<Record<string, string>> = {
  'tic-tac-toe': 'all 958 endgames; made when needed',
  'planted-logic': 'bits labelled by known AND and OR rules; made when needed',
  glyphs: 'digit-like images; made when needed',
  csv: 'your own table: data.path',
  npz: 'your own NumPy arrays: data.path',
  images: 'your own folder of PNG or JPEG images, a folder per class: data.path',
  text: 'your own TSV file of sentences: data.path',
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
    .action((options: { dataDir?: string; json?: boolean }) => {
      const folders = dataFolders(options.dataDir)
      const rows = names.map((name) => ({
        name,
        title: namedSources[name].title,
        folder:
          folders.map((dir) => resolve(dir, name)).find((dir) => isComplete(name, dir)) ?? null,
        bytes: catalogue[name].files.reduce((sum, { bytes }) => sum + bytes, 0),
      }))
      const text = options.json
        ? `${JSON.stringify({ folders, named: rows, others }, undefined, 2)}\n`
        : dataSetsText(rows, folders)
      process.stdout.write(text)
    })
}

interface Row {
  readonly name: string
  readonly title: string
  readonly folder: string | null
  readonly bytes: number
}

function dataSetsText(rows: readonly Row[], folders: readonly string[]): string {
  const width = Math.max(...[...names, ...Object.keys(others)].map(({ length }) => length)) + 2
  const line = (name: string, text: string) => `  ${name.padEnd(width)}${text}\n`
  const named = rows.map(({ name, title, folder, bytes }) => {
    const state = folder ?? `not here: lowlayer data fetch ${name} (${megabytes(bytes)})`
    return line(name, title) + line('', state)
  })
  const rest = Object.entries(others).map(([name, what]) => line(name, what))
  return (
    `By name, in ${folders.join(', ')}:\n${named.join('')}` +
    `Without a download:\n${rest.join('')}`
  )
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}

interface FetchOptions {
  readonly to?: string
  readonly mirror?: string
}

function fetchCommand(): Command {
  return (
    new Command('fetch')
      .summary('download a data set')
      .description('Downloads a data set from its own home, checks and unpacks it.')
      // Told by the action, which knows those that need no download.
      .addArgument(new Argument('<name>', 'its name').choices(names).argParser(String))
      .option(
        '--to <dir>',
        'data folder, in which the data set gets its own; default: the first of LOWLAYER_DATA and ./data',
      )
      .option('--mirror <url>', 'folder on another server that has the same files')
      .addHelpText('after', '\nExample:\n  lowlayer data fetch cifar10 --to ~/data')
      .action(async (name: string, options: FetchOptions) => {
        const known = knownName(name)
        const folder = resolve(options.to ?? dataFolders()[0], known)
        const { files, homes } = catalogue[known]
        const progress = downloadProgress()
        try {
          const mirrors = options.mirror === undefined ? homes : [mirrorUrl(options.mirror)]
          await fetchFiles({ files, homes: mirrors }, folder, progress)
        } finally {
          progress.end()
        }
        process.stderr.write(`${known} is in ${folder}\n`)
      })
  )
}

/** All of a configuration but its data. */
const unusedKeys = Object.keys(experimentSchema.shape).filter((key) => key !== 'data')

function exportCommand(): Command {
  return new Command('export')
    .summary('write the samples of a study as NumPy arrays')
    .description('Writes the samples of a study as NumPy arrays, to train on them elsewhere.')
    .argument('<config>', 'YAML configuration, of which only data is looked at')
    .argument('<file>', 'where to write: a file that ends in .npz')
    .addOption(setOption(...unusedKeys))
    .option('--data-dir <dir>', 'folder of data sets')
    .addHelpText(
      'after',
      '\nArrays: x_train and x_test (standardised, as networks get them), y_train and y_test (labels that training sees),\n' +
        'y_train_true (before label noise), id_train and id_test (the column sample of the tables).\n' +
        '\nExample:\n  lowlayer data export configs/quickstart.yaml drawn.npz',
    )
    .action(async (config: string, file: string, options: { set?: string[]; dataDir?: string }) => {
      if (!file.endsWith('.npz')) throw new InputError(`${file}: name a file that ends in .npz`)
      const loaded = await loadConfig(config, options.set)
      const { baseDir } = loaded
      const data = await loadDataset(loaded.config.data, {
        baseDir,
        dataDirs: dataFolders(options.dataDir),
      })
      await writeAtomically(resolve(file), encodeNpz(samplesOf(data)))
      const { train, test } = data
      process.stderr.write(
        `${train.count} training and ${test.count} test samples are in ${file}\n`,
      )
    })
}

/** Throws InputError where samples consist of several arrays: those came from a file of arrays. */
function samplesOf({ train, test, shape, parts, held }: Dataset): NpzContent {
  if (parts !== undefined || held !== undefined) {
    throw new InputError('these samples consist of several arrays, which data.path has already')
  }
  return {
    x_train: { data: train.inputs, shape: [train.count, ...shape] },
    y_train: train.labels,
    y_train_true: train.trueLabels,
    id_train: train.ids,
    x_test: { data: test.inputs, shape: [test.count, ...shape] },
    y_test: test.labels,
    id_test: test.ids,
  }
}

function knownName(name: string): SourceName {
  const known = names.find((candidate) => candidate === name)
  if (known !== undefined) return known
  if (others[name] !== undefined) {
    throw new InputError(`"${name}" needs no download: ${others[name]}`)
  }
  const all = names.join(', ')
  throw new InputError(
    `unknown data set "${name}" (did you mean "${nearestName(name, names)}"?): one of ${all}`,
  )
}

function mirrorUrl(text: string): string {
  const folder = text.endsWith('/') ? text : `${text}/`
  if (URL.canParse(folder) && /^https?:/i.test(folder)) return folder
  throw new InputError(`--mirror "${text}" is no http or https address`)
}

/** A bar on a terminal; elsewhere one line per file and one every 30 s. */
function downloadProgress(): DownloadOptions & { end: () => void } {
  const isTerminal = process.stderr.isTTY && process.env.CI === undefined
  return isTerminal ? progressBar() : progressLines()
}

function progressBar(): DownloadOptions & { end: () => void } {
  const bar = new cliProgress.SingleBar({
    format: '{file} {bar} {percentage}% of {size}',
    hideCursor: true,
    linewrap: false,
    stream: process.stderr,
  })
  let current: string | undefined
  return {
    onProgress(file, received, total) {
      if (file !== current) {
        if (current !== undefined) bar.stop()
        bar.start(total, received, { file, size: megabytes(total) })
        current = file
      }
      bar.update(received)
    },
    end: () => bar.stop(),
  }
}

function progressLines(): DownloadOptions & { end: () => void } {
  let current: string | undefined
  let told = 0
  return {
    onProgress(file, received, total) {
      const now = performance.now()
      if (file === current && now - told < 30_000) return
      process.stderr.write(`${file}: ${megabytes(received)} of ${megabytes(total)}\n`)
      current = file
      told = now
    },
    end: () => undefined,
  }
}
