/** Estimated widths of texts against those that are drawn. */
import { createRequire } from 'node:module'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'
import { expect, it } from 'vitest'
import { textWidth } from './textWidth.js'

const { resolve } = createRequire(import.meta.url)

/** The width that the renderer of bitmaps and pages gives a text. */
function drawnWidth(text: string, bold: boolean): number {
  const font = bold ? 'DejaVuSans-Bold' : 'DejaVuSans'
  GlobalFonts.registerFromPath(resolve(`dejavu-fonts-ttf/ttf/${font}.ttf`), font)
  const context = createCanvas(1, 1).getContext('2d')
  context.font = `20px ${font}`
  return context.measureText(text).width
}

it.each([
  'salient interactions per sample',
  'test − training loss (nats)',
  'low0-high0-order0',
  'WMwm|ilj.,',
  '0.35',
])('%s is as wide as it is drawn', (text) => {
  for (const bold of [false, true]) {
    const drawn = drawnWidth(text, bold)
    expect(Math.abs(textWidth(text, 20, bold) - drawn)).toBeLessThan(0.04 * drawn + 3)
  }
})
