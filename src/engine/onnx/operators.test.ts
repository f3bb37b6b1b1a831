import { describe, expect, it } from 'vitest'
import { relativeError } from '../conformance/compare.js'
import { testedDevices } from '../conformance/devices.js'
import {
  caseFeeds,
  caseProgram,
  type OperatorCase,
  operatorCases,
  tiedCases,
} from '../conformance/operatorCases.js'
import { sweepCases } from '../conformance/sweepCases.js'
import { interpret } from '../reference/interpret.js'
import type { DeviceName } from '../types.js'
import { dataTypes, decodeModel } from './format.js'
import { encodeProgram, type Target } from './model.js'
import { runProgram } from './testing/runProgram.js'

const cases = [...operatorCases, ...tiedCases, ...sweepCases].map(
  (each) => [each.name, each] as const,
)

/** Largest relative error of a case's outputs, each with its name. */
async function errorsOf(
  operatorCase: OperatorCase,
  device: DeviceName,
  target?: Target,
): Promise<[string, number][]> {
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
  const outputs = await runProgram(program, feeds, device, target)
  return Object.entries(program.outputs).map(([output, value]) => [
    output,
    relativeError(outputs[output], exact.get(value)!.data),
  ])
}

describe.each(testedDevices)('every operator on %s against the float64 reference', (device) => {
  it.each(cases)('%s', async (_name, operatorCase) => {
    for (const [output, error] of await errorsOf(operatorCase, device)) {
      expect(error, output).toBeLessThan(device === 'cpu' ? 2e-6 : 1e-5)
    }
  })
})

describe('forms for CUDA, on the CPU', () => {
  it.each(cases.filter(([name]) => /^(convolution|dense|product)/.test(name)))(
    '%s',
    async (_name, operatorCase) => {
      const target = { formsForCuda: true }
      for (const [output, error] of await errorsOf(operatorCase, 'cpu', target)) {
        expect(error, output).toBeLessThan(2e-6)
      }
    },
  )

  it.each(cases.filter(([name]) => /^(dense|product)/.test(name)))(
    '%s multiplies in float64',
    (_name, operatorCase) => {
      const program = caseProgram(operatorCase)
      const { graph } = decodeModel(encodeProgram(program, { formsForCuda: true }))
      const casts = new Map(
        graph.node
          .filter(({ opType }) => opType === 'Cast')
          .map(({ output, attribute }) => [output[0], attribute[0].i]),
      )
      const products = graph.node.filter(({ opType }) => /Gemm|MatMul/.test(opType))
      expect(products.length).toBeGreaterThan(0)
      for (const { input } of products) {
        for (const factor of input) expect(casts.get(factor)).toBe(dataTypes.float64)
      }
    },
  )
})
