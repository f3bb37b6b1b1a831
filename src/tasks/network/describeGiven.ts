/** Finds the files of networks from elsewhere and reads what the planner needs to know of them. */

import { dirname } from 'node:path'
import type { GivenNetworkConfig, NetworksConfig } from '../../config/networks.js'
import { InputError } from '../../core/errors.js'
import { resolvePath } from '../../data/paths.js'
import { describeForeignFile, type ForeignFile } from '../../engine/onnx/foreignFile.js'
import { inputFileId } from '../../formats/inputFile.js'
import type { GivenNetworkInfo, NamedFile } from '../../plan/types.js'
import { type SeenFrom, seriesOf } from './checkpointSeries.js'
import { forEachNamed } from './forEachNamed.js'
import { readGivenCurve } from './givenCurve.js'
import { LowLayers, shapesOf } from './lowLayers.js'
import { readNetworkTable } from './networkTable.js'

/** Throws InputError where the samples do not fit what the file of a network says of its inputs and outputs. */
export type RequireFit = (model: ForeignFile, entry: GivenNetworkConfig) => void

/**
 * The networks of `networks.files` and `networks.table`, with the content of their files. Paths are seen from the working
 * folder, or else from the folder of the file that names them: the configuration, in `baseDir`, or the table. Throws InputError naming
 * the networks (the first ones) whose files are missing or no ONNX models, or do not take the samples, whose curves are none,
 * or whose low layers are not among their weights.
 */
export async function describeGiven(
  { files = [], table }: NetworksConfig,
  baseDir: string,
  requireFit: RequireFit,
): Promise<GivenNetworkInfo[]> {
  const named = files.map((entry) => ({ name: entry.name, entry, from: { baseDir } }))
  if (table !== undefined) {
    const file = resolvePath(table, 'networks.table', { baseDir })
    const from = { baseDir: dirname(file) }
    named.push(...readNetworkTable(file).map((entry) => ({ name: entry.name, entry, from })))
  }
  const found: GivenNetworkInfo[] = []
  await forEachNamed(named, async ({ entry, from }) => {
    found.push(await describeOne(entry, from, requireFit))
  })
  return found
}

async function describeOne(
  entry: GivenNetworkConfig,
  from: SeenFrom,
  requireFit: RequireFit,
): Promise<GivenNetworkInfo> {
  const pathOf = (path: string, key: string) => resolvePath(path, key, from)
  const curve = entry.curve === undefined ? undefined : namedCurve(pathOf(entry.curve, 'curve'))
  const stepsPerEpoch = entry.stepsPerEpoch ?? 1
  if (entry.values !== undefined) {
    const checkpoints = [{ step: 0, ...namedFile(pathOf(entry.values, 'values')) }]
    return { entry, checkpoints, stepsPerEpoch, curve }
  }
  const series = seriesOf(entry.path ?? '', from)
  const checkpoints: { step: number; file: string; id: string }[] = []
  const layers = entry.lowLayers && new LowLayers(entry.lowLayers)
  let weights: ForeignFile['weights'] = new Map()
  for (const { number, file } of series) {
    const model = await describeForeignFile(file)
    requireFit(model, entry)
    const { id, weights: own } = model
    const isEpoch = entry.path?.includes('{epoch}') === true
    const step = Math.round(isEpoch ? number * stepsPerEpoch : number)
    const before = checkpoints.at(-1)
    if (before?.step === step) {
      throw new InputError(
        `${before.file} and ${file} are both step ${step} with stepsPerEpoch ${stepsPerEpoch}; say how many optimiser steps an epoch has`,
      )
    }
    checkpoints.push({ step, file, id })
    layers?.add(own)
    const reshaped = reshapedWeight(own, weights)
    if (reshaped !== undefined) {
      throw new InputError(
        `${file}: the weight "${reshaped}" is [${own.get(reshaped)?.shape.join(', ')}], and in ${before?.file}, the checkpoint before it, ` +
          `[${weights.get(reshaped)?.shape.join(', ')}]: it is of another network`,
      )
    }
    weights = own
  }
  const parameters = shapesOf(weights, [...weights.keys()]).parameters
  const low = layers?.found(series[0].file, weights)
  return { entry, checkpoints, stepsPerEpoch, curve, parameters, low, high: layers?.high }
}

function namedFile(file: string): NamedFile {
  return { file, id: inputFileId(file) }
}

/** A curve that can be read, which is known before anything is computed. */
function namedCurve(file: string): NonNullable<GivenNetworkInfo['curve']> {
  const points = readGivenCurve(file, { stepsPerEpoch: 1 })
  return { ...namedFile(file), lastStep: points[points.length - 1].step }
}

/**
 * A weight that has another shape in one checkpoint than in another, by its name. Exporters number weights (onnx::Conv_12) and keep equal ones once,
 * as all those of norms before training are, so that a name may be missing, and a number stand for another weight.
 */
function reshapedWeight(
  weights: ForeignFile['weights'],
  others: ForeignFile['weights'],
): string | undefined {
  return [...weights].find(([name, { shape }]) => {
    const other = others.get(name)?.shape
    return other !== undefined && !name.includes('::') && other.join() !== shape.join()
  })?.[0]
}
