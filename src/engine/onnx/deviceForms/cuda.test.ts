/** The forms of operators for CUDA against the float64 reference, computed on the CPU. */
import { describe, expect, it } from 'vitest'
import { caseProgram, operatorCases } from '../../testing/operatorCases.js'
import { errorsOf } from '../../testing/operatorErrors.js'
import { sweepCases } from '../../testing/sweepCases.js'
import { dataTypes, decodeModel } from '../format.js'
import { encodeProgram } from '../model.js'
import { cudaForms, float64CudaForms } from './cuda.js'

const cases = [...operatorCases, ...sweepCases].map((each) => [each.name, each] as const)
const inFloat32 = { forms: { nodes: cudaForms } }
const inFloat64 = { forms: { nodes: float64CudaForms } }

describe('forms for CUDA, on the CPU', () => {
  it.each(cases.filter(([name]) => /^(convolution|dense|product)/.test(name)))(
    '%s',
    async (_name, operatorCase) => {
      for (const [output, error] of await errorsOf(operatorCase, 'cpu', [inFloat32, inFloat64])) {
        expect(error, output).toBeLessThan(2e-6)
      }
    },
  )

  it.each(cases.filter(([name]) => /^(dense|product)/.test(name)))(
    '%s multiplies in float64',
    (_name, operatorCase) => {
      const program = caseProgram(operatorCase)
      const { graph } = decodeModel(encodeProgram(program, inFloat64))
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
