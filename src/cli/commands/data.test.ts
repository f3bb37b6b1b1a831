import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { namedSources } from '../../data/named.js'
import { parseConfig } from '../../testing/parseConfig.js'
import { dataCommand } from './data.js'
import { initCommand, starterConfig } from './init.js'
import { schemaCommand } from './schema.js'

let folder: string
let printed: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-commands-'))
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
})

afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const run = (command: ReturnType<typeof dataCommand>, ...words: string[]) =>
  command.parseAsync(words, { from: 'user' })

describe('lowlayer data list', () => {
  it('tells what is here and how to bring what is not', async () => {
    await mkdir(join(folder, 'sst2'))
    for (const name of namedSources.sst2.files) await writeFile(join(folder, 'sst2', name), '')
    await run(dataCommand(), 'list', '--data-dir', folder)
    expect(printed).toContain(join(folder, 'sst2'))
    expect(printed).toContain('lowlayer data fetch cifar100 (169 MB)')
    expect(printed).toContain('tic-tac-toe')
  })

  it('gives JSON', async () => {
    await run(dataCommand(), 'list', '--json', '--data-dir', folder)
    const { named, folders } = JSON.parse(printed)
    expect(folders[0]).toBe(folder)
    expect(named).toContainEqual(expect.objectContaining({ name: 'sst2', folder: null }))
  })
})

describe('lowlayer data fetch', () => {
  it.each([
    [['minst'], /unknown data set "minst" \(did you mean "mnist"\?\)/],
    [['glyphs'], /"glyphs" needs no download/],
    [['mnist', '--mirror', 'ftp://x'], /is no http or https address/],
  ])('refuses %j', async (words, message) => {
    await expect(run(dataCommand(), 'fetch', ...words, '--to', folder)).rejects.toThrow(message)
  })
})

describe('lowlayer schema', () => {
  it('writes JSON Schema', async () => {
    await run(schemaCommand())
    expect(JSON.parse(printed).properties.data.oneOf.length).toBeGreaterThan(10)
  })
})

describe('lowlayer init', () => {
  it('writes a valid configuration with the schema that its first line names', async () => {
    await run(initCommand(), join(folder, 'new'))
    const text = await readFile(join(folder, 'new', 'smoke.yaml'), 'utf8')
    expect(text).toBe(starterConfig)
    expect(parseConfig(text, 'smoke.yaml').study).toBe('smoke')
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./lowlayer.schema.json')
    const schema = await readFile(join(folder, 'new', 'lowlayer.schema.json'), 'utf8')
    expect(JSON.parse(schema).title).toBe('lowlayer study')
  })

  it('replaces nothing unless told to', async () => {
    await run(initCommand(), folder)
    await expect(run(initCommand(), folder)).rejects.toThrow(/smoke\.yaml is there already/)
    await run(initCommand(), folder, '--force')
  })
})
