import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import type { Plan } from '../plan/types.js'
import { verifyResults } from '../tasks/state/verifyResults.js'
import {
  comparable,
  copyOf,
  damage,
  damages,
  filesBelow,
  finishedStudy,
  kinds,
  runStudy,
} from './damagedStudy.js'

/** Every kind of file and of damage on its own: `npm run test:slow`. */
describe('a finished study', () => {
  const root = mkdtempSync(join(tmpdir(), 'lowlayer-damaged-'))
  const whole = join(root, 'whole')
  let plan: Plan
  beforeAll(async () => {
    plan = await finishedStudy(whole)
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  const findings = async (results: string) =>
    (await verifyResults(results)).findings.map(({ file }) => file).sort()

  it('has no file that no record lists, and one of every kind', async () => {
    expect(await findings(whole)).toEqual([])
    const unknown = filesBelow(whole).filter(
      (name) => !Object.values(kinds).some((pattern) => pattern.test(name)),
    )
    expect(unknown).toEqual([])
    expect(await runStudy(plan, whole)).toEqual([])
  })

  it('is mended by the next run, to the byte, with a file of every kind damaged', async () => {
    const results = copyOf(whole, join(root, 'files'))
    const draws = stream(1, 'damage').at()
    const files = Object.keys(kinds).filter((kind) => !kind.startsWith('record'))
    const damaged = files.map((kind, at) =>
      damage(results, kind, damages[at % damages.length], draws),
    )
    expect(await findings(results)).toEqual([...new Set(damaged)].sort())
    expect((await runStudy(plan, results)).length).toBeGreaterThan(0)
    expect(await findings(results)).toEqual([])
    expect(comparable(results)).toEqual(comparable(whole))
    expect(await runStudy(plan, results)).toEqual([])
  })

  it.each(['manifest.json', 'multiverse.csv'])('misses %s that is gone by name', async (kind) => {
    const results = copyOf(whole, join(root, 'gone'))
    const name = damage(results, kind, 'deleted', stream(1, 'damage').at())
    expect(await findings(results)).toEqual([name])
    expect(await runStudy(plan, results)).toContain(name)
    expect(await findings(results)).toEqual([])
  })

  it('is mended by the next run, to the byte, with its records damaged', async () => {
    const results = copyOf(whole, join(root, 'records'))
    const draws = stream(1, 'damage').at()
    const records = Object.keys(kinds).filter((kind) => kind.startsWith('record'))
    for (const [at, kind] of records.entries())
      damage(results, kind, at % 2 === 0 ? 'deleted' : 'with a digit changed', draws)
    expect((await findings(results)).length).toBeGreaterThanOrEqual(records.length)
    expect((await runStudy(plan, results)).length).toBeGreaterThan(0)
    expect(comparable(results)).toEqual(comparable(whole))
  })
})
