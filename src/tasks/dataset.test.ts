/** Files that an analysis reads, and other choices of players and baseline that data allow. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writtenConfigOf } from '../config/load.js'
import { EnvironmentError, InputError } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { loadDataset } from '../data/load.js'
import { usualVariants } from '../plan/analysisRuns.js'
import { planStudy } from '../plan/plan.js'
import { configOf } from '../testing/configOf.js'
import { tokenFile } from '../testing/tokenFile.js'
import {
  analysisFiles,
  describeDataset,
  findRedundantVariants,
  loadPlannedDataset,
} from './dataset.js'
import { planLoaded } from './planLoaded.js'
import { planOf } from './state/manifest.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-dataset-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pathOf = (file: string) => join(folder, file)
const context = { baseDir: folder, dataDirs: [] }

function configured(overrides: readonly string[]) {
  const content = {
    data: { source: 'glyphs', train: 20, test: 10 },
    model: { architecture: 'lenet', low: 2 },
  }
  return configOf(content, 'test', overrides)
}

const ofSegments = ['analysis.players.layout=segments', 'analysis.players.file=s.json']
const ofConstants = ['analysis.baseline={file: b.json}']

/** A study whose players and baseline come from files. */
async function planned() {
  writeFileSync(pathOf('s.json'), '[[300], [301]]')
  writeFileSync(pathOf('b.json'), '[0.5]')
  const config = configured([...ofSegments, ...ofConstants])
  const described = describeDataset(await loadDataset(config.data, context))
  const files = analysisFiles(config.analysis, pathOf)
  return planStudy(config, { ...described, analysisFiles: files })
}

describe('files that an analysis reads', () => {
  it('are those that the configuration takes, by their content', () => {
    writeFileSync(pathOf('s.json'), '[[1], [2]]')
    writeFileSync(pathOf('b.json'), '[0]')
    const of = (overrides: readonly string[]) =>
      analysisFiles(configured(overrides).analysis, pathOf)
    expect(of([])).toBeUndefined()
    expect(of(ofSegments)).toEqual({ 's.json': sha256('[[1], [2]]') })
    expect(of([...ofSegments, ...ofConstants])).toEqual({
      's.json': sha256('[[1], [2]]'),
      'b.json': sha256('[0]'),
    })
  })

  it('have as many segments as players are asked for', async () => {
    writeFileSync(pathOf('s.json'), '[[300], [301]]')
    const planned = (...overrides: readonly string[]) => {
      const document = { data: { source: 'glyphs' }, model: { architecture: 'lenet' } }
      const written = writtenConfigOf(document, 'test', [...ofSegments, ...overrides])
      return planLoaded({ ...written, baseDir: context.baseDir }, [])
    }
    await expect(planned('analysis.players.count=4')).rejects.toThrow(
      /players\.count is 4, but s\.json has 2 segments/,
    )
    const { data } = await planned('analysis.players.count=2')
    expect(data.players?.main).toHaveLength(2)
  })

  it('that are missing are named with their key', () => {
    const { analysis } = configured(['analysis.baseline={file: gone.npy}'])
    expect(() => analysisFiles(analysis, pathOf)).toThrow(InputError)
    expect(() => analysisFiles(analysis, pathOf)).toThrow(/analysis\.baseline\.file: .*gone\.npy/)
  })

  it.each([
    ['s.json', '[[300], [302]]'],
    ['b.json', '[0.25]'],
  ])('end a study when they change after it was planned: %s', async (file, content) => {
    const plan = await planned()
    await loadPlannedDataset(plan, context)
    writeFileSync(pathOf(file), content)
    await expect(loadPlannedDataset(plan, context)).rejects.toThrow(EnvironmentError)
  })

  it('come back with the manifest, which plans the same study', async () => {
    const { id, config, data } = await planned()
    const manifest = JSON.parse(JSON.stringify({ id, config, data, lowlayer: 'test' }))
    expect(planOf(manifest)).toMatchObject({ id, data: { analysisFiles: data.analysisFiles } })
  })
})

