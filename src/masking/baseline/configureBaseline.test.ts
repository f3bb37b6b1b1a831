/** Baselines of constants from files: values, axes and files that are refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AxisOrder } from '../../data/types.js'
import { encodeNpy } from '../../formats/npy.js'
import { chooseBaseline, fileBaseline } from './configureBaseline.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-baseline-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The baseline of a file for images of three channels of 2×4 pixels. */
async function baselineOf(name: string, content: string | Uint8Array) {
  const file = join(folder, name)
  writeFileSync(file, content)
  const unused = () => Promise.reject(new Error('no moments are needed'))
  const baseline = await chooseBaseline({ file: name }, [3, 2, 4], unused, () => file)
  return [...baseline.valuesFor(new Float32Array(24))]
}

const numbers = Float32Array.from({ length: 24 }, (_, cell) => cell)
const nested = (...extents: number[]): unknown => {
  let next = 0
  const make = ([extent, ...inner]: number[]): unknown =>
    extent === undefined ? next++ : Array.from({ length: extent }, () => make(inner))
  return make(extents)
}

describe('a baseline of constants', () => {
  it.each([
    ['a .npy file of the shape of a sample', [3, 2, 4]],
    ['one with a batch axis', [1, 3, 2, 4]],
    ['one without axes', [24]],
  ])('is read from %s', async (_, shape) => {
    const bytes = encodeNpy(numbers, shape)
    expect(await baselineOf('cells.npy', bytes)).toEqual([...numbers])
  })

  it('is read from nested JSON, or with one value a channel', async () => {
    expect(await baselineOf('c.json', JSON.stringify(nested(3, 2, 4)))).toEqual([...numbers])
    const channels = [0, 1, 2].flatMap((channel) => Array<number>(8).fill(channel))
    expect(await baselineOf('c.json', '[0, 1, 2]')).toEqual(channels)
    expect(await baselineOf('c.json', '[[[0]], [[1]], [[2]]]')).toEqual(channels)
  })

  it.each([[[2, 4, 3]], [[3, 4, 2]], [[8, 3]], [[4, 6]]])(
    'whose axes %j are others than those of a sample is refused, though it has as many numbers',
    async (shape) => {
      const refusal = /shape \[\d, .*\], but what is masked has shape \[3, 2, 4\], channels first/
      const bytes = encodeNpy(numbers, shape)
      await expect(baselineOf('cells.npy', bytes)).rejects.toThrow(refusal)
      await expect(baselineOf('c.json', JSON.stringify(nested(...shape)))).rejects.toThrow(refusal)
    },
  )

  it('is refused without axes where those of the data are in another order', async () => {
    const file = join(folder, 'flat.npy')
    writeFileSync(file, encodeNpy(numbers))
    const of = (order: AxisOrder) => fileBaseline('flat.npy', [3, 2, 4], () => file, order)
    expect([...of('nchw').valuesFor(new Float32Array(24))]).toEqual([...numbers])
    expect(() => of('nhwc')).toThrow(/flat\.npy: 24 baseline values without axes .*\[3, 2, 4\]/)
    writeFileSync(file, encodeNpy(Float32Array.of(1, 2, 3)))
    expect(of('nhwc').valuesFor(new Float32Array(24))[23]).toBe(3)
  })

  it('in bytes is refused, since images in bytes become 0 to 1', async () => {
    const bytes = encodeNpy(Uint8Array.from(numbers), [3, 2, 4])
    await expect(baselineOf('bytes.npy', bytes)).rejects.toThrow(/in bytes \(uint8\).*float32/)
  })

  it.each(['[[0, 1], [2]]', '[0, "1", 2]', '{}', '[]', '[[], [], []]', '[0, null, 2]'])(
    'of JSON %s is refused',
    async (content) => {
      await expect(baselineOf('c.json', content)).rejects.toThrow(/a baseline is a \.npy file or/)
    },
  )
})
