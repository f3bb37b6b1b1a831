/** Locks among processes that stop and go on at any time; they run what was built. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { builtModule } from '../testing/built.js'
import { type ApartProcess, noNamespaces, startApart } from '../testing/otherNamespace.js'
import { type LockTiming, withLock } from './lock.js'
import { lockContent } from './lockFile.js'

const STALE_MS = 500

const LOCK = builtModule('store/lock.js')

/**
 * Takes a lock again and again and appends lines to a file, each by writing the whole file anew: whoever
 * puts it in its place without having the lock takes others' lines away. Says every line that was written.
 */
const APPENDER = `
import { readFile } from 'node:fs/promises'
import { withLock } from '${LOCK}'
const [lock, file, seconds] = process.argv.slice(1)
const end = performance.now() + 1000 * seconds
const timing = { beat: 50, stale: ${STALE_MS}, poll: 10 }
const say = (line) => process.stdout.write(line + '\\n')
while (performance.now() < end) {
  try {
    await withLock(lock, async (lease) => {
      for (let at = 0; at < 40 && performance.now() < end; at++) {
        const before = await readFile(file, 'utf8').catch(() => '')
        const line = lease.token + ' ' + at
        await lease.write(file, before + line + '\\n')
        say(line)
      }
    }, { timing })
  } catch (error) {
    if (error.code !== 'lock-lost') throw error
    say('lost')
  }
}
`

/**
 * Takes the lock, writes one file and removes another, and gives the lock back. Right before its rename number
 * \`stop\` it says so and waits for the file \`awake\`, which is there once it was suspended.
 */
const RENAMER = `
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
const [lock, folder, stop] = process.argv.slice(1)
const { rename } = fs.promises
let renames = 0
fs.promises.rename = async (...paths) => {
  if (++renames === Number(stop)) {
    process.stdout.write('here\\n')
    while (!fs.existsSync(folder + '/awake')) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return rename(...paths)
}
syncBuiltinESMExports()
const { withLock } = await import('${LOCK}')
const timing = { beat: 50, stale: ${STALE_MS}, poll: 10 }
try {
  await withLock(lock, async (lease) => {
    await lease.write(folder + '/written', 'mine')
    await lease.remove(folder + '/removed')
  }, { timing })
} catch (error) {
  process.stdout.write(error.code + '\\n')
}
`

/**
 * Folders through which the hosts see one and the same folder, separated by `:`, such as several mounts of a
 * network file system; a folder of this machine otherwise.
 */
const views = process.env.LOWLAYER_TEST_SHARED?.split(':') ?? [tmpdir()]

/** A folder of this test below each view. */
let folders: readonly string[]
beforeAll(async () => {
  const folder = await mkdtemp(join(views[0], 'lowlayer-takeover-'))
  folders = views.map((view) => join(view, basename(folder)))
})
afterAll(() => rm(folders[0], { recursive: true }))

/** All lines that a host says until it ends, on standard output and standard error. */
async function linesOf({ process: { stdout, stderr } }: ApartProcess): Promise<string[]> {
  const texts = await Promise.all([stdout, stderr].map((output) => text(output as Readable)))
  return texts.flatMap((said) => said.trim().split('\n')).filter((line) => line !== '')
}

/**
 * Suspends hosts that append to one file, at random times, and holds the file against what they say. Whether any of them
 * lost the lock.
 */
async function loseLocks(round: number): Promise<boolean> {
  const seconds = 8
  const hosts = Array.from({ length: 3 }, (_, host) => {
    const folder = folders[host % folders.length]
    const places = [join(folder, `lock-${round}`), join(folder, `lines-${round}`), String(seconds)]
    return startApart('node', ['--input-type=module', '-e', APPENDER, ...places])
  })
  const ended = Promise.all(hosts.map(linesOf))
  const draws = stream(round, 'suspensions').at()
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end) {
    // All but one, so that the owner is mostly among them.
    const awake = Math.floor(hosts.length * draws.uniform())
    const asleep = hosts.filter((_, host) => host !== awake)
    for (const host of asleep) host.suspend()
    await sleep(STALE_MS * (0.8 + 1.7 * draws.uniform()))
    for (const host of asleep) host.resume()
    await sleep(100 * draws.uniform())
  }
  const said = (await ended).flat()
  const written = said.filter((line) => /^[0-9a-f]{32} \d+$/.test(line))
  expect(said.filter((line) => line !== 'lost' && !written.includes(line))).toEqual([])
  const lines = await readFile(join(folders[0], `lines-${round}`), 'utf8')
  const stored = lines.trim().split('\n')
  expect(new Set(stored).size).toBe(stored.length)
  expect(written.filter((line) => !stored.includes(line))).toEqual([])
  // Who loses the lock between a file and its line in the record does not know that the file is in its place.
  const ofToken = (token: string) => written.filter((line) => line.startsWith(token)).length
  const unsaid = stored.filter((line) => !written.includes(line))
  expect(unsaid).toEqual(unsaid.map((line) => `${line.slice(0, 32)} ${ofToken(line.slice(0, 32))}`))
  expect(new Set(unsaid.map((line) => line.slice(0, 32))).size).toBe(unsaid.length)
  expect(unsaid.length).toBeLessThanOrEqual(said.filter((line) => line === 'lost').length)
  return said.includes('lost')
}

describe.skipIf(noNamespaces !== undefined)(
  `hosts that share a folder${noNamespaces === undefined ? '' : ` (skipped: ${noNamespaces})`}`,
  () => {
    it('lose no file to those of them that were suspended, whenever that was', async () => {
      // On a loaded machine no lock may be lost: then nothing was tried.
      for (let round = 0; !(await loseLocks(round)); round++);
    })

    // The lock of a dead host is there at first, with its folder.
    it.concurrent.each([
      [1, 'puts its lock in the place of an abandoned one', []],
      [2, 'moves the folder of the former owner away', []],
      [3, 'puts a file in its place', ['lock-lost']],
      [4, 'lists the file in the record', ['lock-lost']],
      [5, 'removes a file', ['lock-lost']],
      [6, 'gives the lock back', []],
    ])(
      'change nothing of another when they sleep before rename %i, which %s',
      async (stop, _, outcome) => {
        const folder = join(folders[0], `rename-${stop}`)
        const lock = join(folder, 'lock')
        const token = '0'.repeat(32)
        await mkdir(join(folder, `lock.${token}`), { recursive: true })
        const owner = { token, host: 'elsewhere', pid: 1 }
        await writeFile(lock, lockContent(owner))
        const timing: LockTiming = { beat: 50, stale: 2 * STALE_MS, poll: 10 }
        const script = ['--input-type=module', '-e', RENAMER, lock, folder, String(stop)]
        const former = startApart('other', script)
        const said = linesOf(former)
        await once(former.process.stdout as Readable, 'data')
        former.suspend()
        await withLock(
          lock,
          async (lease) => {
            await lease.write(join(folder, 'written'), 'theirs')
            await lease.write(join(folder, 'removed'), 'theirs')
            await writeFile(join(folder, 'awake'), '')
            former.resume()
            // Who had no lock yet waits for this one, and may write when it is given back.
            if (stop > 2) await said
            else {
              const ended = said.then(() => true)
              expect(await Promise.race([ended, sleep(2_500).then(() => false)])).toBe(false)
            }
            for (const file of ['written', 'removed'])
              expect(await readFile(join(folder, file), 'utf8')).toBe('theirs')
            await lease.check()
          },
          { timing },
        )
        expect((await said).slice(1)).toEqual(outcome)
        expect(existsSync(lock)).toBe(false)
      },
    )
  },
)
