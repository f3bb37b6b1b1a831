/** The basics (random streams, canonical JSON, subsets, durations, words) against published numbers and definitions. */
import { describe, expect, it } from 'vitest'
import { orderOf } from '../testing/orderOf.js'
import { durationInSteps, parseDuration } from './duration.js'
import { firstNames } from './firstNames.js'
import { freeArrays } from './freeArrays.js'
import { canonicalJson, contentId } from './hash.js'
import { counted, percent } from './numberWords.js'
import { type Generator, philox, stream } from './random.js'
import { grandCoalition, orders, playersFromTableLength, playersOf } from './subset.js'

describe('freeArrays', () => {
  it('frees arrays, but not those that share memory with something else', () => {
    const arena = new ArrayBuffer(32)
    const parts = [new Float32Array(arena, 0, 4), new Float32Array(arena, 16, 4)]
    const whole = new Float32Array(4)
    freeArrays([...parts, whole, whole])
    expect([...parts, whole].map(({ length }) => length)).toEqual([4, 4, 0])
  })
})

describe('philox4x32-10', () => {
  // Known answers of Random123's kat_vectors file.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('gives the published block for counter %j', (counter, key, expected) => {
    const out = new Uint32Array(4)
    philox(counter, key, out)
    expect([...out]).toEqual(expected)
  })
})

describe('streams', () => {
  it('depend on seed, role, name and substream, and on nothing else', () => {
    const head = (generator: Generator) => [generator.uint32(), generator.uint32()]
    const reference = head(stream(0, 'init', 'conv1').at())
    expect(head(stream(0, 'init', 'conv1').at())).toEqual(reference)
    expect(head(stream(1, 'init', 'conv1').at())).not.toEqual(reference)
    expect(head(stream(0, 'init', 'conv2').at())).not.toEqual(reference)
    expect(head(stream(0, 'order', 'conv1').at())).not.toEqual(reference)
    expect(head(stream(0, 'init', 'conv1').at(1))).not.toEqual(reference)
  })

  it('draw uniforms and normals with the right moments', () => {
    const generator = stream(3, 'moments').at()
    const count = 40_000
    let uniformSum = 0
    let normalSum = 0
    let normalSquares = 0
    for (let draw = 0; draw < count; draw++) {
      uniformSum += generator.uniform()
      const z = generator.normal()
      normalSum += z
      normalSquares += z * z
    }
    expect(Math.abs(uniformSum / count - 0.5)).toBeLessThan(4 / Math.sqrt(12 * count))
    expect(Math.abs(normalSum / count)).toBeLessThan(4 / Math.sqrt(count))
    expect(Math.abs(normalSquares / count - 1)).toBeLessThan(4 * Math.sqrt(2 / count))
  })

  it('permute uniformly', () => {
    const counts = new Map<string, number>()
    const generator = stream(1, 'permutations').at()
    for (let draw = 0; draw < 6000; draw++) {
      const key = generator.permutation(3).join('')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130)
  })
})

describe('canonical JSON', () => {
  it('does not depend on the order of keys and refuses what JSON cannot hold', () => {
    expect(contentId({ a: 1, b: [true, null] })).toBe(contentId({ b: [true, null], a: 1 }))
    expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}')
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(/NaN/)
  })
})

describe('subsets', () => {
  it('count and list players', () => {
    expect(playersOf(0b10110)).toEqual([1, 2, 4])
    expect(orderOf(grandCoalition(14))).toBe(14)
    expect([...orders(3)]).toEqual([0, 1, 1, 2, 1, 2, 2, 3])
    expect(playersFromTableLength(1024)).toBe(10)
    expect(playersFromTableLength(1000)).toBeUndefined()
  })
})

describe('durations', () => {
  it('read epochs and steps', () => {
    expect(durationInSteps(parseDuration('0.5ep'), 16)).toBe(8)
    expect(durationInSteps(parseDuration('500it'), 16)).toBe(500)
    expect(durationInSteps(parseDuration(3), 16)).toBe(48)
    expect(() => parseDuration('5 epochs')).toThrow(/40ep/)
  })
})

describe('words', () => {
  it('name the first of many and count the rest', () => {
    expect(firstNames(['a', 'b', 'c', 'd'])).toBe('a, b, c, d')
    expect(firstNames(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d and 1 more')
    expect(firstNames([7, 8, 9], 2)).toBe('7, 8 and 1 more')
  })

  it('count one and several, and tell shares to one decimal', () => {
    expect([0, 1, 2].map((count) => counted(count, 'cell'))).toEqual([
      '0 cells',
      '1 cell',
      '2 cells',
    ])
    expect(counted(3, 'study', 'studies')).toBe('3 studies')
    expect([0, 0.12345, 1].map(percent)).toEqual(['0.0%', '12.3%', '100.0%'])
  })
})
