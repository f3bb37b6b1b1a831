import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convolvedExtent } from '../../../graph/operators/convolution.js'
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

interface Geometry {
  readonly kernel: readonly [number, number]
  readonly extents: readonly [number, number]
  readonly stride: number
  readonly padding: number
}

/** The definition: every result is the sum of the pixels under the taps, 0 outside the image. */
function correlated(
  { kernel, extents, stride, padding }: Geometry,
  results: readonly number[],
  taps: readonly number[],
  pixels: readonly number[],
) {
  const sums: number[] = []
  for (let row = 0; row < results[0]; row++) {
    for (let column = 0; column < results[1]; column++) {
      let sum = 0
      for (let a = 0; a < kernel[0]; a++) {
        for (let b = 0; b < kernel[1]; b++) {
          const [y, x] = [row * stride + a - padding, column * stride + b - padding]
          const isInside = y >= 0 && y < extents[0] && x >= 0 && x < extents[1]
          if (isInside) sum += taps[a * kernel[1] + b] * pixels[y * extents[1] + x]
        }
      }
      sums.push(sum)
    }
  }
  return sums
}

const extent = fc.integer({ min: 1, max: 9 })
const tap = fc.integer({ min: 1, max: 5 })
const minimal = fc.record({
  kernel: fc.constant<[number, number]>([3, 3]),
  extents: fc.tuple(extent, extent),
  stride: fc.constant(1),
  padding: fc.constant(1),
})
const any = fc.record({
  kernel: fc.tuple(tap, tap),
  extents: fc.tuple(extent, extent),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 3 }),
})

describe('bilinear algorithms of small correlations', () => {
  it('give the plain sums, exactly for numbers that halves hold', () => {
    fc.assert(
      fc.property(
        fc.oneof(minimal, any),
        fc.infiniteStream(fc.integer({ min: -8, max: 8 })),
        (geometry, stream) => {
          const { kernel, extents } = geometry
          const results = extents.map((each, axis) => convolvedExtent(each, kernel[axis], geometry))
          fc.pre(results.every((count) => count > 0))
          const draw = (count: number) => [...stream.take(count)]
          const [taps, pixels] = [draw(kernel[0] * kernel[1]), draw(extents[0] * extents[1])]
          const [rows, columns] = [0, 1].map((axis) =>
            axisFiltering({
              ...geometry,
              extent: extents[axis],
              kernel: kernel[axis],
              results: results[axis],
            }),
          )
          expect(filtered(imageFiltering(rows, columns), taps, pixels).map((y) => y + 0)).toEqual(
            correlated(geometry, results, taps, pixels).map((y) => y + 0),
          )
        },
      ),
    )
  })

  it.each([
    [1, 1],
    [2, 9],
    [4, 64],
    [8, 256],
  ])('take few products for 3×3 taps: images of %i×%i pixels take %i', (pixels, products) => {
    const axis = axisFiltering({
      extent: pixels,
      kernel: 3,
      stride: 1,
      padding: 1,
      results: pixels,
    })
    const image = imageFiltering(axis, axis)
    expect(image.products * image.tiles).toBe(products)
  })

  it('leaves out taps that never meet a pixel', () => {
    const axis = axisFiltering({ extent: 1, kernel: 5, stride: 1, padding: 2, results: 1 })
    expect(axis.products).toBe(1)
  })
})
