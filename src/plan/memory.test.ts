/** How many tasks fit in the memory of machines and cards of known size. */
import { describe, expect, it } from 'vitest'
import { leastFree } from '../executors/cardMemory.js'
import { jobsInMemory } from '../tasks/jobCount.js'
import { parseConfig } from '../testing/parseConfig.js'
import { bytesOfProcess, bytesOnCard, trainingBytes } from './memory.js'
import { planStudy } from './plan.js'
import type { TrainedNetwork } from './types.js'

const MIB = 2 ** 20

const planOf = (architecture: string, batchSize: number, shape: readonly number[]) =>
  planStudy(
    parseConfig(
      `data: { source: ${shape.length === 1 ? 'tic-tac-toe' : 'mnist'} }
model: { architecture: ${architecture}, low: 1 }
training: { batchSize: ${batchSize} }
networks: { grid: { low: [0], high: [0, 1] } }`,
      'study.yaml',
    ),
    {
      fingerprint: 'f00d',
      kind: shape.length === 1 ? 'tabular' : 'image',
      shape: [...shape],
      classes: 10,
      trainCount: 670,
      testCount: 288,
    },
  )

describe('the memory of a process', () => {
  // MiB above what Node and ONNX Runtime take, as `npm run bench:memory` measured them (bench/README.md).
  it.each([
    ['resnet20', 128, [3, 32, 32], 250],
    ['resnet20', 64, [3, 32, 32], 129],
    ['vgg11', 128, [3, 32, 32], 439],
    ['vgg11', 64, [3, 32, 32], 360],
    ['lenet', 128, [1, 28, 28], 20],
  ] as const)(
    'is at least what training %s with batches of %i took, and not many times that',
    (architecture, batch, shape, measured) => {
      const plan = planOf(architecture, batch, shape)
      const bytes = trainingBytes(plan.networks[0] as TrainedNetwork, plan.data)
      expect(bytes).toBeGreaterThan(measured * MIB)
      expect(bytes).toBeLessThan(5 * measured * MIB)
      expect(bytesOfProcess(plan)).toBeGreaterThan(100 * MIB + bytes)
    },
  )

  it('bounds how many run at once, to one at least', () => {
    const memory = { name: 'memory', each: 128 * MIB, free: 1024 * MIB }
    expect(jobsInMemory(4, [memory])).toEqual({ jobs: 4 })
    expect(jobsInMemory(4, [{ ...memory, free: 0 }]).jobs).toBe(1)
    expect(jobsInMemory(64, [memory])).toEqual({
      jobs: 8,
      reason: '8 tasks at once, not 64: each takes about 128 MiB of memory, and 1024 MiB are free',
    })
    const card = { name: "the GPU's memory", each: 700 * MIB, free: 2800 * MIB }
    for (const memories of [
      [memory, card],
      [card, memory],
    ])
      expect(jobsInMemory(64, memories)).toEqual({
        jobs: 4,
        reason:
          "4 tasks at once, not 64: each takes about 700 MiB of the GPU's memory, and 2800 MiB are free",
      })
  })

  it('of a card holds the training set and the network', () => {
    const plan = planOf('vgg11', 128, [3, 32, 32])
    const more = { ...plan, data: { ...plan.data, trainCount: 50_670 } }
    expect(bytesOnCard(more) - bytesOnCard(plan)).toBe(4 * 50_000 * 3 * 32 * 32)
    expect(bytesOnCard(plan)).toBeGreaterThan(
      trainingBytes(plan.networks[0] as TrainedNetwork, plan.data) + 4 * 670 * 3 * 32 * 32,
    )
  })

  it('of the fullest card counts, and of none where one does not tell', () => {
    expect(leastFree('81004\n512\n79001\n')).toBe(512 * MIB)
    expect(leastFree('81004\n[N/A]\n')).toBeUndefined()
    expect(leastFree('')).toBeUndefined()
  })
})
