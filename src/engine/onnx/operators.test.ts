import { describe, expect, it } from 'vitest'
import { relativeError } from '../conformance/compare.js'
import { caseFeeds, caseProgram, operatorCases } from '../conformance/operatorCases.js'
import { interpret } from '../reference/interpret.js'
import { runProgram } from './program.js'

describe('every operator on the CPU against the float64 reference', () => {
  it.each(operatorCases.map((each) => [each.name, each] as const))(
    '%s',
    async (_name, operatorCase) => {
      const program = caseProgram(operatorCase)
      const feeds = caseFeeds(operatorCase, program)
      const exact = interpret(
        program.nodes,
        Object.fromEntries(
          Object.entries(feeds).map(([name, { shape, data }]) => [
            name,
            { shape, data: Float64Array.from(data) },
          ]),
        ),
      )
      const outputs = await runProgram(program, feeds, 'cpu')
      for (const [output, value] of Object.entries(program.outputs)) {
        const error = relativeError(outputs[output], exact.get(value)!.data)
        expect(error, output).toBeLessThan(2e-6)
      }
    },
  )
})
