/** The option `--data` of `lowlayer analyze`: from a name or path to the section `data` of a configuration. */
import { existsSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { dataSources } from '../config/data.js'
import { InputError } from '../core/errors.js'
import { listFolder } from '../data/folders.js'
import { isChannelsLast } from '../data/pixelArrays.js'
import { readInputFile } from '../formats/inputFile.js'
import { readNpyHeader } from '../formats/npy.js'
import { npzEntries } from '../formats/npz.js'

/** The section `data` of a configuration, as a user would write it. */
type DataInput = Readonly<Record<string, unknown>> & { readonly source: string }

/** Sources whose inputs can be standardised; a model from elsewhere brings its own preprocessing. */
const unstandardized = { standardize: false }

/**
 * What `--data SOURCE` means: a data set known by name, a `.npz` (of token ids too) or `.csv` file, or a folder of IDX
 * files, of CIFAR's binary files, or of images. `labels` names the array or column of the classes, `inputs` the array of
 * the inputs, where it has no usual name.
 * Inputs are taken as they are (pixels from 0 to 1). Throws InputError on anything else.
 */
export function dataFromOption(source: string, labels?: string, inputs?: string): DataInput {
  if (!existsSync(source)) {
    if ((dataSources as readonly string[]).includes(source)) return named(source, labels)
    throw new InputError(
      `--data ${source}: there is no such file or folder, and no data set of that name ` +
        `(${dataSources.join(', ')})`,
    )
  }
  if (statSync(source).isDirectory()) {
    refuseLabels(source, labels)
    return fromFolder(source)
  }
  switch (extname(source)) {
    case '.npz':
      return fromNpz(source, labels, inputs)
    case '.csv':
    case '.tsv': {
      const delimiter = source.endsWith('.tsv') ? '\t' : ','
      return { source: 'csv', path: source, delimiter, label: labels ?? 'label', ...unstandardized }
    }
    case '.npy':
      throw new InputError(
        `--data ${source}: inputs and labels go in one file: np.savez('data.npz', x=…, y=…)`,
      )
    default:
      throw new InputError(
        `--data ${source}: .npz and .csv files are read, and folders of IDX, CIFAR or image files`,
      )
  }
}

/** Throws InputError where classes are to be found by a name that nothing there has. */
function refuseLabels(source: string, labels: string | undefined): void {
  if (labels === undefined) return
  throw new InputError(`--labels ${labels}: ${source} has its classes in its files: leave it out`)
}

function named(source: string, labels?: string): DataInput {
  if (['csv', 'npz', 'tokens', 'images', 'text'].includes(source)) {
    throw new InputError(
      `--data ${source}: give the ${source === 'images' ? 'folder' : 'file'} itself`,
    )
  }
  if (source === 'sst2') {
    refuseLabels(source, labels)
    return { source }
  }
  return { source, ...(labels === undefined ? {} : { labels }), ...unstandardized }
}

function fromFolder(path: string): DataInput {
  const { folders, files } = listFolder(path)
  const inside = folders.flatMap((name) => listFolder(join(path, name)).files)
  const has = (pattern: RegExp) => [...files, ...inside].some((name) => pattern.test(name))
  if (has(/ubyte(\.gz)?$/)) return { source: 'mnist', path, ...unstandardized }
  if (has(/^data_batch_\d\.bin/)) return { source: 'cifar10', path, ...unstandardized }
  if (has(/^(train|test)\.bin/)) return { source: 'cifar100', path, ...unstandardized }
  return { source: 'images', path, ...unstandardized }
}

/** Usual names of the arrays of inputs and classes. */
const inputNames = ['x_train', 'x', 'X', 'images', 'inputs', 'data']
const labelNames = ['y_train', 'y', 'labels', 'targets', 'target']

function fromNpz(path: string, labels?: string, named?: string): DataInput {
  const entries = npzEntries(readInputFile(path), path)
  const names = [...entries.keys()]
  if (names.includes(TOKEN_IDS)) return tokens(path, names, labels)
  const pick = (usual: readonly string[], what: string, option: string) => {
    const found = usual.find((name) => names.includes(name))
    if (found !== undefined) return found
    throw new InputError(
      `--data ${path}: which array has the ${what}? It has ${names.join(', ') || 'none'}; usual names are ` +
        `${usual.join(', ')}; another is said with ${option}`,
    )
  }
  if (labels !== undefined && !names.includes(labels)) {
    throw new InputError(
      `--labels ${labels}: ${path} has no such array (it has ${names.join(', ')})`,
    )
  }
  const inputs = named ?? pick(inputNames, 'inputs', '--set data.inputs=NAME')
  const bytes = entries.get(inputs)
  // A name that there is not is told of when the data are read.
  const { shape } =
    bytes === undefined ? { shape: [] } : readNpyHeader(bytes, `${path} [${inputs}]`)
  return {
    source: 'npz',
    path,
    inputs,
    labels: labels ?? pick(labelNames, 'classes', '--labels NAME'),
    ...(shape.length === 4 && isChannelsLast(shape.slice(1)) ? { layout: 'nhwc' } : {}),
    ...unstandardized,
  }
}

/** The array by which a file of token ids is told, and those that have what language models are to give, and where. */
const TOKEN_IDS = 'input_ids'
const TARGET = 'target'
const POSITION = 'position'

/** Token ids with classes or, where there are none, with what a language model is to give. */
function tokens(path: string, names: readonly string[], labels?: string): DataInput {
  const found = labels ?? labelNames.find((name) => name !== TARGET && names.includes(name))
  const position = names.includes(POSITION) ? { position: POSITION } : {}
  if (found !== undefined) return { source: 'tokens', path, labels: found, ...position }
  const target = names.includes(TARGET) ? { target: TARGET } : {}
  return { source: 'tokens', path, ...target, ...position }
}
