/**
 * Bilinear algorithms of small correlations with three taps and a zero at each end: y = C ((G g) ⊙ (B x))
 * for taps g and pixels x, with few products (Winograd, Arithmetic Complexity of Computations, 1980; Lavin &
 * Gray, Fast Algorithms for Convolutional Neural Networks, 2016, arXiv 1509.09308). The entries of B and C are
 * 0 and ±1 and those of G at most 1, so that results are as exact as those of the plain sum; algorithms of
 * larger tiles take fewer products, but F(4, 3) is twenty times less exact.
 */

export type Matrix = readonly (readonly number[])[]

/** An algorithm. Each of the `products` transforms of the taps meets one value of x in every tile. */
export interface Filtering {
  readonly products: number
  readonly tiles: number
  /** B, [products · tiles, pixels]. */
  readonly pixels: Matrix
  /** G, [products, taps]. */
  readonly taps: Matrix
  /** C, [results, products · tiles]. */
  readonly results: Matrix
}

/** The algorithm of a row of pixels. */
export function axisFiltering(extent: number): Filtering {
  if (extent === 1) return SINGLE
  return extent === 2 ? PAIR : pairsFiltering(extent)
}

/** The algorithm of an image: that of its rows within that of its columns. */
export function imageFiltering(rows: Filtering, columns: Filtering): Filtering {
  const pixels = kronecker(rows.pixels, columns.pixels)
  const results = kronecker(rows.results, columns.results)
  // Products, then tiles, each row by row; kronecker() has the products and tiles of a row together.
  const places = range(rows.products).flatMap((p) =>
    range(columns.products).flatMap((q) =>
      range(rows.tiles).flatMap((t) =>
        range(columns.tiles).map(
          (u) => ((p * rows.tiles + t) * columns.products + q) * columns.tiles + u,
        ),
      ),
    ),
  )
  return {
    products: rows.products * columns.products,
    tiles: rows.tiles * columns.tiles,
    pixels: places.map((place) => pixels[place]),
    taps: kronecker(rows.taps, columns.taps),
    results: results.map((row) => places.map((place) => row[place])),
  }
}

/** One pixel, which only the middle tap meets. */
const SINGLE: Filtering = {
  products: 1,
  tiles: 1,
  pixels: [[1]],
  taps: [[0, 1, 0]],
  results: [[1]],
}

/** Two pixels: y₀ = g₁(x₀ + x₁) + (g₂ − g₁)x₁ and y₁ = g₁(x₀ + x₁) + (g₀ − g₁)x₀, of four products three. */
const PAIR: Filtering = {
  products: 3,
  tiles: 1,
  pixels: [
    [1, 1],
    [0, 1],
    [1, 0],
  ],
  taps: [
    [0, 1, 0],
    [0, -1, 1],
    [1, -1, 0],
  ],
  results: [
    [1, 1, 0],
    [1, 0, 1],
  ],
}

/** Winograd's F(2, 3): two results of three taps from four pixels in four products. */
const TWO_OF_THREE = {
  pixels: [
    [1, 0, -1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, 1, 0, -1],
  ],
  taps: [
    [1, 0, 0],
    [0.5, 0.5, 0.5],
    [0.5, -0.5, 0.5],
    [0, 0, 1],
  ],
  results: [
    [1, 1, 1, 0],
    [0, 1, -1, -1],
  ],
}

/** A row as tiles of two results each; what lies outside the row is 0 or left out. */
function pairsFiltering(extent: number): Filtering {
  const { pixels, taps, results } = TWO_OF_THREE
  const tiles = Math.ceil(extent / 2)
  return {
    products: 4,
    tiles,
    pixels: pixels.flatMap((weights) =>
      range(tiles).map((tile) => range(extent).map((pixel) => weights[pixel + 1 - 2 * tile] ?? 0)),
    ),
    taps,
    results: range(extent).map((result) =>
      range(4).flatMap((product) =>
        range(tiles).map((tile) => results[result - 2 * tile]?.[product] ?? 0),
      ),
    ),
  }
}

export function transposed(matrix: Matrix): Matrix {
  return matrix[0].map((_, column) => matrix.map((row) => row[column]))
}

function kronecker(a: Matrix, b: Matrix): Matrix {
  return a.flatMap((row) => b.map((other) => row.flatMap((x) => other.map((y) => x * y))))
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}
