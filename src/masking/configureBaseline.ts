import type { BaselineConfig } from '../config/analysis.js'
import { InputError } from '../core/errors.js'
import { readNpy } from '../formats/npy.js'
import {
  blurBaseline,
  constantsBaseline,
  dampBaseline,
  type Moments,
  meansBaseline,
  zeroBaseline,
} from './baselines.js'
import { readJson } from './jsonFile.js'
import type { Baseline } from './types.js'

/** Width of `baseline: blur` where no width is given, in pixels. */
const DEFAULT_BLUR = 2

/**
 * The baseline that a configuration asks for, over a masked value of this shape. `moments` computes
 * those of its channels over the training set, `resolve` finds a file of constants.
 */
export async function chooseBaseline(
  config: BaselineConfig,
  shape: readonly number[],
  moments: () => Promise<Moments>,
  resolve: (file: string) => string,
): Promise<Baseline> {
  if (config === 'zero') return zeroBaseline(shape)
  if (config === 'mean') return meansBaseline(shape, (await moments()).means)
  if (config === 'blur') return blurBaseline(shape, DEFAULT_BLUR)
  if (typeof config === 'object') {
    if ('damp' in config) return dampBaseline(config.damp)
    if ('blur' in config) return blurBaseline(shape, config.blur)
    if ('file' in config) {
      return constantsBaseline(shape, readConstants(resolve(config.file)), config.file)
    }
  }
  throw new InputError('baseline "learned" needs a network that lowlayer trained')
}

/** Numbers of a `.npy` file or of a (nested) JSON list. */
function readConstants(file: string): ArrayLike<number> {
  if (file.endsWith('.npy')) return readNpy(file).data
  const content = readJson(file)
  const flat: unknown[] = Array.isArray(content) ? content.flat(3) : []
  const numbers = flat.filter((value) => typeof value === 'number')
  if (flat.length > 0 && numbers.length === flat.length) return numbers
  throw new InputError(`${file}: a baseline is a JSON list of numbers or a .npy file`)
}
