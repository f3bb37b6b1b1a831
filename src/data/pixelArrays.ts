/** What the numbers and axes of NumPy arrays mean, where an array could be meant in two ways. */
import { InputError } from '../core/errors.js'
import type { NpyArray } from '../formats/npy.js'

/** From this value on bytes are taken for pixels: codes and counts seldom go that far. */
const PIXELS_FROM = 128

/**
 * Whether images of shape [first, second, last] can only be meant with their channels last: as many there as grey,
 * RGB or RGBA pictures have, and another number first.
 */
export function isChannelsLast([first, , last]: readonly number[]): boolean {
  const few = (extent: number) => extent === 1 || extent === 3
  return few(last) ? !few(first) : last === 4 && first !== 4 && !few(first)
}

/** What inputs are multiplied by when they are read, and what has to be said of it. */
interface PixelScale {
  readonly scale: number
  readonly remarks: readonly string[]
}

interface Meaning {
  readonly isImage: boolean
  /** Inputs are standardised afterwards, so that no factor matters. */
  readonly isStandardized: boolean
  /** Name of the array and its file, for messages. */
  readonly name: string
  readonly file: string
}

/**
 * Bytes (uint8) of images become 0 to 1, and so do those of tables where they go up to 128 or more; tables of zeros and
 * ones and all other types stay as they are. Throws InputError for a table of bytes in between, which could be pixels
 * or numbers.
 */
export function pixelScale(inputs: NpyArray, meaning: Meaning): PixelScale {
  const { isImage, isStandardized, name, file } = meaning
  const isBytes = inputs.dtype.endsWith('u1')
  const asPixels = isBytes && isImage ? 1 / 255 : 1
  if (isStandardized) return { scale: asPixels, remarks: [] }
  const { min, max } = rangeOf(inputs)
  const said = (what: string, scale: number) => ({ scale, remarks: [`${name} ${what}`] })
  const range = `values from ${min} to ${max}`
  if (isBytes && isImage) {
    if (max > 1) return { scale: asPixels, remarks: [] }
    return said(
      `has ${range} in bytes (uint8), which become 0 to 1/255 as all bytes of images do; save it as float32 to have it as it is`,
      asPixels,
    )
  }
  if (isBytes) {
    if (max <= 1) return { scale: 1, remarks: [] }
    if (max >= PIXELS_FROM) {
      return said(
        `is a table of bytes (uint8) up to ${max}: taken for pixels, which become 0 to 1 (divided by 255); ` +
          'save it as float32 to have it as it is',
        1 / 255,
      )
    }
    throw new InputError(
      `${file}: ${name} is a table of bytes (uint8) with ${range}: are they pixels or numbers? Save it as float32, ` +
        `${name}.astype('float32') for numbers as they are, or ${name} / 255 for pixels from 0 to 1`,
    )
  }
  const isWhole = /[iu]\d$/.test(inputs.dtype)
  const looksLikeBytes = min >= 0 && max > 1 && max <= 255 && inputs.dtype.includes('f')
  if (!isImage || !(isWhole || looksLikeBytes)) return { scale: 1, remarks: [] }
  return said(`has images with ${range}, taken as they are; only bytes (uint8) become 0 to 1`, 1)
}

/** Images of one array reach so many times as far as those of the other where one was divided by 255 and the other was not. */
const OTHER_SCALE = 100

/** Throws InputError where two arrays of images are of other scales: one as 0 to 255, the other as 0 to 1. */
export function checkSamePixels(
  [name, inputs]: readonly [string, NpyArray],
  [otherName, other]: readonly [string, NpyArray],
  file: string,
): void {
  const [range, otherRange] = [rangeOf(inputs), rangeOf(other)]
  const reaches = [range, otherRange].map(({ min, max }) => Math.max(-min, max))
  const least = Math.min(...reaches)
  if (least === 0 || Math.max(...reaches) < OTHER_SCALE * least) return
  throw new InputError(
    `${file}: ${name} has values from ${range.min} to ${range.max} and ${otherName} from ${otherRange.min} to ${otherRange.max}: ` +
      'the images are of other scales; save both alike',
  )
}

/** Throws InputError where one of two arrays is bytes and the other is not: their scales would differ. */
export function checkSameScale(
  [name, inputs]: readonly [string, NpyArray],
  [otherName, other]: readonly [string, NpyArray],
  file: string,
): void {
  const isBytes = ({ dtype }: NpyArray) => dtype.endsWith('u1')
  if (isBytes(inputs) === isBytes(other)) return
  throw new InputError(
    `${file}: ${name} has type ${inputs.dtype} and ${otherName} ${other.dtype}, of which only bytes become 0 to 1: ` +
      'save both as the same type',
  )
}

function rangeOf({ data }: NpyArray): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let index = 0; index < data.length; index++) {
    const value = data[index]
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}
