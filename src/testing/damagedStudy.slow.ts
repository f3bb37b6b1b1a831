/** Every kind of stored file, damaged in every way, one at a time. Minutes: `npm run test:slow`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import type { Plan } from '../plan/types.js'
import { studyFolder } from '../store/layout.js'
import { rebuildReport } from '../tasks/rebuildReport.js'
import { verifyResults } from '../tasks/verifyResults.js'
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

const cases = Object.keys(kinds).flatMap((kind) => damages.map((how) => [kind, how] as const))

describe('a study', () => {
  const root = mkdtempSync(join(tmpdir(), 'lowlayer-damaged-'))
  const whole = join(root, 'whole')
  let plan: Plan
  let before: Map<string, string>
  beforeAll(async () => {
    plan = await finishedStudy(whole)
    before = comparable(whole)
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it.each(cases)('with its %s %s is named by all, and mended to the byte', async (kind, how) => {
    const results = copyOf(whole, join(root, 'copy'))
    const name = damage(results, kind, how, stream(2, 'damage', kind, how).at())
    const isRecord = kind.startsWith('record')
    const { findings } = await verifyResults(results)
    const found = findings.map(({ file }) => file)
    // Of a record that is gone the files are found that nobody vouches for any more.
    if (isRecord && how === 'deleted') expect(found.length).toBeGreaterThan(0)
    else if (isRecord) expect(found).toContain(name)
    else expect(found).toEqual([name])

    const study = studyFolder(results, plan.study, plan.id)
    const tables = () =>
      filesBelow(study)
        .filter((file) => /^[^/]+\.(csv|json|yaml|md)$/.test(file))
        .map((file) => [file, readFileSync(join(study, file), 'base64')])
    const stored = tables()
    const out = join(root, 'out')
    rmSync(out, { recursive: true, force: true })
    await rebuildReport({ folder: study, out, dataDirs: [] })
    expect(tables()).toEqual(stored)
    // What it writes elsewhere is what was written here, or is missed.
    for (const file of filesBelow(out)) {
      const [wanted, is] = [
        before.get(join(study, file).slice(results.length + 1)),
        join(out, file),
      ]
      if (wanted !== undefined && /\.(csv|json|yaml|md)$/.test(file))
        expect(readFileSync(is, 'base64'), file).toBe(wanted)
    }

    const named = await runStudy(plan, results)
    expect(named.length).toBeGreaterThan(0)
    if (!isRecord) expect(named).toContain(name)
    expect((await verifyResults(results)).findings).toEqual([])
    expect(comparable(results)).toEqual(before)
  })
})
