/** PNG files of opaque drawings, in half the time that encoders take which look for the smallest file. */
import { deflateSync } from 'node:zlib'
import { checksumOf } from '../../formats/checksum.js'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** Flat colours are small at any level; this one is fast. */
const LEVEL = 3

/** An opaque image, given as rows of RGBA bytes, as PNG of 8-bit colours that says how many dots an inch it has (chunk pHYs). */
export function encodePng(
  pixels: Uint8Array,
  width: number,
  height: number,
  dotsPerInch: number,
): Uint8Array {
  // A row is its filter, of which 0 is none, and its colours.
  const rows = Buffer.alloc((3 * width + 1) * height)
  let [from, to] = [0, 0]
  for (let row = 0; row < height; row++) {
    to++
    for (let column = 0; column < width; column++) {
      rows[to++] = pixels[from++]
      rows[to++] = pixels[from++]
      rows[to++] = pixels[from++]
      from++
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8) // 8 bits of each of red, green and blue
  const density = Buffer.alloc(9)
  const dotsPerMetre = Math.round(dotsPerInch / 0.0254)
  density.writeUInt32BE(dotsPerMetre, 0)
  density.writeUInt32BE(dotsPerMetre, 4)
  density.writeUInt8(1, 8) // by the metre
  return Buffer.concat([
    SIGNATURE,
    ...chunk('IHDR', header),
    ...chunk('pHYs', density),
    ...chunk('IDAT', deflateSync(rows, { level: LEVEL })),
    ...chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, content: Buffer): Buffer[] {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(checksumOf(body))
  return [length, body, checksum]
}
