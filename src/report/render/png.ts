import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'
import { checksumOf } from '../../formats/checksum.js'

const require = createRequire(import.meta.url)

/** The fonts that the package brings, so that text looks the same on machines without fonts. */
export const fonts = {
  regular: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
}

/** Width of a figure across the page of a paper, in inches. */
export const PAPER_WIDTH = 7

const DOTS_PER_INCH = 300

/** An SVG as PNG on white: 300 dots an inch at a width of 7 inches, which the file says (chunk pHYs). */
export function renderPng(svg: string): Uint8Array {
  const image = new Resvg(svg, {
    background: '#ffffff',
    fitTo: { mode: 'width', value: PAPER_WIDTH * DOTS_PER_INCH },
    font: {
      fontFiles: Object.values(fonts),
      loadSystemFonts: false,
      defaultFontFamily: 'DejaVu Sans',
    },
  })
  return withDensity(image.render().asPng())
}

/** Length of the signature and of the header chunk, which comes first. */
const HEADER_END = 33

function withDensity(png: Buffer): Uint8Array {
  const chunk = Buffer.alloc(21)
  const dotsPerMetre = Math.round(DOTS_PER_INCH / 0.0254)
  chunk.writeUInt32BE(9, 0)
  chunk.write('pHYs', 4, 'latin1')
  chunk.writeUInt32BE(dotsPerMetre, 8)
  chunk.writeUInt32BE(dotsPerMetre, 12)
  chunk.writeUInt8(1, 16)
  chunk.writeUInt32BE(checksumOf(chunk.subarray(4, 17)), 17)
  return Buffer.concat([png.subarray(0, HEADER_END), chunk, png.subarray(HEADER_END)])
}
