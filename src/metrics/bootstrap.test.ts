/** Bootstrap intervals: how often they cover the true mean. */
import { expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { bootstrapMeanInterval } from './bootstrap.js'
import { mean } from './descriptive.js'

const generator = () => stream(0, 'test', 'bootstrap').at()

it('covers the true mean about as often as it says, and the same in every run', () => {
  const random = stream(1, 'test', 'bootstrap coverage').at()
  let covered = 0
  for (let study = 0; study < 300; study++) {
    const values = Array.from({ length: 30 }, () => random.uniform())
    const [low, high] = bootstrapMeanInterval(values, 300, 0.9, generator()) ?? [0, 0]
    if (low <= 0.5 && 0.5 <= high) covered++
  }
  expect(covered / 300).toBeGreaterThan(0.84)
  expect(covered / 300).toBeLessThan(0.95)
})

it('lies around the mean and is a point where nothing varies', () => {
  const values = [1, 2, 4, 8]
  const [low, high] = bootstrapMeanInterval(values, 500, 0.95, generator()) ?? [0, 0]
  expect(low).toBeLessThan(mean(values) as number)
  expect(high).toBeGreaterThan(mean(values) as number)
  expect(bootstrapMeanInterval([3, 3, 3], 10, 0.95, generator())).toEqual([3, 3])
  expect(bootstrapMeanInterval([3], 10, 0.95, generator())).toBeUndefined()
})
