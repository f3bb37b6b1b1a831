/** A study on a disk that is full again after every few files. Minutes: `npm run test:slow`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LowlayerError } from '../core/errors.js'
import { isTaskDone } from '../tasks/state/isDone.js'
import { verifyResults } from '../tasks/state/verifyResults.js'
import { comparable, finishedStudy, kinds, runStudy } from './damagedStudy.js'
import { noSmallDisk, smallDisk } from './smallDisk.js'

/** Pages that the study may have in the end; it takes about half of them. */
const PAGES = 1024

/** What must have been refused. Small files fit into the page that the record before them took; the next record does not. */
const REFUSED = [
  /\/lock$/,
  /SHA256SUMS$/,
  ...['specification', 'resume point', 'value tables', 'interactions for readers'].map(
    (kind) => kinds[kind],
  ),
  /^tiny-/,
]

describe.skipIf(noSmallDisk !== undefined)(
  `a full disk${noSmallDisk === undefined ? '' : ` (skipped: ${noSmallDisk})`}`,
  () => {
    const whole = mkdtempSync(join(tmpdir(), 'lowlayer-whole-'))
    const disk = smallDisk(PAGES)
    afterAll(() => {
      rmSync(whole, { recursive: true })
      disk.remove()
    })

    it('is named by whatever is written then, and nothing is lost', async () => {
      const plan = await finishedStudy(whole)
      const results = join(disk.path, 'results')
      const refused = new Set<string>()
      let runs = 0
      let room = 0
      let done = 0
      for (; ; runs++) {
        disk.leave(room)
        const failure = await runStudy(plan, results).catch((error: unknown) => error)
        if (Array.isArray(failure)) break
        expect(failure).toBeInstanceOf(LowlayerError)
        const { message, exitCode } = failure as LowlayerError
        expect(message).toMatch(/^cannot write .*ENOSPC.*make room and run the same command again/)
        expect(exitCode).toBe(1)
        const file = (/^cannot write ([^:]*)/.exec(message)?.[1] ?? '').slice(results.length + 1)
        refused.add(file)
        // One page more at each run, until a task is done; much more for each of the many files of the study itself, which
        // come after seconds of comparing.
        const now = (
          await Promise.all(plan.tasks.map((task) => isTaskDone(task, { plan, results })))
        ).filter(Boolean).length
        room = now > done ? 1 : file.startsWith('tiny-') && now > 0 ? 2 * room : room + 1
        done = now
        // A file may be in its place that could not be listed any more; it does not count.
        const { findings } = await verifyResults(results).catch(() => ({ findings: [] }))
        for (const { why } of findings) expect(why).toMatch(/is not listed/)
      }
      console.info(`${runs} runs were refused ${refused.size} files`)
      expect(comparable(results)).toEqual(comparable(whole))
      const missed = REFUSED.filter((pattern) => ![...refused].some((name) => pattern.test(name)))
      expect(missed).toEqual([])
    })
  },
)
