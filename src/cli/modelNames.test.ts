/** Names made from model files against the names that studies take: all different, whatever the files are called. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fileName } from '../config/fields.js'
import { modelNames } from './modelNames.js'

it('networks are named by their files, and by their folders where files are named alike', () => {
  expect(modelNames(['nets/a.onnx', 'nets/b.onnx'])).toEqual(['a', 'b'])
  expect(modelNames(['a0/64.onnx', 'a1/64.onnx', 'a1/8.onnx'])).toEqual(['a0-64', 'a1-64', '8'])
  expect(modelNames(['a/b/x.onnx', 'c/b/x.onnx', 'b-x.onnx'])).toEqual(['b-x', 'b-x_2', 'b-x_3'])
  expect(modelNames(['my net (1).onnx', '.hidden.onnx'])).toEqual(['my-net-1-', 'hidden'])
  expect(modelNames([`${'x'.repeat(120)}.onnx`])).toEqual(['x'.repeat(100)])
})

it('names are different, and names that a study takes, whatever files are called', () => {
  const part = fc.string({ unit: fc.constantFrom('a', '2', '_', '.', '-', ' ', 'é'), minLength: 1 })
  fc.assert(
    fc.property(fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 8 }), (paths) => {
      const names = modelNames(paths.map(([folder, file]) => `x${folder}/x${file}.onnx`))
      expect(new Set(names).size).toBe(paths.length)
      for (const name of names) expect(fileName.safeParse(name).success, name).toBe(true)
    }),
  )
})
