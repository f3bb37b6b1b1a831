import { describe, expect, it } from 'vitest'
import { jobsInMemory } from '../tasks/jobCount.js'
import { parseConfig } from '../testing/parseConfig.js'
import { bytesOfProcess, trainingBytes } from './memory.js'
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
    expect(jobsInMemory(64, 128 * MIB, 1024 * MIB)).toBe(8)
    expect(jobsInMemory(4, 128 * MIB, 1024 * MIB)).toBe(4)
    expect(jobsInMemory(4, 128 * MIB, 0)).toBe(1)
  })
})
