/** The reference studies: their configurations are valid, and map and READMEs say what their tables say. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { conditionsOf, studyNames } from '../../experiments/tools/conditions.js'
import { findings } from '../../experiments/tools/findings.js'
import { mapFiles } from '../../experiments/tools/mapFiles.js'
import { loadConfig } from '../config/load.js'

const root = 'experiments'
const published = findings(root)

it('every condition is a valid configuration under a name of its own', async () => {
  const conditions = studyNames(root).flatMap((study) => conditionsOf(study, root))
  const names = await Promise.all(
    conditions.map(async ({ config }) => (await loadConfig(config)).config.study),
  )
  expect(names).toEqual(conditions.map(({ name }) => name))
  expect(new Set(names).size).toBe(names.length)
})

it('map and READMEs are made from the published tables (npm run study:map)', async () => {
  expect(published.length).toBeGreaterThan(10)
  for (const [file, text] of await mapFiles(root, published)) {
    expect(readFileSync(file, 'utf8'), file).toBe(text)
  }
})

it('every study has a README that shows figures that are there, and scores to check against', () => {
  for (const study of studyNames(root)) {
    const readme = readFileSync(join(root, study, 'README.md'), 'utf8')
    for (const [, file] of readme.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
      expect(existsSync(join(root, study, file)), `${study}: ${file}`).toBe(true)
    }
    expect(existsSync(join(root, study, 'check.csv')), study).toBe(true)
  }
})
