/** PNG files of drawings, which say how many dots an inch they have. */
import { constants, deflateSync } from 'node:zlib'
import { checksumOf } from '../../formats/checksum.js'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
/** Eight bits each of red, green, blue and alpha; not interlaced. */
const RGBA = [8, 6, 0, 0, 0]
const INCH = 0.0254
/** Of flat colours, which are small at any level: the fastest that still sees runs. */
const COMPRESSION = { chunkSize: 32 * 1024, level: 3, strategy: constants.Z_RLE }

/**
 * An image, given as rows of RGBA bytes, as PNG with its density (PNG specification, 3rd edition, chunks IHDR, pHYs, IDAT and IEND).
 * Rows are not filtered, which makes nothing smaller here: libraries copy them byte by byte to see, a quarter of a drawing's time.
 */
export function encodePng(
  pixels: Buffer,
  width: number,
  height: number,
  dotsPerInch: number,
): Uint8Array {
  const rowBytes = 4 * width
  const rows = Buffer.alloc((1 + rowBytes) * height)
  for (let row = 0; row < height; row++)
    pixels.copy(rows, row * (1 + rowBytes) + 1, row * rowBytes, (row + 1) * rowBytes)
  const dotsPerMetre = Math.round(dotsPerInch / INCH)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', Buffer.from([...bytesOf(width), ...bytesOf(height), ...RGBA])),
    chunk('pHYs', Buffer.from([...bytesOf(dotsPerMetre), ...bytesOf(dotsPerMetre), 1])),
    chunk('IDAT', deflateSync(rows, COMPRESSION)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Length, name, content, and the checksum of the last two. */
function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content])
  return Buffer.concat([bytesOf(content.length), named, bytesOf(checksumOf(named))])
}

/** A whole number as four bytes, the highest first. */
function bytesOf(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
