import { describe, expect, it } from 'vitest'
import { batchOrder } from './batches.js'
import { logSpacedSteps } from './checkpointSteps.js'

describe('batch order', () => {
  it('shows every row once an epoch, across batch boundaries', () => {
    const rows = 10
    const batchOf = batchOrder(7, rows, 4)
    const seen = Array.from({ length: 5 }, (_, step) => [...batchOf(step)]).flat()
    expect([...seen.slice(0, rows)].sort((a, b) => a - b)).toEqual([...Array(rows).keys()])
    expect([...seen.slice(rows)].sort((a, b) => a - b)).toEqual([...Array(rows).keys()])
    expect(seen.slice(0, rows)).not.toEqual(seen.slice(rows))
  })

  it('follows from the step alone', () => {
    const forwards = batchOrder(7, 10, 4)
    for (let step = 0; step < 9; step++) forwards(step)
    expect(forwards(3)).toEqual(batchOrder(7, 10, 4)(3))
    expect(batchOrder(8, 10, 4)(3)).not.toEqual(forwards(3))
  })
})

describe('log-spaced steps', () => {
  it('start at 0, end at the end and are even in log(1 + epoch)', () => {
    const stepsPerEpoch = 1000
    const steps = logSpacedSteps(12, 60 * stepsPerEpoch, stepsPerEpoch)
    expect(steps).toHaveLength(12)
    expect(steps[0]).toBe(0)
    expect(steps[11]).toBe(60_000)
    const logs = steps.map((step) => Math.log(1 + step / stepsPerEpoch))
    for (let index = 1; index < 12; index++) {
      expect(logs[index] - logs[index - 1]).toBeCloseTo(Math.log(61) / 11, 2)
    }
  })

  it('never list a step twice in a short run', () => {
    expect(logSpacedSteps(12, 3, 1)).toEqual([0, 1, 2, 3])
  })
})
