/** The work of `lowlayer data export`: the samples of a configuration as NumPy arrays. */
import { resolve } from 'node:path'
import { loadConfig } from '../../../config/load.js'
import { experimentSchema } from '../../../config/schema.js'
import { InputError } from '../../../core/errors.js'
import { loadDataset } from '../../../data/load.js'
import type { Dataset } from '../../../data/types.js'
import { encodeNpz, type NpzContent } from '../../../formats/npz.js'
import { writeAtomically } from '../../../store/atomic.js'
import type { ExportOptions } from '../../commands/data.js'
import { dataFolders, refuse } from '../../studyOptions.js'

/** All of a configuration but its data. */
const unusedKeys = Object.keys(experimentSchema.shape).filter((key) => key !== 'data')

/** Writes the samples of a configuration as NumPy arrays to a file. */
export async function exportSamples(
  config: string,
  file: string,
  options: ExportOptions,
): Promise<void> {
  if (!file.endsWith('.npz')) throw new InputError(`${file}: name a file that ends in .npz`)
  refuse(options.set ?? [], unusedKeys, 'this command does not use')
  const loaded = await loadConfig(config, options.set)
  const { baseDir } = loaded
  const data = await loadDataset(loaded.config.data, {
    baseDir,
    dataDirs: dataFolders(options.dataDir),
  })
  await writeAtomically(resolve(file), encodeNpz(samplesOf(data)))
  const { train, test } = data
  process.stderr.write(`${train.count} training and ${test.count} test samples are in ${file}\n`)
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
