/** The solver's WebAssembly kernel against plain linear algebra, and its binary against its source. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { kernelBinarySource } from '../../../scripts/buildKernel.mjs'
import { stream } from '../../core/random.js'
import { createKernel } from './kernel.js'
import { applyNormalMatrix } from './normalMatrix.js'
import { cascade, spinBlocks } from './schur.js'

describe('the Schur cascade', () => {
  it.each([1, 2, 5, 10])('places every entry of %i players once', (n) => {
    const total = spinBlocks(n, n).reduce((sum, { twoJ, paths }) => sum + (twoJ + 1) * paths, 0)
    expect(total).toBe(2 ** n)
    cascade(n).steps.forEach((step, level) => {
      const width = 2 ** (n - level - 1)
      const seen = new Set<number>()
      const see = (first: number, paths: number) => {
        for (let path = 0; path < paths; path++) seen.add(first + path * width)
      }
      for (const { plus, minus, paths } of step.rotations) {
        see(plus, paths)
        see(minus, paths)
      }
      for (const { to, paths } of step.copies) see(to, paths)
      expect(seen.size * width).toBe(2 ** n)
    })
  })
})

describe('the kernel', () => {
  it.each([1, 2, 3, 4, 5, 8, 10])('solves K x = b for %i players', (n) => {
    const kernel = createKernel(n)
    for (const weight of [0, 2, 0.25, 64]) {
      kernel.setNoiseWeight(weight)
      const generator = stream(n, 'right side').at()
      const right = Float64Array.from({ length: 2 ** n }, () => generator.normal())
      kernel.multiplier.set(right)
      if (weight === 0) kernel.solveWithoutNoise()
      else kernel.solve()
      const image = applyNormalMatrix(kernel.multiplier.slice(), weight)
      for (let mask = 0; mask < 2 ** n; mask++) {
        expect(Math.abs(image[mask] - right[mask])).toBeLessThan(1e-7)
      }
    }
  })

  it('is what its source compiles to', async () => {
    const committed = readFileSync(new URL('./kernelBinary.ts', import.meta.url), 'utf8')
    expect(committed).toBe(await kernelBinarySource())
  })
})
