/** Random shifts and mirrorings of training images. */
import { type Generator, stream } from '../core/random.js'

/** Largest shift of an image, in pixels, as usual for CIFAR-10 (He et al. 2016). */
const LARGEST_SHIFT = 4

/**
 * Random crop and flip of a batch of images [batch, C, H, W], in place: each image is shifted by up
 * to 4 pixels in both directions, with zeros (the training mean, after standardisation) coming in,
 * and mirrored left to right with probability ½. The draws of a step come from the stream (seed,
 * 'augmentation') alone, so that a resumed run sees the same images.
 */
export function cropAndFlip(
  seed: number,
  [channels, height, width]: readonly number[],
): (inputs: Float32Array, step: number) => void {
  const draws = stream(seed, 'augmentation')
  const size = channels * height * width
  const source = new Float32Array(size)
  return (inputs, step) => {
    const generator = draws.at(step)
    for (let start = 0; start < inputs.length; start += size) {
      const image = inputs.subarray(start, start + size)
      source.set(image)
      const down = drawShift(generator)
      const right = drawShift(generator)
      const mirrored = generator.below(2) === 1
      for (let index = 0; index < size; index++) {
        const x = index % width
        const line = Math.floor(index / width)
        const y = line % height
        const fromX = (mirrored ? width - 1 - x : x) - right
        const fromY = y - down
        const inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height
        image[index] = inside ? source[(line - y + fromY) * width + fromX] : 0
      }
    }
  }
}

function drawShift(generator: Generator): number {
  return generator.below(2 * LARGEST_SHIFT + 1) - LARGEST_SHIFT
}
