/** Fast algorithms of small correlations against the plain sums. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { axisFiltering, type Filtering, imageFiltering, type Matrix } from './filtering.js'

const dot = (row: readonly number[], vector: readonly number[]) =>
  row.reduce((sum, weight, index) => sum + weight * vector[index], 0)

const apply = (matrix: Matrix, vector: readonly number[]) => matrix.map((row) => dot(row, vector))

/** y = C ((G g) ⊙ (B x)), each transform of the taps with all its tiles. */
function filtered(filtering: Filtering, taps: readonly number[], pixels: readonly number[]) {
  const weights = apply(filtering.taps, taps)
  const values = apply(filtering.pixels, pixels)
  const products = values.map(
    (value, index) => value * weights[Math.floor(index / filtering.tiles)],
  )
  return apply(filtering.results, products)
}

/** The definition: every result is the sum of the 3×3 pixels around it, 0 outside the image. */
function correlated(
  [height, width]: readonly number[],
  taps: readonly number[],
  pixels: readonly number[],
) {
  const sums: number[] = []
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0
      for (const a of [-1, 0, 1]) {
        for (const b of [-1, 0, 1]) {
          const [y, x] = [row + a, column + b]
          const isInside = y >= 0 && y < height && x >= 0 && x < width
          if (isInside) sum += taps[3 * (a + 1) + b + 1] * pixels[y * width + x]
        }
      }
      sums.push(sum)
    }
  }
  return sums
}

describe('bilinear algorithms of small correlations', () => {
  it('give the plain sums, exactly for numbers that halves hold', () => {
    const extent = fc.integer({ min: 1, max: 9 })
    const numbers = fc.infiniteStream(fc.integer({ min: -8, max: 8 }))
    fc.assert(
      fc.property(extent, extent, numbers, (height, width, stream) => {
        const draw = (count: number) => [...stream.take(count)]
        const [taps, pixels] = [draw(9), draw(height * width)]
        const image = imageFiltering(axisFiltering(height), axisFiltering(width))
        const sums = correlated([height, width], taps, pixels)
        // Without the sign of zeros.
        expect(filtered(image, taps, pixels).map((y) => y + 0)).toEqual(sums.map((y) => y + 0))
      }),
    )
  })

  it.each([
    [1, 1],
    [2, 9],
    [4, 64],
    [8, 256],
  ])('take few products: images of %i×%i pixels take %i', (pixels, products) => {
    const axis = axisFiltering(pixels)
    const image = imageFiltering(axis, axis)
    expect(image.products * image.tiles).toBe(products)
  })
})