describe('variants for the reliability of scores', () => {
  const both = ['confusing.reliability={players: true, baseline: true}']
  const table = { source: 'csv', path: 't.csv' }
  const images = { source: 'glyphs', train: 20, test: 10 }

  /** The variants that a study has in the end, and what they change. */
  async function variantsOf(data: object, overrides: readonly string[] = []) {
    const rows = Array.from({ length: 40 }, (_, k) => `${k % 7},${(k * k) % 5},${k % 3},${k % 2}`)
    writeFileSync(pathOf('t.csv'), `a,b,c,label\n${rows.join('\n')}\n`)
    writeFileSync(pathOf('s.json'), '[[300], [301]]')
    writeFileSync(pathOf('b.json'), '[0, 0, 0]')
    const count = 'analysis.samples={count: 6, testCount: 2}'
    const config = configOf({ data, model: { architecture: 'mlp-5' } }, 'test', [
      count,
      ...both,
      ...overrides,
    ])
    const dataset = await loadDataset(config.data, context)
    const redundantVariants = await findRedundantVariants(config, dataset, pathOf)
    const plan = planStudy(config, { ...describeDataset(dataset), redundantVariants })
    return plan.runs.slice(1).map(({ name, analysis: { baseline, players } }) => {
      return name === 'baseline' ? baseline : `players ${players.select} ${players.seed}`
    })
  }

  it('have no other players where every candidate is one', async () => {
    expect(await variantsOf({ source: 'tic-tac-toe' })).toEqual(['zero'])
    expect(await variantsOf({ source: 'planted-logic' })).toEqual(['zero'])
    expect(await variantsOf(table, ['analysis.players.count=3'])).toHaveLength(1)
    expect(await variantsOf(images, ['analysis.players={count: 4, layout: grid2x2}'])).toEqual([
      'blur',
    ])
    expect(await variantsOf(images, ofSegments)).toEqual(['blur'])
    const groups = 'analysis.players.groups={x: [a, b], y: [c]}'
    expect(await variantsOf(table, [groups])).toHaveLength(1)
  })

  it('have other players where some are left over', async () => {
    expect(await variantsOf({ source: 'tic-tac-toe' }, ['analysis.players.count=4'])).toEqual([
      'players random 0',
      'zero',
    ])
    expect(await variantsOf(images)).toEqual(['players random 0', 'blur'])
  })

  it('draw other words of texts, where there are more than players', async () => {
    const words = ['good', 'film', 'about', 'nothing', 'much', 'really']
    const rows = Array.from({ length: 20 }, (_, k) => {
      return `${words.map((_, i) => words[(i + k) % words.length]).join(' ')}\t${k % 2}`
    })
    writeFileSync(pathOf('t.tsv'), `sentence\tlabel\n${rows.join('\n')}\n`)
    const variants = (players: string) =>
      variantsOf({ source: 'text', path: 't.tsv' }, [
        'model.architecture=transformer',
        'confusing.reliability.baseline=false',
        `analysis.players=${players}`,
      ])
    expect(await variants('{ count: 3 }')).toEqual(['players random 1'])
    expect(await variants('{ count: 3, layout: tokens }')).toEqual(['players random 1'])
    expect(await variants('{ count: 6 }')).toEqual([])
  })

  it('of token ids draw other words, and take them out of the attention', async () => {
    const many = <T>(row: T) => Array.from({ length: 20 }, () => row)
    const ids = many([1, 5, 6, 7, 2])
    const words = { attention_mask: many([1, 1, 1, 1, 1]), word_ids: many([-1, 0, 1, 2, -1]) }
    const labels = ids.map((_, row) => row % 2)
    writeFileSync(pathOf('ids.npz'), tokenFile({ input_ids: ids, ...words, labels }))
    const variants = async (count: number, baseline: string) => {
      const data = { source: 'tokens', path: 'ids.npz' }
      const networks = { files: [{ name: 'a', path: 'a.onnx' }] }
      const players = `analysis.players.count=${count}`
      const config = configOf({ data, networks }, 'test', [...both, players, baseline])
      const dataset = await loadDataset(config.data, context)
      const redundantVariants = await findRedundantVariants(config, dataset, pathOf)
      return usualVariants(config, dataset).flatMap(({ name, analysis }) =>
        redundantVariants?.includes(name) ? [] : [name === 'players' ? name : analysis.baseline],
      )
    }
    const masked = 'analysis.baseline={maskToken: 3}'
    expect(await variants(2, masked)).toEqual(['players', 'attention'])
    expect(await variants(3, masked)).toEqual(['attention'])
    await expect(variants(2, 'analysis.baseline=attention')).rejects.toThrow(
      /attention has no other baseline to be compared with/,
    )
  })

  it('have a baseline that differs in the data', async () => {
    const three = 'analysis.players.count=3'
    expect(await variantsOf(table, [three])).toEqual([{ damp: 0.5 }])
    expect(await variantsOf(table, [three, 'analysis.baseline=zero'])).toEqual([{ damp: 0.5 }])
    const file = 'analysis.baseline={file: b.json}'
    expect(await variantsOf(table, [three, file])).toEqual([{ damp: 0.5 }])
    expect(await variantsOf({ ...table, standardize: false }, [three])).toEqual(['zero'])
    const blurred = (width: number) =>
      variantsOf(images, [...ofSegments, `analysis.baseline={blur: ${width}}`])
    expect(await blurred(2)).toEqual([{ damp: 0.5 }])
    expect(await blurred(3)).toEqual(['blur'])
  })
})
