/** Records of what was written against files that were changed or lost, kills in the middle of a write, and others that write. */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { mutations, sameBytes } from '../testing/mutations.js'
import { soleLease } from '../testing/soleLease.js'
import { writeAtomically } from './atomic.js'
import { RECORD_NAME } from './layout.js'
import { withLock } from './lock.js'
import { formatRecord, parseRecord, readRecord, type Sum } from './record.js'
import { RecordKeeper } from './recordKeeper.js'
import {
  faultOf,
  isStored,
  madeFrom,
  readStored,
  readStoredPieces,
  readStoredText,
  verifyStored,
} from './stored.js'

import { verifyFolder } from './verify.js'

const root = await mkdtemp(join(tmpdir(), 'lowlayer-record-'))
afterAll(() => rm(root, { recursive: true }))

let folder: string
let file: string
let folders = 0
beforeEach(() => {
  folder = join(root, String(folders++))
  file = join(folder, 'part', 'file.txt')
})

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const sums: fc.Arbitrary<ReadonlyMap<string, Sum>> = fc
  .dictionary(
    fc.string({ minLength: 1 }).filter((name) => !name.includes('\n')),
    fc.record(
      { bytes: fc.nat(), sha256: hex(64), from: hex(16) },
      { requiredKeys: ['bytes', 'sha256'] },
    ),
    { noNullPrototype: true },
  )
  .map((found) => new Map(Object.entries(found)))

describe('a record', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(sums, sums, (files, next) => {
        const text = formatRecord({ files, next })
        const found = parseRecord(text)
        expect(new Map(found?.files)).toEqual(files)
        expect(new Map(found?.next)).toEqual(next)
      }),
    )
  })

  it('is refused after any change', () => {
    const some = { bytes: 12, sha256: '0123456789abcdef'.repeat(4), from: '0123456789abcdef' }
    const record = {
      files: new Map([
        ['a', some],
        ['b/c.npz', { ...some, bytes: 3 }],
      ]),
      next: new Map([['a', some]]),
    }
    const whole = Buffer.from(formatRecord(record))
    const draws = stream(1, 'record').at()
    for (const [kind, mutate] of Object.entries(mutations)) {
      for (let turn = 0; turn < 200; turn++) {
        const changed = mutate(whole, draws)
        if (sameBytes(changed, whole)) continue
        expect(parseRecord(Buffer.from(changed).toString('utf8')), kind).toBeUndefined()
      }
    }
  })

  it('is what sha256sum checks, comments included', async () => {
    await soleLease(folder).write(file, 'one')
    await soleLease(folder).write(join(folder, 'other'), 'two', '0123456789abcdef')
    const check = () =>
      execFileSync('sha256sum', ['--strict', '-c', RECORD_NAME], {
        cwd: folder,
        encoding: 'utf8',
        stdio: 'pipe',
      })
    expect(check()).toBe('other: OK\npart/file.txt: OK\n')
    await writeFile(file, 'One')
    expect(check).toThrow()
  })

  it('of a lock’s folder is kept by whoever holds the lock', async () => {
    await withLock(join(folder, 'lock'), ({ write }) => write(file, 'one'))
    await withLock(join(folder, 'lock'), async ({ write, remove }) => {
      await Promise.all(['a', 'b', 'c'].map((name) => write(join(folder, name), name)))
      await remove(join(folder, 'b'))
    })
    expect([...(await readRecord(folder)).files.keys()]).toEqual(['a', 'c', 'part/file.txt'])
    expect(await verifyFolder(folder)).toEqual({ files: 3, findings: [] })
    expect(await readStoredText(file)).toBe('one')
  })
})

