/** What `--data` makes of folders, files and names, against the configuration that is meant. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeNpz } from '../formats/npz.js'
import { tokenFile } from '../testing/tokenFile.js'
import { dataFromOption } from './dataOption.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-option-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('--data with a folder', () => {
  it('finds IDX files in a linked raw/, and takes linked class folders for classes', () => {
    for (const name of ['store', 'mnist', 'classes']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'store/train-images-idx3-ubyte.gz'), 'bytes')
    symlinkSync(join(folder, 'store'), join(folder, 'mnist/raw'))
    expect(dataFromOption(join(folder, 'mnist'))).toMatchObject({ source: 'mnist' })
    mkdirSync(join(folder, 'pictures'))
    for (const name of ['a', 'b']) {
      symlinkSync(join(folder, 'pictures'), join(folder, 'classes', name))
    }
    expect(dataFromOption(join(folder, 'classes'))).toMatchObject({ source: 'images' })
  })

  it('names a link that leads nowhere', () => {
    symlinkSync(join(folder, 'gone'), join(folder, 'raw'))
    expect(() => dataFromOption(folder)).toThrow(/raw is a symbolic link to .*gone/)
  })
})

describe('dataFromOption', () => {
  it('tells token ids, with classes or with what a language model is to give', () => {
    const rows = [
      [1, 2],
      [3, 4],
    ]
    const found = (name: string, arrays: Parameters<typeof tokenFile>[0]) => {
      const path = join(folder, name)
      writeFileSync(path, tokenFile({ input_ids: rows, attention_mask: rows, ...arrays }))
      return { path, data: dataFromOption(path) }
    }
    const classes = found('classes.npz', { y: [0, 1] })
    expect(classes.data).toEqual({ source: 'tokens', path: classes.path, labels: 'y' })
    const next = found('next.npz', { target: [7, 8], position: [1, 1], words: [['a'], ['b']] })
    expect(next.data).toEqual({
      source: 'tokens',
      path: next.path,
      target: 'target',
      position: 'position',
    })
    expect(() => dataFromOption('tokens')).toThrow(/give the file itself/)
  })

  it('tells files, folders and names apart', () => {
    writeFileSync(
      join(folder, 'data.npz'),
      encodeNpz({ x: new Float32Array(4), y: new Int32Array(4) }),
    )
    writeFileSync(join(folder, 'dynamic.onnx'), '')
    expect(dataFromOption(join(folder, 'data.npz'))).toMatchObject({
      source: 'npz',
      inputs: 'x',
      labels: 'y',
    })
    const other = join(folder, 'other.npz')
    writeFileSync(other, encodeNpz({ pixels: new Float32Array(4), y: new Int32Array(4) }))
    expect(() => dataFromOption(other)).toThrow(
      /which array has .*pixels, y.*--set data\.inputs=NAME/,
    )
    expect(dataFromOption(other, undefined, 'pixels')).toMatchObject({ inputs: 'pixels' })
    const images = (name: string, shape: readonly number[]) => {
      const size = shape.reduce((product, extent) => product * extent, 1)
      const x = { data: new Float32Array(size), shape }
      writeFileSync(join(folder, name), encodeNpz({ x, y: new Int32Array(shape[0]) }))
      return dataFromOption(join(folder, name))
    }
    expect(images('last.npz', [2, 8, 9, 3])).toMatchObject({ layout: 'nhwc' })
    expect(images('grey.npz', [2, 8, 9, 1])).toMatchObject({ layout: 'nhwc' })
    expect(images('rgba.npz', [2, 8, 9, 4])).toMatchObject({ layout: 'nhwc' })
    expect(images('alpha-first.npz', [2, 4, 9, 4])).not.toHaveProperty('layout')
    expect(images('first.npz', [2, 3, 8, 9])).not.toHaveProperty('layout')
    expect(images('unclear.npz', [2, 1, 9, 3])).not.toHaveProperty('layout')
    expect(dataFromOption('mnist')).toMatchObject({ source: 'mnist', standardize: false })
    expect(() => dataFromOption('nowhere')).toThrow(/no such file or folder/)
    expect(() => dataFromOption(join(folder, 'data.npz'), 'z')).toThrow(/--labels z/)
    expect(() => dataFromOption(join(folder, 'dynamic.onnx'))).toThrow(/\.npz and \.csv files/)
  })
})
