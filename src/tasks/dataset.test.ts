import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { configOf } from '../config/load.js'
import { EnvironmentError, InputError } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { loadDataset } from '../data/load.js'
import { planStudy } from '../plan/plan.js'
import { analysisFiles, describeDataset, loadPlannedDataset } from './dataset.js'
import { planOf } from './manifest.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-dataset-'))
afterAll(() => rmSync(folder, { recursive: true }))

const find = (file: string) => join(folder, file)
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
  writeFileSync(find('s.json'), '[[300], [301]]')
  writeFileSync(find('b.json'), '[0.5]')
  const config = configured([...ofSegments, ...ofConstants])
  const described = describeDataset(await loadDataset(config.data, context))
  const files = analysisFiles(config.analysis, find)
  return planStudy(config, { ...described, analysisFiles: files })
}

describe('files that an analysis reads', () => {
  it('are those that the configuration takes, by their content', () => {
    writeFileSync(find('s.json'), '[[1], [2]]')
    writeFileSync(find('b.json'), '[0]')
    const of = (overrides: readonly string[]) => analysisFiles(configured(overrides).analysis, find)
    expect(of([])).toBeUndefined()
    expect(of(['analysis.players.file=s.json'])).toBeUndefined()
    expect(of(ofSegments)).toEqual({ 's.json': sha256('[[1], [2]]') })
    expect(of([...ofSegments, ...ofConstants])).toEqual({
      's.json': sha256('[[1], [2]]'),
      'b.json': sha256('[0]'),
    })
  })

  it('that are missing are named with their key', () => {
    const { analysis } = configured(['analysis.baseline={file: gone.npy}'])
    expect(() => analysisFiles(analysis, find)).toThrow(InputError)
    expect(() => analysisFiles(analysis, find)).toThrow(/analysis\.baseline\.file: .*gone\.npy/)
  })

  it.each([
    ['s.json', '[[300], [302]]'],
    ['b.json', '[0.25]'],
  ])('end a study when they change after it was planned: %s', async (file, content) => {
    const plan = await planned()
    await loadPlannedDataset(plan, context)
    writeFileSync(find(file), content)
    await expect(loadPlannedDataset(plan, context)).rejects.toThrow(EnvironmentError)
  })

  it('come back with the manifest, which plans the same study', async () => {
    const { id, config, data } = await planned()
    const manifest = JSON.parse(JSON.stringify({ id, config, data, lowlayer: 'test' }))
    expect(planOf(manifest)).toMatchObject({ id, data: { analysisFiles: data.analysisFiles } })
  })
})
