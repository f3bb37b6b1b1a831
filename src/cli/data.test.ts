/** What `lowlayer data`, `schema` and `init` print and write, on made-up data folders and configurations. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadDataset } from '../data/load.js'
import { namedSources } from '../data/named.js'
import { readNpz } from '../formats/npz.js'
import { parseConfig } from '../testing/parseConfig.js'
import { dataCommand } from './commands/data.js'
import { initCommand } from './commands/init.js'
import { schemaCommand } from './commands/schema.js'

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

describe('lowlayer data export', () => {
  const config = {
    data: { source: 'glyphs', size: 8, train: 40, test: 20, labelNoise: 0.2 },
    model: { architecture: 'mlp-5' },
  }

  const configOf = (document: object) => parseConfig(JSON.stringify(document), 'study.yaml')

  it('writes samples from which the same study can be run', async () => {
    await writeFile(join(folder, 'study.yaml'), JSON.stringify(config))
    const file = join(folder, 'samples.npz')
    await run(dataCommand(), 'export', join(folder, 'study.yaml'), file)
    const context = { baseDir: folder, dataDirs: [] }
    const asked = await loadDataset(configOf(config).data, context)
    const given = configOf({
      ...config,
      data: { source: 'npz', path: file, standardize: false, select: 'first' },
    })
    const read = await loadDataset(given.data, context)
    expect(read.shape).toEqual(asked.shape)
    for (const split of ['train', 'test'] as const) {
      expect(read[split].inputs).toEqual(asked[split].inputs)
      expect(read[split].labels).toEqual(asked[split].labels)
    }
    const { y_train_true, id_train } = readNpz(file)
    expect(y_train_true.data).toEqual(asked.train.trueLabels)
    expect(id_train.data).toEqual(asked.train.ids)
    expect(asked.train.trueLabels).not.toEqual(asked.train.labels)
  })

  it('wants a name from which NumPy knows what it is', async () => {
    await expect(run(dataCommand(), 'export', 'study.yaml', 'samples')).rejects.toThrow(/\.npz/)
  })
})

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
  it('writes the quickstart with the schema that its first line names', async () => {
    await run(initCommand(), join(folder, 'new'))
    const text = await readFile(join(folder, 'new', 'study.yaml'), 'utf8')
    const quickstart = await readFile('configs/quickstart.yaml', 'utf8')
    expect(parseConfig(text, 'study.yaml')).toEqual(parseConfig(quickstart, 'study.yaml'))
    expect(text).toContain('lowlayer run study.yaml')
    expect(text).not.toContain('configs/')
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./lowlayer.schema.json')
    const schema = await readFile(join(folder, 'new', 'lowlayer.schema.json'), 'utf8')
    expect(JSON.parse(schema).title).toBe('lowlayer study')
  })

  it('replaces nothing unless told to', async () => {
    await run(initCommand(), folder)
    await expect(run(initCommand(), folder)).rejects.toThrow(/study\.yaml is there already/)
    await run(initCommand(), folder, '--force')
  })
})
