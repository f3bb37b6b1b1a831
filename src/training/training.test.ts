/** Batch order, checkpoint times and the training loop: every row once an epoch, stops where they should be. */
import { describe, expect, it } from 'vitest'
import type { Dataset } from '../data/types.js'
import { createEngine } from '../engine/registry.js'
import { drawBatch, sgdRecipe, startState } from '../engine/testing/training.js'
import { exampleModel } from '../models/testing/examples.js'
import { batchOrder } from './batches.js'
import { logSpacedSteps } from './checkpointSteps.js'
import { trainLoop } from './loop.js'

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

describe('the loop', () => {
  /** Trains seven steps, whose stops after 2 and 4 leave a point to resume from; names what is done in turn. */
  async function doneBy(interruptAfter?: number): Promise<string[]> {
    const model = exampleModel('mlp-5')
    const engine = await createEngine('reference', 'cpu')
    const trainer = await engine.createTrainer(model.graph, sgdRecipe, startState(model))
    const interruption = new AbortController()
    const done: string[] = []
    const looping = trainLoop({
      trainer,
      dataset: { train: drawBatch(model, 10, 0) } as Dataset,
      batchOf: batchOrder(7, 10, sgdRecipe.batchSize),
      learningRateAt: () => 0.01,
      firstStep: 0,
      totalSteps: 7,
      stops: [2, 4, 5],
      saveEvery: -1,
      signal: interruption.signal,
      hooks: {
        atStop: async (step) => {
          done.push(`stop ${step}`)
          return step < 5
        },
        save: async (step) => {
          done.push(`save ${step}`)
        },
        progress: (step) => {
          if (step === interruptAfter) interruption.abort()
        },
      },
    })
    await looping.catch((error: Error) => done.push(error.message))
    await trainer.dispose()
    return done
  }

  it('saves now and then, but not once more what a stop has saved', async () => {
    const done = await doneBy()
    expect(done.filter((what) => what.startsWith('stop'))).toEqual(['stop 2', 'stop 4', 'stop 5'])
    expect(done).toContain('save 5')
    expect(done.at(-1)).toBe('save 7')
    expect(done).not.toContain('save 2')
    expect(done).not.toContain('save 4')
  })

  it.each([
    [4, 'stop 4'],
    [5, 'save 5'],
  ])('ends after step %i when interrupted, which is saved', async (step, saved) => {
    const done = await doneBy(step)
    expect(done.slice(-2)).toEqual([
      saved,
      `interrupted after step ${step}; the run resumes from there`,
    ])
  })
})
