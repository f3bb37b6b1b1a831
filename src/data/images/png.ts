import { PNG } from 'pngjs'
import { orientationOf } from './exif.js'
import { type Pixels, UnsupportedImage } from './pixels.js'

const SIGNATURE = 8
const PALETTE = 3

interface Chunk {
  readonly type: string
  /** The chunk with its length and checksum. */
  readonly bytes: Uint8Array
  readonly data: Uint8Array
}

/**
 * The pixels of a PNG file of up to 8 bits a channel. Colours of transparent pixels are kept, as in Pillow's
 * convert('RGB'). Throws UnsupportedImage for 16 bits a channel and Error for damaged files.
 */
export function decodePng(bytes: Uint8Array): Pixels {
  const chunks = chunksOf(bytes)
  const [depth, colourType] = chunks[0]?.data.subarray(8, 10) ?? []
  if (depth === 16) {
    throw new UnsupportedImage(
      'is a PNG file of 16 bits a channel, which is not read: save it with 8',
    )
  }
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
      hasTransparency: chunks.some(isKey) || data.some((value, at) => at % 4 === 3 && value < 255),
      isTurned: exif !== undefined && orientationOf(exif.data) !== 1,
      isSubsampled: false,
    },
  }
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
