/** A study on a disk that is full again after every few files. Minutes: `npm run test:slow`. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LowlayerError } from '../core/errors.js'
import { isTaskDone } from '../tasks/state/isDone.js'
import { verifyResults } from '../tasks/state/verifyResults.js'
import { comparable, filesBelow, finishedStudy, kinds, runStudy } from './damagedStudy.js'
import { noSmallDisk, PAGE_BYTES, type SmallDisk, smallDisk } from './smallDisk.js'

/** Pages that files take on a disk, with one for each folder or more. */
const pagesOf = (folder: string) =>
  filesBelow(folder)
    .map((name) => 1 + Math.ceil(statSync(join(folder, name)).size / PAGE_BYTES))
    .reduce((sum, pages) => sum + pages, 0)

/** What must have been refused. Small files fit into the page that the record before them took; the next record does not. */
const REFUSED = [
  /\/lock$/,
  /SHA256SUMS$/,
  ...['specification', 'resume point', 'value tables', 'interactions for readers'].map(
    (kind) => kinds[kind],
  ),
  // Those of the study itself: tables, and figures, most of its pages.
  /^tiny-[^/]+\/[^/]+\.csv$/,
  kinds['figure as PNG'],
]

describe.skipIf(noSmallDisk !== undefined)(
  `a full disk${noSmallDisk === undefined ? '' : ` (skipped: ${noSmallDisk})`}`,
  () => {
    const whole = mkdtempSync(join(tmpdir(), 'lowlayer-whole-'))
    let disk: SmallDisk | undefined
    afterAll(() => {
      rmSync(whole, { recursive: true })
      disk?.remove()
    })

    it('is named by whatever is written then, and nothing is lost', async () => {
      const plan = await finishedStudy(whole)
      const pages = 2 * pagesOf(whole)
      disk = smallDisk(pages)
      const results = join(disk.path, 'results')
      const refused = new Set<string>()
      let runs = 0
      let room = 0
      let done = 0
      for (; ; runs++) {
        // All of the disk is enough, or what refused runs leave fills it.
        expect(room).toBeLessThan(pages)
        disk.leave(room)
        const failure = await runStudy(plan, results).catch((error: unknown) => error)
        if (Array.isArray(failure)) break
        expect(failure).toBeInstanceOf(LowlayerError)
        const { message, exitCode } = failure as LowlayerError
        expect(message).toMatch(/^cannot write .*ENOSPC.*make room and run the same command again/)
        expect(exitCode).toBe(1)
        const path = /^cannot write ([^:]*?)(\.[0-9a-f]{32}\.partial)?:/.exec(message)?.[1] ?? ''
        const file = path.slice(results.length + 1)
        // One page at first wherever another file is refused or a task is done, and one more at each run until then; much
        // more for each of the many files of the study itself, which come after seconds of comparing.
        const now = (
          await Promise.all(plan.tasks.map((task) => isTaskDone(task, { plan, results })))
        ).filter(Boolean).length
        if (now > done) room = 1
        else if (file.startsWith('tiny-') && now > 0) room *= 2
        else room = refused.has(file) ? room + 1 : 1
        refused.add(file)
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
