/** PNG and JPEG files against what Pillow reads from them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeImage } from './decode.js'

/** Files that Pillow 13 wrote, and what its `open(file).convert('RGB')` makes of them. */
interface Picture {
  readonly file: string
  readonly height?: number
  readonly width?: number
  readonly rgb?: readonly number[]
}
const pictures: Readonly<Record<string, Picture>> = JSON.parse(
  readFileSync(new URL('./pillow.golden.json', import.meta.url), 'utf8'),
)
const bytesOf = (name: string) => Buffer.from(pictures[name].file, 'base64')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-pictures-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function decode(bytes: Uint8Array) {
  const file = join(folder, 'picture')
  writeFileSync(file, bytes)
  return decodeImage(file, 3)
}

/** Bytes of red, green and blue, pixel after pixel. */
function interleaved({ planes }: { planes: Float32Array }): number[] {
  const pixels = planes.length / 3
  return Array.from(planes, (_, at) => planes[(at % 3) * pixels + Math.floor(at / 3)] * 255)
}

describe('pictures', () => {
  const readable = Object.entries(pictures).filter(([, { rgb }]) => rgb !== undefined)

  // Decoders may round the colour transform of JPEG by two steps of 255 otherwise.
  it.each(readable)('have the colours that Pillow reads: %s', async (name, picture) => {
    const image = await decode(bytesOf(name))
    expect([image.height, image.width]).toEqual([picture.height, picture.width])
    const tolerance = name.startsWith('png') ? 1e-4 : 2.01
    const largest = interleaved(image).reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (picture.rgb?.[at] ?? Number.NaN))),
      0,
    )
    expect(largest).toBeLessThan(tolerance)
  })

  it('say where they are transparent, turned, or have fewer samples of colour', async () => {
    for (const name of Object.keys(pictures).filter((name) => !name.startsWith('refused'))) {
      const { traits } = await decode(bytesOf(name))
      expect([name, traits]).toEqual([
        name,
        {
          hasTransparency: /alpha|transparent/.test(name),
          isTurned: name.includes('EXIF'),
          isSubsampled: name.includes('4:2:0'),
        },
      ])
    }
  })

  it('keep the numbers that files without any of this have always had', async () => {
    const { planes } = await decode(bytesOf('png rgb'))
    const [red] = pictures['png rgb'].rgb ?? []
    expect(planes[0]).toBe(Math.fround(red / 255))
  })
})

describe('pictures that are not read', () => {
  /** A baseline file with one byte of its frame's segment changed. */
  function withFrame(offset: number, value: number): Buffer {
    const bytes = bytesOf('jpeg YCbCr')
    bytes[bytes.indexOf(Buffer.from([0xff, 0xc0])) + offset] = value
    return bytes
  }

  it.each<[string, Uint8Array, RegExp]>([
    ['four inks', bytesOf('refused: jpeg CMYK'), /picture is a JPEG file with four inks/],
    ['16 bits', bytesOf('refused: png of 16 bits'), /is a PNG file of 16 bits per channel/],
    ['12 bits', withFrame(4, 12), /is a JPEG file with 12 bits per sample/],
    ['lossless', withFrame(1, 0xc3), /with lossless coding, .*: save it as/],
    ['hierarchical', withFrame(1, 0xc6), /with hierarchical coding/],
    ['arithmetic coding', withFrame(1, 0xc9), /with arithmetic coding/],
    ['two components', withFrame(9, 2), /with 2 components/],
  ])('are refused by name: %s', async (_, bytes, message) => {
    await expect(decode(bytes)).rejects.toThrow(message)
  })

  it.each(['jpeg YCbCr', 'jpeg YCbCr, progressive', 'jpeg grey', 'png rgb', 'png interlaced'])(
    'are those cut short anywhere: %s',
    async (name) => {
      const bytes = bytesOf(name)
      for (let length = 0; length < bytes.length; length += 3) {
        await expect(decode(bytes.subarray(0, length))).rejects.toThrow(/picture is damaged/)
      }
    },
  )
})
