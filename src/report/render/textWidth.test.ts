import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'
import { expect, it } from 'vitest'
import { textWidth } from './textWidth.js'

const require = createRequire(import.meta.url)

/** The width that the renderer of the PNG files gives a text, from its first to its last dot. */
function drawnWidth(text: string, bold: boolean): number {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="99"><text x="9" y="60" font-family="DejaVu Sans" font-size="20" font-weight="${bold ? 700 : 400}">${text}</text></svg>`
  const file = require.resolve(`dejavu-fonts-ttf/ttf/DejaVuSans${bold ? '-Bold' : ''}.ttf`)
  const font = { fontFiles: [file], loadSystemFonts: false }
  return new Resvg(svg, { font }).getBBox()?.width ?? 0
}

it.each([
  'salient interactions a sample',
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
