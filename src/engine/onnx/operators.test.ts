import { describe, expect, it } from 'vitest'
import { relativeError } from '../conformance/compare.js'
import { testedDevices } from '../conformance/devices.js'
import {
  caseFeeds,
  caseProgram,
  convolutionCase,
  operatorCases,
} from '../conformance/operatorCases.js'
import { interpret } from '../reference/interpret.js'
import { runProgram } from './program.js'

/** Channel counts, kernels and strides around which a device's convolutions have been wrong. */
const convolutionSweep = [1, 2, 3, 5, 6, 7, 9, 12, 15, 18].flatMap((channels) =>
  [4, 5, 16].flatMap((filters) => [
    convolutionCase(channels, filters, 6, 3, 1, 1),
    convolutionCase(channels, filters, 7, 3, 2, 0),
    convolutionCase(channels, filters, 5, 1, 1, 0),
    convolutionCase(channels, filters, 6, 5, 1, 2, 6),
  ]),
)

describe.each(testedDevices)('every operator on %s against the float64 reference', (device) => {
  it.each([...operatorCases, ...convolutionSweep].map((each) => [each.name, each] as const))(
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
      const outputs = await runProgram(program, feeds, device)
      for (const [output, value] of Object.entries(program.outputs)) {
        const error = relativeError(outputs[output], exact.get(value)!.data)
        expect(error, output).toBeLessThan(device === 'cpu' ? 2e-6 : 1e-5)
      }
    },
  )
})
