/**
 * Resamples one plane [height, width] with a triangle (bilinear) filter that widens when shrinking,
 * so that no pixel is passed over: the antialiased bilinear of Pillow and torchvision.
 */
export function resamplePlane(
  plane: Float32Array,
  [height, width]: readonly [number, number],
  [toHeight, toWidth]: readonly [number, number],
): Float32Array {
  const across = resampleLines(plane, height, width, toWidth)
  const turned = transpose(across, height, toWidth)
  return transpose(resampleLines(turned, toWidth, height, toHeight), toWidth, toHeight)
}

function resampleLines(
  lines: Float32Array,
  count: number,
  length: number,
  toLength: number,
): Float32Array {
  if (length === toLength) return lines
  const out = new Float32Array(count * toLength)
  const ratio = length / toLength
  const support = Math.max(1, ratio)
  for (let to = 0; to < toLength; to++) {
    const centre = (to + 0.5) * ratio
    const first = Math.max(0, Math.floor(centre - support + 0.5))
    const end = Math.min(length, Math.floor(centre + support + 0.5))
    const weights: number[] = []
    for (let from = first; from < end; from++) {
      weights.push(Math.max(0, 1 - Math.abs((from + 0.5 - centre) / support)))
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    for (let line = 0; line < count; line++) {
      let sum = 0
      for (const [index, weight] of weights.entries()) {
        sum += weight * lines[line * length + first + index]
      }
      out[line * toLength + to] = sum / total
    }
  }
  return out
}

function transpose(plane: Float32Array, height: number, width: number): Float32Array {
  const out = new Float32Array(plane.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[x * height + y] = plane[y * width + x]
  }
  return out
}
