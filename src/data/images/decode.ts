/** Reads image files of either format into planes of numbers. */
import { InputError, messageOf } from '../../core/errors.js'
import { readInputFile } from '../../formats/inputFile.js'
import { decodeJpeg } from './jpeg.js'
import { type ImageTraits, type Pixels, UnsupportedImage } from './pixels.js'
import { decodePng } from './png.js'

/** An image as planes [channels, height, width] with values 0 to 1. */
export interface DecodedImage {
  readonly height: number
  readonly width: number
  readonly planes: Float32Array
  readonly traits: ImageTraits
}

/** Names of files that are taken for images. */
export const imageName = /\.(png|jpe?g)$/i

/**
 * Reads a PNG or JPEG file, told apart by their first bytes, as Pillow's `open(file).convert('RGB')` does (and
 * with it torchvision's ImageFolder): transparency is dropped, EXIF orientation is not applied. Grey from
 * colour is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). Throws InputError naming a damaged file and one of a
 * kind that is not read.
 */
export async function decodeImage(file: string, channels: 1 | 3): Promise<DecodedImage> {
  const bytes = readInputFile(file)
  try {
    const { width, height, data, stride, traits } = decode(bytes)
    return { width, height, planes: planesOf(data, stride, width * height, channels), traits }
  } catch (cause) {
    const what =
      cause instanceof UnsupportedImage
        ? cause.message
        : `is damaged or no image: ${messageOf(cause)}`
    throw new InputError(`${file} ${what}`, { cause })
  }
}

function decode(bytes: Uint8Array): Pixels {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes)
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes)
  throw new Error('it begins neither like PNG nor like JPEG')
}

function planesOf(data: Uint8Array, stride: number, pixels: number, channels: 1 | 3): Float32Array {
  const planes = new Float32Array(channels * pixels)
  const scale = 1 / 255
  for (let pixel = 0, at = 0; pixel < pixels; pixel++, at += stride) {
    const red = data[at]
    const green = data[at + 1]
    const blue = data[at + 2]
    if (channels === 1) planes[pixel] = (0.299 * red + 0.587 * green + 0.114 * blue) * scale
    else {
      planes[pixel] = red * scale
      planes[pixels + pixel] = green * scale
      planes[2 * pixels + pixel] = blue * scale
    }
  }
  return planes
}
