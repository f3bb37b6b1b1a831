/** Shifted and mirrored images, told apart by pixels that name their place. */
import { describe, expect, it } from 'vitest'
import { cropAndFlip } from './augment.js'

/** An image whose pixel values tell where they came from: 1 + channel·100 + y·10 + x. */
const shape = [2, 6, 6] as const
const image = Float32Array.from({ length: 72 }, (_, index) => {
  const [channel, y, x] = [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6]
  return 1 + channel * 100 + y * 10 + x
})

function augmented(seed: number, step: number, copies = 1): Float32Array {
  const batch = new Float32Array(copies * 72)
  for (let copy = 0; copy < copies; copy++) batch.set(image, copy * 72)
  cropAndFlip(seed, shape)(batch, step)
  return batch
}

describe('crop and flip', () => {
  it('moves all pixels of an image alike, up to 4 pixels, mirrored or not', () => {
    const batch = augmented(0, 0, 200)
    const seen = new Set<string>()
    for (let copy = 0; copy < 200; copy++) {
      const moves = new Set<string>()
      for (let index = 0; index < 72; index++) {
        const value = batch[copy * 72 + index]
        if (value === 0) continue
        const [y, x] = [Math.floor(index / 6) % 6, index % 6]
        const origin = value - 1
        expect(Math.floor(origin / 100)).toBe(Math.floor(index / 36))
        const [fromY, fromX] = [Math.floor((origin % 100) / 10), origin % 10]
        moves.add(`${y - fromY} ${x - fromX} ${x + fromX}`)
        expect(Math.abs(y - fromY)).toBeLessThanOrEqual(4)
      }
      const vertical = new Set([...moves].map((move) => move.split(' ')[0]))
      const shifts = new Set([...moves].map((move) => move.split(' ')[1]))
      const sums = new Set([...moves].map((move) => move.split(' ')[2]))
      expect(vertical.size).toBeLessThanOrEqual(1)
      expect(Math.min(shifts.size, sums.size)).toBeLessThanOrEqual(1)
      seen.add(`${[...vertical]} ${shifts.size <= 1 ? [...shifts] : `m${[...sums]}`}`)
    }
    expect(seen.size).toBeGreaterThan(60)
  })

  it('follows from seed and step alone', () => {
    expect(augmented(3, 17)).toEqual(augmented(3, 17))
    expect(augmented(3, 17)).not.toEqual(augmented(3, 18))
    expect(augmented(3, 17)).not.toEqual(augmented(4, 17))
  })
})