describe('a stored file', () => {
  it.each(Object.keys(mutations))('%s is noticed and not used', async (kind) => {
    const lease = soleLease(folder)
    const draws = stream(2, 'stored', kind).at()
    const whole = Buffer.from(Array.from({ length: 300 }, (_, at) => `${at * 7},`).join(''))
    await lease.write(file, whole)
    await lease.write(join(folder, 'other'), 'other')
    for (let turn = 0; turn < 20; turn++) {
      const changed = mutations[kind](whole, draws)
      if (sameBytes(changed, whole)) continue
      await writeFile(file, changed)
      expect((await faultOf(file, 'content'))?.kind).toBe('damaged')
      if (changed.length !== whole.length) expect(await isStored(file, 'place')).toBe(false)
      await expect(readStored(file)).rejects.toThrow(
        /file\.txt is not what was written.*makes it anew/,
      )
      await expect(verifyStored(file)).rejects.toThrow(/file\.txt is .*makes it anew/)
      const { findings } = await verifyFolder(folder)
      expect(findings.map((finding) => finding.file)).toEqual(['part/file.txt'])
    }
    expect(await readStoredText(join(folder, 'other'))).toBe('other')
  })

  it('that is gone, or was put there by another hand, is told from one that never was', async () => {
    const lease = soleLease(folder)
    await lease.write(file, 'one')
    const stray = join(folder, 'part', 'stray')
    await writeFile(stray, 'stray')
    expect(await faultOf(join(folder, 'none'), 'content')).toMatchObject({ kind: 'absent' })
    expect(await readStored(join(folder, 'none'))).toBeUndefined()
    expect(await faultOf(stray, 'place')).toMatchObject({ kind: 'unrecorded' })
    await expect(readStored(stray)).rejects.toThrow(/stray is not listed in SHA256SUMS/)
    await rm(file)
    expect(await faultOf(file, 'place')).toMatchObject({ kind: 'missing' })
    await expect(readStored(file)).rejects.toThrow(/file\.txt is missing/)
    expect((await verifyFolder(folder)).findings.map((finding) => finding.file)).toEqual([
      'part/file.txt',
      'part/stray',
    ])
  })

  it('is read piece by piece as a whole, and its damage told before what its reader makes of it', async () => {
    const text = Array.from({ length: 300_000 }, (_, line) => `line ${line}`).join('\n')
    await soleLease(folder).write(file, text)
    const read = () =>
      readStoredPieces(file, async (pieces) => {
        let found = ''
        for await (const piece of pieces) found += Buffer.from(piece).toString('latin1')
        if (found.includes('damage')) throw new RangeError('a word that is not known')
        return found
      })
    expect(text.length).toBeGreaterThan(2 ** 21)
    expect(await read()).toBe(text)
    await writeFile(file, text.replace('line 7', 'damage'))
    await expect(read()).rejects.toThrow(/file\.txt is not what was written/)
    await writeFile(file, text.replace('line 7', 'like 7'))
    await expect(read()).rejects.toThrow(/file\.txt is not what was written/)
    await rm(file)
    await expect(read()).rejects.toThrow(/file\.txt is missing/)
    await soleLease(folder).write(file, 'damage')
    await expect(read()).rejects.toThrow('a word that is not known')
    expect(
      await readStoredPieces(join(folder, 'none'), () => Promise.resolve('read')),
    ).toBeUndefined()
  })

  it('counts for nothing where its record is gone or damaged, until it is written again', async () => {
    await soleLease(folder).write(file, 'one')
    const record = join(folder, RECORD_NAME)
    const text = await readFile(record, 'utf8')
    await writeFile(record, text.replace('3 bytes', '4 bytes'))
    expect(await isStored(file, 'place')).toBe(false)
    await expect(readStored(file)).rejects.toThrow(/SHA256SUMS is damaged/)
    expect((await verifyFolder(folder)).findings).toEqual([
      { file: RECORD_NAME, why: expect.stringContaining('is damaged') },
    ])
    await rm(record)
    expect(await isStored(file, 'place')).toBe(false)
    await writeFile(record, text.slice(0, 40))
    await soleLease(folder).write(file, 'one')
    expect(await readStoredText(file)).toBe('one')
  })

  it('is stale once what it was made from is another', async () => {
    const lease = soleLease(folder)
    const source = join(folder, 'source')
    await lease.write(source, 'one')
    const before = await madeFrom([source])
    await lease.write(file, 'made', before)
    expect(await isStored(file, 'content', await madeFrom([source]))).toBe(true)
    await lease.write(source, 'two')
    expect(await faultOf(file, 'place', await madeFrom([source]))).toMatchObject({ kind: 'stale' })
    await lease.write(source, 'one')
    expect(await isStored(file, 'content', await madeFrom([source]))).toBe(true)
  })
})

/** A kill, as far as a test can have one: from its n-th step on, nothing of a writer happens any more. */
class Killed extends Error {}

describe('a kill at any step of a write', () => {
  async function writeUntil(steps: number, content: string): Promise<boolean> {
    let left = steps
    let temporary = 0
    const step = () => {
      if (left-- <= 0) throw new Killed()
    }
    const keeper = new RecordKeeper(folder, async (path, data, beforeRename) => {
      const guard = async () => {
        step()
        await beforeRename?.()
        step()
      }
      await writeAtomically(path, data, { temporary: `${path}.${temporary++}.tmp`, guard })
      step()
    })
    return keeper.write(file, content).then(
      () => true,
      () => false,
    )
  }

  it('leaves a file that was there as it was or as it is to be, and listed', async () => {
    await soleLease(folder).write(file, 'old')
    const seen = new Set<string | undefined>()
    for (let steps = 0; ; steps++) {
      await soleLease(folder).write(file, 'old')
      const ended = await writeUntil(steps, 'new')
      seen.add(await readStoredText(file))
      // Who comes next goes on from either.
      await soleLease(folder).write(join(folder, 'next'), String(steps))
      expect(['old', 'new']).toContain(await readStoredText(file))
      expect((await verifyFolder(folder)).findings).toEqual([])
      if (ended) break
      expect(steps).toBeLessThan(100)
    }
    expect(seen).toEqual(new Set(['old', 'new']))
  })

  it('leaves of a new file nothing, or one that is not used until it is written again', async () => {
    for (let steps = 0; ; steps++) {
      await rm(folder, { recursive: true, force: true })
      if (await writeUntil(steps, 'new')) break
      const text = await readStoredText(file).catch(() => undefined)
      expect(text === undefined || text === 'new').toBe(true)
      expect(await isStored(file, 'content')).toBe(text !== undefined)
      await soleLease(folder).write(file, 'again')
      expect(await readStoredText(file)).toBe('again')
    }
    expect(await readdir(join(folder, 'part'))).toEqual(['file.txt'])
  })
})

describe('reading while another process writes', () => {
  it('never finds damage', async () => {
    const lease = soleLease(folder)
    await lease.write(file, '0')
    let done = false
    const writing = (async () => {
      for (let round = 1; round <= 60; round++) await lease.write(file, String(round).repeat(round))
      done = true
    })()
    let last = 0
    while (!done) {
      const text = (await readStoredText(file)) as string
      const size = (await stat(file)).size
      expect(size).toBeGreaterThan(0)
      last = Math.max(last, text.length)
    }
    await writing
    expect(await readStoredText(file)).toBe('60'.repeat(60))
    expect(last).toBeGreaterThan(0)
    await truncate(file, 3)
    expect(existsSync(file)).toBe(true)
    await expect(readStoredText(file)).rejects.toThrow(/is not what was written/)
  })
})
