/** Which output stands for which class, by lists, names, numbers and order. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText } from '../../formats/text.js'
import { classOutputs, parseClassList } from './classOutputs.js'

const file = 'm.onnx'
const outputsOf = (...args: Parameters<typeof classOutputs>) => [...classOutputs(...args).outputs]

describe('classOutputs', () => {
  it('takes whole numbers for the numbers of outputs, in any order and with any others missing', () => {
    const numbers = fc.uniqueArray(fc.nat(19), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(numbers, fc.constantFrom('', '.0', '.00'), (found, suffix) => {
        const classes = found.map((number) => `${number}${suffix}`)
        expect(outputsOf({ file, classes, width: 20 })).toEqual(found)
      }),
    )
    expect(classOutputs({ file, classes: ['0', '1', '2'], width: 3 })).not.toHaveProperty('remark')
    expect(classOutputs({ file, classes: ['1', '3'], width: 4 }).remark).toMatch(
      /by their numbers: 1, 3 \(of 4 outputs\)/,
    )
    expect(classOutputs({ file, classes: ['0', '1'], width: 1001 }).remark).toMatch(/of 1001/)
    expect(outputsOf({ file, classes: ['0', '1'], width: 1 })).toEqual([0, 1])
  })

  it('takes other names in their order among all of their source, and says which is which', () => {
    const cats = { file, classes: ['cat', 'dog'], width: 10 }
    expect(outputsOf(cats)).toEqual([0, 1])
    expect(outputsOf({ ...cats, numbers: [3, 5] })).toEqual([3, 5])
    expect(classOutputs({ ...cats, numbers: [3, 5] }).remark).toMatch(/cat = 3, dog = 5/)
    expect(outputsOf({ file, classes: ['-1', '1'], width: 2 })).toEqual([0, 1])
  })

  it('follows names that the model holds, and a list before them', () => {
    const known = { file, classes: ['1', '3'], width: 2, own: ['1', '3'] }
    expect(outputsOf(known)).toEqual([0, 1])
    expect(outputsOf({ ...known, listed: ['3', '1'] })).toEqual([1, 0])
    expect(outputsOf({ file, classes: ['b', 'a'], width: 3, own: ['a', 'c', 'b'] })).toEqual([2, 0])
    // Numbers are the same, however they are written.
    expect(outputsOf({ file, classes: ['1.0', '2.0'], width: 3, own: ['1', '2', '3'] })).toEqual([
      0, 1,
    ])
    expect(() =>
      outputsOf({ file, classes: ['1', '01', '2'], width: 3, own: ['0', '1', '2'] }),
    ).toThrow(/classes 1, 01 are the same number/)
    // Names of others are no answer, and no secret.
    const others = classOutputs({
      file,
      classes: ['Ant', 'Zebra'],
      width: 2,
      own: ['zebra', 'ant'],
    })
    expect([...others.outputs]).toEqual([0, 1])
    expect(others.remark).toMatch(
      /names its outputs zebra, ant, among which the data's Ant, Zebra are not: .*Ant = 0, Zebra = 1/,
    )
    // A model that numbers its outputs says nothing of other names.
    expect(outputsOf({ file, classes: ['no', 'yes'], width: 2, own: ['0', '1'] })).toEqual([0, 1])
  })

  it.each<[string, Parameters<typeof classOutputs>[0], RegExp]>([
    [
      'a number beyond',
      { file, classes: ['20240101', '20240115'], width: 2 },
      /"20240101" has no output/,
    ],
    [
      '1 and 2 of one output',
      { file, classes: ['1', '2'], width: 1 },
      /"2" has no output.*--classes/,
    ],
    [
      'more names than outputs',
      { file, classes: ['a', 'b', 'c'], width: 2 },
      /"c", number 2, has no output/,
    ],
    [
      'equal numbers',
      { file, classes: ['1', '2', '01'], width: 4 },
      /classes 1, 01 are the same number,.*--classes/,
    ],
    [
      'an unknown name',
      { file, classes: ['cet'], width: 2, listed: ['cat', 'dog'] },
      /no "cet".*mean "cat"/,
    ],
    [
      'a list of another length',
      { file, classes: ['cat'], width: 3, listed: ['cat', 'dog'] },
      /2 names, but m\.onnx has 3/,
    ],
    [
      'a name twice',
      { file, classes: ['crane'], width: 2, listed: ['crane', 'crane'] },
      /"crane".* twice/,
    ],
  ])('refuses %s', (_what, known, message) => {
    expect(() => classOutputs(known)).toThrow(message)
  })
})

describe('parseClassList', () => {
  it('reads lines and JSON alike', () => {
    expect(parseClassList('cat\r\ndog\r\n', 'f')).toEqual(['cat', 'dog'])
    expect(parseClassList(decodeText(Buffer.from('\uFEFFcat\n\n\n'), 'f'), 'f')).toEqual(['cat'])
    expect(parseClassList(' ["cat", 3]', 'f')).toEqual(['cat', '3'])
    expect(() => parseClassList('[1,', 'f')).toThrow(/f: this is no JSON list/)
    expect(() => parseClassList('\n', 'f')).toThrow(/no names/)
  })
})
