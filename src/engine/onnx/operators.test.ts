import { describe, expect, it } from 'vitest'
import { relativeError } from '../conformance/compare.js'
import { testedDevices } from '../conformance/devices.js'
import { caseFeeds, caseProgram, operatorCases, tiedCases } from '../conformance/operatorCases.js'
import { sweepCases } from '../conformance/sweepCases.js'
import { interpret } from '../reference/interpret.js'
import { runProgram } from './program.js'

describe.each(testedDevices)('every operator on %s against the float64 reference', (device) => {
  it.each(
    [...operatorCases, ...tiedCases, ...sweepCases].map((each) => [each.name, each] as const),
  )('%s', async (_name, operatorCase) => {
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
    const outputs = await runProgram(program, feeds, device)
    for (const [output, value] of Object.entries(program.outputs)) {
      const error = relativeError(outputs[output], exact.get(value)!.data)
      expect(error, output).toBeLessThan(device === 'cpu' ? 2e-6 : 1e-5)
    }
  })
})
