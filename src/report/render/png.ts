/** PNG files of drawings, which say how many dots an inch they have. */
import { PNG } from 'pngjs'
import { checksumOf } from '../../formats/checksum.js'

/** An image, given as rows of RGBA bytes, as PNG with its density (chunk pHYs, which pngjs does not write). */
export function encodePng(
  pixels: Buffer,
  width: number,
  height: number,
  dotsPerInch: number,
): Uint8Array {
  const image = Object.assign(new PNG({ width, height }), { data: pixels })
  // Flat colours are small at any level and without filters; these are fast.
  return withDensity(PNG.sync.write(image, { deflateLevel: 3, filterType: 0 }), dotsPerInch)
}

/** Length of the signature and of the header chunk, which comes first. */
const HEADER_END = 33

function withDensity(png: Buffer, dotsPerInch: number): Uint8Array {
  const chunk = Buffer.alloc(21)
  const dotsPerMetre = Math.round(dotsPerInch / 0.0254)
  chunk.writeUInt32BE(9, 0)
  chunk.write('pHYs', 4, 'latin1')
  chunk.writeUInt32BE(dotsPerMetre, 8)
  chunk.writeUInt32BE(dotsPerMetre, 12)
  chunk.writeUInt8(1, 16)
  chunk.writeUInt32BE(checksumOf(chunk.subarray(4, 17)), 17)
  return Buffer.concat([png.subarray(0, HEADER_END), chunk, png.subarray(HEADER_END)])
}
