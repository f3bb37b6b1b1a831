/** Finds the files of networks from elsewhere and reads what the planner needs to know of them. */

import { dirname } from 'node:path'
import type { GivenNetworkConfig, NetworksConfig } from '../../config/networks.js'
import { InputError } from '../../core/errors.js'
import { contentId } from '../../core/hash.js'
import { sizeOf } from '../../core/tensor.js'
import { resolvePath } from '../../data/paths.js'
import { describeForeignFile, type ForeignFile } from '../../engine/onnx/foreignFile.js'
import { inputFileId } from '../../formats/inputFile.js'
import type { GivenNetworkInfo, NamedFile } from '../../plan/types.js'
import { type SeenFrom, seriesOf } from './checkpointSeries.js'
import { forEachNamed } from './forEachNamed.js'
import { readGivenCurve } from './givenCurve.js'
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
  const lows: Map<string, string>[] = []
  let renamed: readonly string[] = []
  let high: GivenNetworkInfo['high']
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
    if (entry.lowLayers !== undefined) {
      const names = lowWeights(own, entry.lowLayers)
      if (lows.length === 0) {
        high = describeHigh(own, names)
        renamed = renamedWeights(own, names)
      }
      lows.push(new Map(names.map((name) => [name, own.get(name)!.hash()])))
    }
    const reshaped = reshapedWeight(own, weights)
    if (reshaped !== undefined) {
      throw new InputError(
        `${file}: the weight "${reshaped}" is [${own.get(reshaped)?.shape.join(', ')}], and in ${before?.file}, the checkpoint before it, ` +
          `[${weights.get(reshaped)?.shape.join(', ')}]: it is of another network`,
      )
    }
    weights = own
  }
  const low = entry.lowLayers && {
    ...shapesOf(weights, lowWeights(weights, entry.lowLayers)),
    hashes: commonHashes(lows),
    ...(renamed.length === 0 ? {} : { renamed }),
  }
  if (entry.lowLayers !== undefined) {
    requireNamed(
      series[0].file,
      weights,
      entry.lowLayers,
      new Set(lows.flatMap((own) => [...own.keys()])),
    )
  }
  const parameters = shapesOf(weights, [...weights.keys()]).parameters
  return { entry, checkpoints, stepsPerEpoch, curve, parameters, low, high }
}

/** The weights that are not low; undefined where all are. */
function describeHigh(
  weights: ForeignFile['weights'],
  low: readonly string[],
): GivenNetworkInfo['high'] {
  const names = [...weights.keys()].filter((name) => !low.includes(name)).sort()
  if (names.length === 0) return undefined
  return { shapes: shapesOf(weights, names).shapes, hash: hashOf(weights, names) }
}

function hashOf(weights: ForeignFile['weights'], names: readonly string[]): string {
  return contentId(names.map((name) => weights.get(name)!.hash()))
}

function namedFile(file: string): NamedFile {
  return { file, id: inputFileId(file) }
}

/** A curve that can be read, which is known before anything is computed. */
function namedCurve(file: string): NonNullable<GivenNetworkInfo['curve']> {
  const points = readGivenCurve(file, { stepsPerEpoch: 1 })
  return { ...namedFile(file), lastStep: points[points.length - 1].step }
}

/** Names of the weights of the low layers that a file has. */
function lowWeights(weights: ForeignFile['weights'], layers: readonly string[]): string[] {
  return [...weights.keys()].filter((name) => layers.some((layer) => isOfLayer(name, layer))).sort()
}

function isOfLayer(name: string, layer: string): boolean {
  return name === layer || name.startsWith(`${layer}.`)
}

/** A hash a checkpoint of the weights that all of them have; none where they have none in common. */
function commonHashes([first, ...others]: readonly ReadonlyMap<string, string>[]): string[] {
  const common = [...first.keys()].filter((name) => others.every((own) => own.has(name)))
  if (common.length === 0) return []
  return [first, ...others].map((own) => contentId(common.map((name) => own.get(name)!)))
}

/** Throws InputError where no file of a series has a weight of one of the low layers. */
function requireNamed(
  file: string,
  weights: ForeignFile['weights'],
  layers: readonly string[],
  found: ReadonlySet<string>,
): void {
  const layer = layers.find((one) => ![...found].some((name) => isOfLayer(name, one)))
  if (layer === undefined) return
  const names = [...weights.keys()]
  const shown = names.length > 12 ? [...names.slice(0, 12), '…'] : names
  throw new InputError(
    `lowLayers: ${file} has no weights "${layer}" or "${layer}.…"; there are ${shown.join(', ')}. Exporters fold ` +
      'and rename weights: export in evaluation mode without constant folding (PyTorch: do_constant_folding=False); the older one of PyTorch keeps equal ' +
      'weights once, as those of norms before training: leave such layers out, or export with dynamo=True, optimize=False',
  )
}

/** Matrices and kernels that an exporter has given names of its own (onnx::MatMul_320, val_18), and that are not named as low ones. */
function renamedWeights(weights: ForeignFile['weights'], low: readonly string[]): string[] {
  return [...weights].flatMap(([name, { shape }]) =>
    shape.length >= 2 && /::|^val_\d+$/.test(name) && !low.includes(name) ? [name] : [],
  )
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

function shapesOf(weights: ForeignFile['weights'], names: readonly string[]) {
  const shapes = names.map((name) => `${name} ${weights.get(name)?.shape.join('×')}`).join(', ')
  const parameters = names.reduce((sum, name) => sum + sizeOf(weights.get(name)?.shape ?? []), 0)
  return { shapes, parameters }
}
