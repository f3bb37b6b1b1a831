import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
