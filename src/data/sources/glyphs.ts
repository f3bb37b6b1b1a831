/** The data source `glyphs`: digit-like images drawn by the program itself, without any files. */
import type { DataConfig } from '../../config/data.js'
import { type Generator, stream } from '../../core/random.js'
import type { RawData } from '../raw.js'

type GlyphsConfig = Extract<DataConfig, { source: 'glyphs' }>

type Point = readonly [number, number]

/** Strokes of the digits 0 to 9 as polylines in the unit square, y downwards. */
const strokes: readonly (readonly (readonly Point[])[])[] = [
  [arc(0.5, 0.5, 0.24, 0.36, 0, 360)],
  [line(0.36, 0.26, 0.54, 0.12), line(0.54, 0.12, 0.54, 0.88)],
  [arc(0.5, 0.32, 0.23, 0.2, 180, 390), line(0.7, 0.42, 0.27, 0.87), line(0.27, 0.87, 0.75, 0.87)],
  [arc(0.47, 0.31, 0.22, 0.19, 200, 450), arc(0.47, 0.69, 0.25, 0.2, 270, 520)],
  [line(0.6, 0.12, 0.24, 0.62), line(0.24, 0.62, 0.8, 0.62), line(0.62, 0.4, 0.62, 0.9)],
  [
    line(0.72, 0.13, 0.33, 0.13),
    line(0.33, 0.13, 0.3, 0.45),
    arc(0.47, 0.65, 0.25, 0.23, 230, 510),
  ],
  [arc(0.62, 0.5, 0.34, 0.4, 180, 270), arc(0.5, 0.67, 0.22, 0.21, 0, 360)],
  [line(0.24, 0.14, 0.77, 0.14), line(0.77, 0.14, 0.42, 0.88)],
  [arc(0.5, 0.31, 0.19, 0.18, 0, 360), arc(0.5, 0.69, 0.23, 0.2, 0, 360)],
  [arc(0.5, 0.33, 0.22, 0.21, 0, 360), arc(0.38, 0.5, 0.34, 0.4, 0, 80)],
]

function line(x0: number, y0: number, x1: number, y1: number): Point[] {
  return [
    [x0, y0],
    [x1, y1],
  ]
}

/** Part of an ellipse from one angle to another, in degrees, clockwise from the right. */
function arc(x: number, y: number, a: number, b: number, from: number, to: number): Point[] {
  const steps = Math.ceil((to - from) / 20)
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180
    return [x + a * Math.cos(angle), y + b * Math.sin(angle)] as const
  })
}

/** Digit-like images [1, size, size] with values near 0 (paper) to 1 (ink); row i shows digit i mod 10. */
export function openGlyphs(data: GlyphsConfig): RawData {
  const labelsOf = (count: number) => Int32Array.from({ length: count }, (_, row) => row % kinds)
  // Only the digits asked for are drawn, in turn, so that every class has equally many.
  const shown = (data.classes ?? [...strokes.keys()]).map(Number)
  const known = shown.every((digit) => strokes[digit] !== undefined)
  const kinds = known ? shown.length : strokes.length
  const draw = (rows: Int32Array, split: string) => {
    const plane = data.size ** 2
    const images = new Float32Array(rows.length * plane)
    const source = stream(data.seed, 'glyphs', split)
    for (const [position, row] of rows.entries()) {
      const digit = known ? shown[row % kinds] : row % kinds
      drawDigit(
        digit,
        data,
        source.at(row),
        images.subarray(position * plane, (position + 1) * plane),
      )
    }
    return images
  }
  const toDigits = (labels: Int32Array) => (known ? labels.map((label) => shown[label]) : labels)
  return {
    kind: 'image',
    shape: [1, data.size, data.size],
    classes: strokes.map((_, digit) => String(digit)),
    trainLabels: toDigits(labelsOf(data.train)),
    testLabels: toDigits(labelsOf(data.test)),
    read: async (trainRows, testRows) => ({
      train: draw(trainRows, 'train'),
      test: draw(testRows, 'test'),
    }),
  }
}

/** Draws one digit with random turn, slant, scale, shift and thickness, then noise. */
export function drawDigit(
  digit: number,
  { size, distortion, pixelNoise }: Pick<GlyphsConfig, 'size' | 'distortion' | 'pixelNoise'>,
  generator: Generator,
  image: Float32Array,
): void {
  const vary = (range: number) => distortion * range * (2 * generator.uniform() - 1)
  const turn = vary(0.2)
  const slant = vary(0.25)
  const [scaleX, scaleY] = [1 + vary(0.15), 1 + vary(0.15)]
  const [shiftX, shiftY] = [vary(0.08), vary(0.08)]
  const radius = 0.045 * (1 + vary(0.4))
  const place = ([x, y]: Point): Point => {
    const [u, v] = [(x - 0.5) * scaleX + slant * (0.5 - y), (y - 0.5) * scaleY]
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
    return [0.5 + cos * u - sin * v + shiftX, 0.5 + sin * u + cos * v + shiftY]
  }
  const segments = strokes[digit].flatMap((stroke) => {
    const points = stroke.map(place)
    return points.slice(1).map((point, index) => [points[index], point] as const)
  })
  image.fill(0)
  for (const [from, to] of segments) inkSegment(image, size, radius, from, to)
  for (let pixel = 0; pixel < image.length; pixel++) image[pixel] += pixelNoise * generator.normal()
}

/** Draws one straight piece; ink fades over one pixel at the edge of the pen, and never adds up. */
function inkSegment(
  image: Float32Array,
  size: number,
  radius: number,
  from: Point,
  to: Point,
): void {
  const reach = radius * size + 1
  const range = (axis: 0 | 1): [number, number] => [
    Math.max(0, Math.floor(Math.min(from[axis], to[axis]) * size - reach)),
    Math.min(size - 1, Math.ceil(Math.max(from[axis], to[axis]) * size + reach)),
  ]
  const [left, right] = range(0)
  const [top, bottom] = range(1)
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const distance = distanceToSegment([(x + 0.5) / size, (y + 0.5) / size], from, to)
      const ink = Math.min(1, (radius - distance) * size + 0.5)
      if (ink > image[y * size + x]) image[y * size + x] = ink
    }
  }
}

function distanceToSegment([x, y]: Point, [x0, y0]: Point, [x1, y1]: Point): number {
  const [dx, dy] = [x1 - x0, y1 - y0]
  const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)
  const t = Math.min(1, Math.max(0, along))
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy)
}
