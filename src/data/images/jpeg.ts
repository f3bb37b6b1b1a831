/** Reads JPEG files with a library, after a look at their header for what the library gets wrong or does not tell. */
import jpeg from 'jpeg-js'
import { limits } from '../../core/limits.js'
import { orientationOf } from './exif.js'
import { checkExtents, type Pixels, UnsupportedImage } from './pixels.js'

/** What the segments before the first scan say. */
interface Header {
  /** Low byte of the marker of the frame: 0xc0 baseline, 0xc1 extended, 0xc2 progressive. */
  readonly frame: number
  readonly precision: number
  readonly components: readonly { readonly id: number; readonly sampling: number }[]
  readonly isJfif: boolean
  /** Colour transform of Adobe's marker: 0 none, 1 YCbCr, 2 YCCK. */
  readonly adobe?: number
  readonly orientation: number
}

/**
 * The pixels of a JPEG file. Three components are taken for YCbCr or RGB by the rules of libjpeg. Throws
 * UnsupportedImage for what has no 8-bit grey or RGB samples, and Error for damaged and truncated files.
 */
export function decodeJpeg(bytes: Uint8Array): Pixels {
  const header = readHeader(bytes)
  const { components, orientation } = header
  checkSupported(header)
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    maxResolutionInMP: limits.pixels / 1e6,
    tolerantDecoding: false,
    colorTransform: !isRgb(header),
  })
  return {
    width,
    height,
    data,
    stride: 3,
    traits: {
      hasTransparency: false,
      isTurned: orientation !== 1,
      isSubsampled: components.some(({ sampling }) => sampling !== components[0].sampling),
    },
  }
}

function checkSupported({ frame, precision, components }: Header): void {
  const kind =
    frame >= 0xc9
      ? 'arithmetic coding'
      : frame === 0xc3
        ? 'lossless coding'
        : frame > 0xc2
          ? 'hierarchical coding'
          : precision !== 8
            ? `${precision} bits per sample`
            : components.length === 4
              ? 'four inks (CMYK or YCCK)'
              : components.length !== 1 && components.length !== 3
                ? `${components.length} components`
                : undefined
  if (kind === undefined) return
  throw new UnsupportedImage(
    `is a JPEG file with ${kind}, which is not read: save it as 8-bit grey or RGB, baseline or progressive`,
  )
}

/** Whether three components are red, green and blue: libjpeg's default_decompress_parms. */
function isRgb({ components, isJfif, adobe }: Header): boolean {
  if (isJfif) return false
  if (adobe !== undefined) return adobe === 0
  return String.fromCharCode(...components.map(({ id }) => id)) === 'RGB'
}

const ascii = (bytes: Uint8Array, text: string) =>
  [...text].every((letter, index) => bytes[index] === letter.charCodeAt(0))

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let [isJfif, orientation, at] = [false, 1, 2]
  let adobe: number | undefined
  let frame: Pick<Header, 'frame' | 'precision' | 'components'> | undefined
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1]
    // Bytes before a marker and fill bytes are passed over, as libjpeg does.
    if (bytes[at] !== 0xff || marker === 0xff || marker === 0) {
      at++
      continue
    }
    if (marker === 0xda) {
      if (frame === undefined) break
      return { ...frame, isJfif, ...(adobe === undefined ? {} : { adobe }), orientation }
    }
    const length = view.getUint16(at + 2)
    const segment = bytes.subarray(at + 4, at + 2 + length)
    if (marker === 0xe0 && ascii(segment, 'JFIF\0')) isJfif = true
    if (marker === 0xe1 && ascii(segment, 'Exif\0'))
      orientation = orientationOf(segment.subarray(6))
    if (marker === 0xee && ascii(segment, 'Adobe') && segment.length >= 12) adobe = segment[11]
    // All of c0 to cf are frames but the tables of Huffman codes, JPG and of arithmetic coding.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const components = Array.from({ length: segment[5] }, (_, index) => ({
        id: segment[6 + 3 * index],
        sampling: segment[7 + 3 * index],
      }))
      if (segment.length >= 6) {
        checkExtents(256 * segment[3] + segment[4], 256 * segment[1] + segment[2])
      }
      frame = { frame: marker, precision: segment[0], components }
    }
    at += 2 + length
  }
  throw new Error('it ends before its pixels')
}
