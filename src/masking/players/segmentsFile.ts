import { InputError } from '../../core/errors.js'
import { isObject } from '../../core/isObject.js'
import { readJson } from '../jsonFile.js'

/**
 * Reads segments: a JSON list with a list of pixels for each player, a pixel being y·W + x or [y, x];
 * or `{ "size": [H, W], "segments": […] }`, which also checks the size of the images that the
 * segments were made for. Throws InputError with the file and the player on anything else.
 */
export function readSegments(file: string, shape: readonly number[]): number[][] {
  const content = readJson(file)
  const [, height, width] = shape
  const { size, segments } = isObject(content) ? content : { size: undefined, segments: content }
  if (Array.isArray(size) && (size[0] !== height || size[1] !== width)) {
    throw new InputError(
      `${file}: segments for images of ${size.join('×')} pixels; these have ${height}×${width}`,
    )
  }
  if (!Array.isArray(segments) || !segments.every(Array.isArray)) {
    throw new InputError(`${file}: segments are a JSON list with a list of pixels for each player`)
  }
  return segments.map((pixels: unknown[], player) =>
    pixels.map((pixel) => pixelIndex(pixel, height, width, `${file}: player ${player}`)),
  )
}

function pixelIndex(pixel: unknown, height: number, width: number, place: string): number {
  const index = Array.isArray(pixel) ? flatIndex(pixel, width) : pixel
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    throw new InputError(`${place}: pixel ${JSON.stringify(pixel)} is neither a number nor [y, x]`)
  }
  if (index < 0 || index >= height * width) {
    throw new InputError(
      `${place}: pixel ${JSON.stringify(pixel)} misses the image of ${height}×${width} pixels`,
    )
  }
  return index
}

/** y·W + x; out of range (−1) when x leaves its row. */
function flatIndex([y, x]: unknown[], width: number): number {
  if (typeof y !== 'number' || typeof x !== 'number') return Number.NaN
  return x < 0 || x >= width ? -1 : y * width + x
}
