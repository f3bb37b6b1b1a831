/** A finished study with a file of every kind damaged: what is noticed, and mended to the byte by the next run. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import type { Plan } from '../plan/types.js'
import { studyFolder } from '../store/layout.js'
import { lockContent } from '../store/lockFile.js'
import { ownerHere } from '../store/owner.js'
import { removeLeftovers } from '../tasks/state/leftovers.js'
import { lockOfTask } from '../tasks/state/taskLock.js'
import { verifyResults } from '../tasks/state/verifyResults.js'
import {
  comparable,
  copyOf,
  damage,
  damages,
  filesBelow,
  finishedStudy,
  kinds,
  OF_OTHERS,
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

  it('is known to lack what was deleted together with its records, and has it again after the next run', async () => {
    const results = copyOf(whole, join(root, 'lost'))
    const [gone, half] = plan.networks.map(({ id }) => join('networks', id))
    const inner = join(half, 'values')
    const files = filesBelow(join(results, inner)).filter((name) => !name.includes('SHA256SUMS'))
    expect(files).not.toEqual([])
    for (const name of [gone, inner]) rmSync(join(results, name), { recursive: true })
    const lost = [gone, ...files.map((name) => join(inner, name))].sort()
    const study = basename(studyFolder(results, plan.study, plan.id))
    for (const place of [results, join(results, study)]) {
      expect(await findings(place)).toEqual(lost)
    }
    await runStudy(plan, results)
    expect(await findings(results)).toEqual([])
    expect(comparable(results)).toEqual(comparable(whole))
    // Tables may be kept by themselves.
    for (const name of ['networks', 'panels'])
      rmSync(join(results, name), { recursive: true, force: true })
    expect(await findings(results)).toEqual([])
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
    expect(readFileSync(join(root, OF_OTHERS), 'utf8')).toBe(OF_OTHERS)
    expect(await runStudy(plan, results)).toEqual([])
  })

  it('is rid of what killed processes left, and of nothing else', async () => {
    const results = copyOf(whole, join(root, 'left'))
    const place = { plan, results }
    const before = readdirSync(results, { recursive: true }).sort()
    const [dead, live] = ['d'.repeat(32), 'e'.repeat(32)]
    const owner = await ownerHere(live)
    for (const task of plan.tasks) {
      const lock = lockOfTask(task, place)
      writeFileSync(lock, lockContent({ ...owner, token: dead, started: 'earlier' }))
      mkdirSync(`${lock}.${dead}`, { recursive: true })
      writeFileSync(join(`${lock}.${dead}`, '0'), 'half of a fi')
      writeFileSync(join(dirname(lock), 'spec.json.17.0123abcd.tmp'), '{')
    }
    const values = plan.tasks.filter(({ kind }) => kind === 'values')
    const folderOf = (at: number) => dirname(lockOfTask(values[at], place))
    const [stored] = readdirSync(folderOf(0)).filter((name) => /^\d+-.*npz$/.test(name))
    const over = join(folderOf(0), `${stored}.${dead}.partial`)
    const open = join(folderOf(0), `7-${'0'.repeat(16)}.npz.${dead}.partial`)
    for (const path of [over, open]) writeFileSync(path, 'samples')
    const held = lockOfTask(values[1], place)
    writeFileSync(held, lockContent(owner))
    for (const task of plan.tasks) await removeLeftovers(task, place)
    const kept = [open, held, `${held}.${dead}`, join(`${held}.${dead}`, '0')]
    const tmp = join(folderOf(1), 'spec.json.17.0123abcd.tmp')
    const expected = [...before, ...[...kept, tmp].map((path) => relative(results, path))].sort()
    expect(readdirSync(results, { recursive: true }).sort()).toEqual(expected)
  })

  it.each(['manifest.json', 'multiverse.csv'])('misses %s that is gone by name', async (kind) => {
    const results = copyOf(whole, join(root, 'gone'))
    const name = damage(results, kind, 'deleted', stream(1, 'damage').at())
    expect(await findings(results)).toEqual([name])
    expect(await runStudy(plan, results, false)).toContain(name)
    expect(await findings(results)).toEqual([])
  })

  it('is mended by the next run, to the byte, with its records damaged', async () => {
    const results = copyOf(whole, join(root, 'records'))
    const draws = stream(1, 'damage').at()
    const records = Object.keys(kinds).filter((kind) => kind.startsWith('record'))
    for (const [at, kind] of records.entries())
      damage(results, kind, at % 2 === 0 ? 'deleted' : 'with a digit changed', draws)
    expect((await findings(results)).length).toBeGreaterThanOrEqual(records.length)
    expect((await runStudy(plan, results, false)).length).toBeGreaterThan(0)
    const isFigure = (name: string) => name.includes('/figures/')
    const without = (files: Map<string, string>) =>
      new Map([...files].filter(([name]) => !isFigure(name)))
    expect(without(comparable(results))).toEqual(without(comparable(whole)))
  })
})
