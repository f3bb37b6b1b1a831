import { describe, expect, it } from 'vitest'
import { testedDevices } from '../testing/devices.js'
import { operatorCases, tiedCases } from '../testing/operatorCases.js'
import { errorsOf } from '../testing/operatorErrors.js'
import { sweepCases } from '../testing/sweepCases.js'

const cases = [...operatorCases, ...tiedCases, ...sweepCases].map(
  (each) => [each.name, each] as const,
)

describe.each(testedDevices)('every operator on %s against the float64 reference', (device) => {
  it.each(cases)('%s', async (_name, operatorCase) => {
    for (const [output, error] of await errorsOf(operatorCase, device)) {
      expect(error, output).toBeLessThan(device === 'cpu' ? 2e-6 : 1e-5)
    }
  })
})

describe('every operator in plain forms on the CPU against the float64 reference', () => {
  it.each(cases.filter(([name]) => /^(convolution|pooling|batch)/.test(name)))(
    '%s',
    async (_name, operatorCase) => {
      for (const [output, error] of await errorsOf(operatorCase, 'cpu', {})) {
        expect(error, output).toBeLessThan(2e-6)
      }
    },
  )
})
