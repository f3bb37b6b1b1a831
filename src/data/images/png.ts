/** Reads PNG files with a library, after a look at their chunks for what the library gets wrong or does not tell. */
import { PNG } from 'pngjs'
import { inflate } from '../../formats/inflate.js'
import { orientationOf } from './exif.js'
import { checkExtents, type Pixels, UnsupportedImage } from './pixels.js'

const SIGNATURE = 8
const PALETTE = 3

interface Chunk {
  readonly type: string
  /** The chunk with its length and checksum. */
  readonly bytes: Uint8Array
  readonly data: Uint8Array
}

/**
 * The pixels of a PNG file of up to 8 bits per channel. Colours of transparent pixels are kept, as in Pillow's
 * convert('RGB'). Throws UnsupportedImage for 16 bits per channel and Error for damaged files.
 */
export function decodePng(bytes: Uint8Array): Pixels {
  const chunks = chunksOf(bytes)
  const header = chunks[0]?.type === 'IHDR' ? chunks[0].data : new Uint8Array(0)
  if (header.length < 13) throw new Error('it does not begin with its header')
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  checkExtents(view.getUint32(0), view.getUint32(4))
  const [depth, colourType, , , interlaced] = header.subarray(8)
  if (depth === 16) {
    throw new UnsupportedImage(
      'is a PNG file of 16 bits per channel, which is not read: save it with 8',
    )
  }
  // pngjs unpacks all that there is of interlaced pixels.
  if (interlaced === 1) checkUnpacked(chunks, view.getUint32(0), view.getUint32(4))
  // A single transparent colour: pngjs would make its pixels black.
  const isKey = ({ type }: Chunk) => type === 'tRNS' && colourType !== PALETTE
  const kept = chunks.filter((chunk) => !isKey(chunk)).map((chunk) => chunk.bytes)
  const { width, height, data } = PNG.sync.read(
    Buffer.concat([bytes.subarray(0, SIGNATURE), ...kept]),
  )
  const exif = chunks.find(({ type }) => type === 'eXIf')
  return {
    width,
    height,
    data,
    stride: 4,
    traits: {
      hasTransparency: chunks.some(isKey) || isTransparent(data),
      isTurned: exif !== undefined && orientationOf(exif.data) !== 1,
      isSubsampled: false,
    },
  }
}

/** Whether a pixel of red, green, blue and opacity is not opaque. */
function isTransparent(data: Uint8Array): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] < 255) return true
  return false
}

/** Throws where pixels unpack to more than a picture of this size has in any form: 4 bytes per pixel, and a byte for each row of seven passes. */
function checkUnpacked(chunks: readonly Chunk[], width: number, height: number): void {
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)
  inflate('zlib', Buffer.concat(packed), 'its pixel data', {
    size: 4 * width * height + 7 * (height + 1),
  })
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Chunk[] = []
  let at = SIGNATURE
  while (at + 12 <= bytes.length) {
    const end = at + 12 + view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    chunks.push({ type, bytes: bytes.subarray(at, end), data: bytes.subarray(at + 8, end - 4) })
    at = end
  }
  return chunks
}
