/** The reference studies: their configurations are valid, and map and READMEs say what their tables say. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conditionsOf, studyNames } from '../../experiments/tools/conditions.js'
import { differenceOf } from '../../experiments/tools/difference.js'
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

describe('the difference of two studies', () => {
  const at = (estimate: number, low: number, high: number) => ({ estimate, low, high })
  const share = fc
    .tuple(
      fc.double({ min: -0.1, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
    )
    .map(([estimate, below, above]) => at(estimate, estimate - below, estimate + above))

  it('is 1.96 standard errors of normal estimates wide, √(s² + t²) to either side', () => {
    const { estimate, low, high } = differenceOf(
      at(0.5, 0.5 - 1.96 * 0.03, 0.5 + 1.96 * 0.03),
      at(0.1, 0.1 - 1.96 * 0.04, 0.1 + 1.96 * 0.04),
    )
    expect(estimate).toBeCloseTo(0.4, 12)
    expect(low).toBeCloseTo(0.4 - 1.96 * 0.05, 12)
    expect(high).toBeCloseTo(0.4 + 1.96 * 0.05, 12)
  })

  it('takes the upper end of one with the lower end of the other, is itself against a known number, and mirrored the other way round', () => {
    // (0.2 − 0.1) − √(0.03² + 0.04²) … + √(0.12² + 0.05²)
    const found = differenceOf(at(0.2, 0.17, 0.32), at(0.1, 0.05, 0.14))
    expect(found.low).toBeCloseTo(0.05, 12)
    expect(found.high).toBeCloseTo(0.23, 12)
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [forth, back] = [differenceOf(a, b), differenceOf(b, a)]
        expect(forth.low).toBeCloseTo(-back.high, 12)
        const known = differenceOf(a, at(b.estimate, b.estimate, b.estimate))
        expect(known.low).toBeCloseTo(a.low - b.estimate, 12)
        expect(known.high).toBeCloseTo(a.high - b.estimate, 12)
      }),
    )
  })
})
