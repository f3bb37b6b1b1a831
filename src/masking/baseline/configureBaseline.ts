/** From the `baseline` of a configuration to the values that masked players take. */
import type { AnalysisConfig, BaselineConfig } from '../../config/analysis.js'
import { InputError } from '../../core/errors.js'
import { isObject } from '../../core/isObject.js'
import { sizeOf } from '../../core/tensor.js'
import type { PathOf } from '../../data/paths.js'
import type { AxisOrder, Dataset } from '../../data/types.js'
import { readNpy } from '../../formats/npy.js'
import { readJson } from '../jsonFile.js'
import type { Baseline } from '../types.js'
import {
  blurBaseline,
  constantsBaseline,
  dampBaseline,
  inputMoments,
  joinedBaseline,
  type Moments,
  meansBaseline,
  zeroBaseline,
} from './baselines.js'
import { tokenBaseline } from './tokenBaseline.js'

/** Width of `baseline: blur` where no width is given, in pixels. */
const DEFAULT_BLUR = 2

/**
 * The baseline that a configuration asks for, over a masked value of this shape. `moments` computes
 * those of its channels over the training set, `pathOf` finds a file of constants.
 */
export async function chooseBaseline(
  config: BaselineConfig,
  shape: readonly number[],
  moments: () => Promise<Moments>,
  pathOf: PathOf,
): Promise<Baseline> {
  if (config === 'zero') return zeroBaseline(shape)
  if (config === 'mean') return meansBaseline(shape, (await moments()).means)
  if (config === 'blur') return blurBaseline(shape, DEFAULT_BLUR)
  if (typeof config === 'object') {
    if ('damp' in config) return dampBaseline(config.damp)
    if ('blur' in config) return blurBaseline(shape, config.blur)
    if ('file' in config) return fileBaseline(config.file, shape, pathOf)
  }
  requireMaskable(config)
  throw new InputError('baseline "learned" needs a network that lowlayer trained')
}

/**
 * Constants of a file, over a masked value of this shape, which stands in the data in the order of `axes`. Throws InputError where they do not
 * fit it, and for a value per cell that comes without axes where the data's are in another order than those of the masked value.
 */
export function fileBaseline(
  file: string,
  shape: readonly number[],
  pathOf: PathOf,
  axes?: AxisOrder,
): Baseline {
  const { values, extents } = readConstants(pathOf(file), shape)
  if (axes === 'nhwc' && extents.length < 2 && values.length === sizeOf(shape)) {
    throw new InputError(
      `${file}: ${values.length} baseline values without axes for images whose channels come last (data.layout nhwc): store them ` +
        `with the axes of what is masked, [${shape.join(', ')}], channels first`,
    )
  }
  return constantsBaseline(shape, values, file)
}

/** Throws InputError where a baseline is one of token ids, and something else is masked. */
export function requireMaskable(config: BaselineConfig): void {
  if (config !== 'attention' && !(typeof config === 'object' && 'maskToken' in config)) return
  throw new InputError(
    'analysis.baseline maskToken and attention are for token ids (data.source tokens), and something else is masked here; ' +
      'mean and zero fit inner tensors',
  )
}

/**
 * The baseline of the inputs of data: {@link chooseBaseline}, or for token ids {@link tokenBaseline}; where further inputs are masked too,
 * the same of each of their values after it.
 */
export async function inputBaseline(
  { baseline, players }: Pick<AnalysisConfig, 'baseline' | 'players'>,
  data: Dataset,
  pathOf: PathOf,
): Promise<Baseline> {
  if (data.kind === 'tokens') return tokenBaseline(baseline, data)
  const own =
    isObject(baseline) && 'file' in baseline
      ? fileBaseline(baseline.file, data.shape, pathOf, data.axisOrder)
      : await chooseBaseline(baseline, data.shape, async () => inputMoments(data), pathOf)
  const { held } = data.train
  if (players.inputs === undefined || held === undefined) return own
  if (!(baseline === 'mean' || baseline === 'zero' || (isObject(baseline) && 'damp' in baseline))) {
    throw new InputError(
      'analysis.baseline: where further inputs are masked too (players.inputs) it is mean, zero or {damp: …}',
    )
  }
  const shape = [held.length / data.train.count]
  const moments = async () => inputMoments({ shape, train: { ...data.train, inputs: held } })
  return joinedBaseline(
    own,
    await chooseBaseline(baseline, shape, moments, pathOf),
    sizeOf(data.shape),
  )
}

/** Numbers of a file, row by row, and the extents that the file gives them. */
interface Constants {
  readonly values: ArrayLike<number>
  readonly extents: readonly number[]
}

/**
 * Constants of a `.npy` file or of a (nested) JSON list for values of a shape. Numbers without axes of their own
 * are one per channel or one per cell; those with axes must have the axes of the values, so that pictures with
 * their channels last are not read as channels first. Throws InputError otherwise.
 */
function readConstants(file: string, shape: readonly number[]): Constants {
  const found = file.endsWith('.npy') ? fromNpy(file) : fromJson(file)
  const own = withoutOnes(found.extents)
  if (own.length < 2 || own.join() === withoutOnes(shape).join()) return found
  throw new InputError(
    `${file}: baseline values of shape [${found.extents.join(', ')}], but what is masked has shape ` +
      `[${shape.join(', ')}]${shape.length === 3 ? ', channels first' : ''}`,
  )
}

function fromNpy(file: string): Constants {
  const { data, shape, dtype } = readNpy(file)
  if (dtype.endsWith('u1')) {
    throw new InputError(
      `${file}: a baseline in bytes (uint8), which become 0 to 1 where images are read: save it as float32, in the units ` +
        'that networks get (values / 255, and standardised where data.standardize says so)',
    )
  }
  return { values: data, extents: shape }
}

function fromJson(file: string): Constants {
  const content = readJson(file)
  const extents: number[] = []
  for (let at = content; Array.isArray(at); at = at[0]) extents.push(at.length)
  const values = flattened(content, extents)
  if (values !== undefined && values.length > 0) return { values, extents }
  throw new InputError(
    `${file}: a baseline is a .npy file or a JSON list of numbers, in equally long lists where they are nested`,
  )
}

/** The numbers of nested lists of these extents, row by row; undefined where the lists are others. */
function flattened(value: unknown, [extent, ...inner]: readonly number[]): number[] | undefined {
  if (extent === undefined) return typeof value === 'number' ? [value] : undefined
  if (!Array.isArray(value) || value.length !== extent) return undefined
  const parts = value.map((each) => flattened(each, inner))
  return parts.includes(undefined) ? undefined : (parts as number[][]).flat()
}

function withoutOnes(extents: readonly number[]): number[] {
  return extents.filter((extent) => extent !== 1)
}
