/** Inputs as pictures, and interactions drawn on their players. */
import { PNG } from 'pngjs'
import { playersOf } from '../../core/subset.js'
import type { Drawing } from '../types.js'
import { escapeHtml } from './escape.js'
import { playerPaths } from './regions.js'

/** Draws one input again and again with other players lit up. */
export interface Drawer {
  /** What has to stand once on the page before the drawings: the image's pixels. */
  readonly definitions: string
  /** The input with the players of `mask` in full light, the others dimmed; all players without. */
  draw(mask: number | undefined, sign: 'positive' | 'negative' | undefined): string
}

/** `id` must be unique on the page. */
export function drawerOf(drawing: Drawing, n: number, id: string): Drawer {
  if (drawing.kind === 'image') return imageDrawer(drawing, n, id)
  return {
    definitions: '',
    draw: (mask, sign) => cells(drawing, mask, sign),
  }
}

function imageDrawer(drawing: Extract<Drawing, { kind: 'image' }>, n: number, id: string): Drawer {
  const { width, height, players } = drawing
  const paths = playerPaths(players, width, n)
  const box = `M0 0h${width}v${height}h${-width}z`
  return {
    definitions: `<svg width="0" height="0" class="definitions" aria-hidden="true"><defs><image id="${id}" width="${width}" height="${height}" href="${pngUri(drawing)}" style="image-rendering:pixelated"/></defs></svg>`,
    draw(mask, sign) {
      const members = mask === undefined ? [...paths.keys()] : playersOf(mask)
      const region = members.map((player) => paths[player]).join('')
      const dim =
        mask === undefined ? '' : `<path class="dim" fill-rule="evenodd" d="${box}${region}"/>`
      const outline = `<path class="outline ${sign ?? 'all'}" d="${region}"/>`
      return `<svg class="input" viewBox="0 0 ${width} ${height}" aria-hidden="true"><use href="#${id}"/>${dim}${outline}</svg>`
    },
  }
}

function pngUri({ width, height, pixels }: Extract<Drawing, { kind: 'image' }>): string {
  const png = new PNG({ width, height })
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++)
      png.data[4 * at + channel] = pixels[3 * at + channel]
    png.data[4 * at + 3] = 255
  }
  return `data:image/png;base64,${PNG.sync.write(png).toString('base64')}`
}

function cells(
  drawing: Exclude<Drawing, { kind: 'image' }>,
  mask: number | undefined,
  sign: 'positive' | 'negative' | undefined,
): string {
  // Of a table of many features those that are never masked would hide the others.
  const drawn =
    drawing.kind === 'row' ? drawing.cells.filter(({ player }) => player >= 0) : drawing.cells
  const left = drawing.cells.length - drawn.length
  const parts = drawn.map(({ name, value, player }) => {
    const lit = mask !== undefined && player >= 0 && (mask & (1 << player)) !== 0
    const state =
      mask === undefined ? (player >= 0 ? 'player' : '') : lit ? `lit ${sign ?? ''}` : 'off'
    const text = drawing.kind === 'row' ? `${name} ${value}` : value
    return `<span class="cell ${state}" title="${escapeHtml(name)}">${escapeHtml(text) || '&nbsp;'}</span>`
  })
  const rest =
    mask === undefined && left > 0
      ? `<span class="small">${left} other feature${left === 1 ? ' is' : 's are'} never masked</span>`
      : ''
  return `<span class="cells ${drawing.kind}">${parts.join('')}${rest}</span>`
}
