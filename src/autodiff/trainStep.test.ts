import { describe, expect, it } from 'vitest'
import { exampleModel } from '../models/examples.js'
import type { Optimizer } from './recipe.js'
import { compileTrainStep } from './trainStep.js'

const optimizers: readonly Optimizer[] = [
  { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 5e-4 },
  { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 },
  { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-2 },
  { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-2 },
]

describe('a compiled training step', () => {
  it.each(optimizers.map((optimizer) => [JSON.stringify(optimizer), optimizer] as const))(
    'reads a slot for nothing but its next value, so that that can be written in its place: %s',
    (_name, optimizer) => {
      const recipe = { batchSize: 4, optimizer, labelSmoothing: 0.1, frozenBlocks: [] }
      const { program, slots, next } = compileTrainStep(exampleModel('custom').graph, recipe)
      const inputsOf = new Map(program.nodes.map(({ name, inputs }) => [name, inputs]))
      const ancestors = (value: string): Set<string> => {
        const found = new Set<string>()
        const visit = (name: string) => {
          if (found.has(name)) return
          found.add(name)
          inputsOf.get(name)?.forEach(visit)
        }
        visit(value)
        return found
      }
      expect(Object.keys(slots).length).toBeGreaterThan(0)
      for (const slot of Object.keys(slots)) {
        const readers = program.nodes.filter(({ inputs }) => inputs.includes(slot))
        const before = ancestors(next[slot])
        expect(readers.length).toBeGreaterThan(0)
        for (const { name } of readers) expect(before).toContain(name)
      }
    },
  )
})
