import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readJson, writeAtomically } from './atomic.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-store-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('writeAtomically', () => {
  it('makes folders, replaces the file and leaves nothing else behind', async () => {
    const path = join(folder, 'deep', 'er', 'file.txt')
    await writeAtomically(path, 'one')
    await writeAtomically(path, 'two')
    expect(await readFile(path, 'utf8')).toBe('two')
    expect(await readdir(join(folder, 'deep', 'er'))).toEqual(['file.txt'])
  })

  it('gives up where folders cannot be made, instead of trying for ever', async () => {
    await expect(writeAtomically('/proc/nowhere/file', '')).rejects.toThrow(/cannot write/)
  })

  it('says which place cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    const path = join(folder, 'file', 'below')
    await expect(writeAtomically(path, '')).rejects.toThrow(`cannot write ${path}`)
  })
})

describe('readJson', () => {
  it('tells a missing file from a damaged one', async () => {
    expect(await readJson(join(folder, 'none.json'))).toBeUndefined()
    const path = join(folder, 'half.json')
    await writeFile(path, '{"complete": tr')
    await expect(readJson(path)).rejects.toThrow(/half\.json is damaged/)
  })
})
