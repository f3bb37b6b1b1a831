import { readFile } from 'node:fs/promises'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { InputError, messageOf } from '../core/errors.js'

/** An image as planes [channels, height, width] with values 0 to 1. */
export interface DecodedImage {
  readonly height: number
  readonly width: number
  readonly planes: Float32Array
}

/** Names of files that are taken for images. */
export const imageName = /\.(png|jpe?g)$/i

/**
 * Reads a PNG or JPEG file, told apart by their first bytes; transparency is laid on black. Grey from
 * colour is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). Throws InputError naming a damaged file.
 */
export async function decodeImage(file: string, channels: 1 | 3): Promise<DecodedImage> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new InputError(`cannot read ${file}: ${messageOf(error)}`, { cause: error })
  })
  try {
    const { width, height, data } = decode(bytes)
    return { width, height, planes: planesOf(data, width * height, channels) }
  } catch (error) {
    throw new InputError(`${file} is damaged or no image: ${messageOf(error)}`, { cause: error })
  }
}

interface Pixels {
  readonly width: number
  readonly height: number
  /** Red, green, blue, alpha of every pixel. */
  readonly data: Uint8Array
}

function decode(bytes: Buffer): Pixels {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return PNG.sync.read(bytes)
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpeg.decode(bytes, { useTArray: true })
  throw new Error('it begins neither like PNG nor like JPEG')
}

function planesOf(data: Uint8Array, pixels: number, channels: 1 | 3): Float32Array {
  const planes = new Float32Array(channels * pixels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [red, green, blue, alpha] = data.subarray(4 * pixel, 4 * pixel + 4)
    const scale = alpha / (255 * 255)
    if (channels === 1) planes[pixel] = (0.299 * red + 0.587 * green + 0.114 * blue) * scale
    else {
      planes[pixel] = red * scale
      planes[pixels + pixel] = green * scale
      planes[2 * pixels + pixel] = blue * scale
    }
  }
  return planes
}
