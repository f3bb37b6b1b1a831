/** Every operator in ONNX Runtime, on every tested device, against the float64 reference. */
import { describe, expect, it } from 'vitest'
import { testedDevices } from '../testing/devices.js'
import { operatorCases, tiedCases } from '../testing/operatorCases.js'
import { errorsOf } from '../testing/operatorErrors.js'
import { sweepCases } from '../testing/sweepCases.js'

const cases = [...operatorCases, ...tiedCases, ...sweepCases].map(
  (each) => [each.name, each] as const,
)

/** Operators that CPUs have forms of their own for, which are written in plain ones, too. */
const withForms = /^(convolution|residual|(max|average) pooling|batch)/

describe.each(testedDevices)('every operator on %s against the float64 reference', (device) => {
  it.each(cases)('%s', async (name, operatorCase) => {
    const targets = device === 'cpu' && withForms.test(name) ? [undefined, {}] : [undefined]
    for (const [output, error] of await errorsOf(operatorCase, device, targets)) {
      expect(error, output).toBeLessThan(device === 'cpu' ? 2e-6 : 1e-5)
    }
  })
})
