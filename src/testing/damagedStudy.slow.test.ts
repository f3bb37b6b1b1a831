/** Every kind of stored file, damaged in every way, one at a time. Minutes: `npm run test:slow`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import type { Plan } from '../plan/types.js'
import { studyFolder } from '../store/layout.js'
import { rebuildReport } from '../tasks/reporting/rebuildReport.js'
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

/** Tables and what else lies in a study's folder itself. */
const TABLES = /^[^/]+\.(csv|json|yaml|md)$/

/** Files that exist where figures were drawn, which takes longer than all the rest of a case. */
const isOfFigures = (kind: string) => /figure|page|drawings|record of a study/.test(kind)

describe.each([false, true])('a study (figures drawn: %j)', (drawsFigures) => {
  const cases = Object.keys(kinds)
    .filter((kind) => isOfFigures(kind) === drawsFigures)
    .flatMap((kind) => damages.map((how) => [kind, how] as const))
  const root = mkdtempSync(join(tmpdir(), 'lowlayer-damaged-'))
  const whole = join(root, 'whole')
  let plan: Plan
  let before: Map<string, string>
  beforeAll(async () => {
    plan = await finishedStudy(whole, drawsFigures)
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
        .filter((file) => TABLES.test(file))
        .map((file) => [file, readFileSync(join(study, file), 'base64')])
    const stored = tables()
    const out = join(root, 'out')
    rmSync(out, { recursive: true, force: true })
    await rebuildReport({ folder: study, out, dataDirs: [], drawsFigures })
    expect(tables()).toEqual(stored)
    // The tables that it writes elsewhere are what was written here, or are missed.
    for (const file of filesBelow(out).filter((name) => TABLES.test(name))) {
      const wanted = before.get(join(basename(study), file))
      if (wanted !== undefined)
        expect(readFileSync(join(out, file), 'base64') === wanted, file).toBe(true)
    }

    const named = await runStudy(plan, results, drawsFigures)
    expect(named.length).toBeGreaterThan(0)
    if (!isRecord) expect(named).toContain(name)
    expect((await verifyResults(results)).findings).toEqual([])
    if (how === 'linked') expect(readFileSync(join(root, OF_OTHERS), 'utf8')).toBe(OF_OTHERS)
    const after = comparable(results)
    expect([...after.keys()]).toEqual([...before.keys()])
    expect(
      [...after].filter(([file, bytes]) => bytes !== before.get(file)).map(([file]) => file),
    ).toEqual([])
  })
})
