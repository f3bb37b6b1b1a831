/** Writing and reading of files where folders are missing, links lie or writing fails. */
import { mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InputError, TaskError } from '../core/errors.js'
import { noSmallDisk, smallDisk } from '../testing/smallDisk.js'
import { readJson, writeAtomically, writeNote } from './atomic.js'
import { withLock } from './lock.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-store-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('writeAtomically', () => {
  it('makes folders, replaces the file and leaves nothing else behind', async () => {
    const path = join(folder, 'deep', 'er', 'file.txt')
    await writeAtomically(path, 'one')
    await writeAtomically(path, 'two')
    expect(await readFile(path, 'utf8')).toBe('two')
    expect(await readdir(join(folder, 'deep', 'er'))).toEqual(['file.txt'])
  })

  it('gives up where folders cannot be made, instead of trying for ever', async () => {
    await expect(writeAtomically('/proc/nowhere/file', '')).rejects.toThrow(/cannot write/)
  })

  it('says which place cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    const path = join(folder, 'file', 'below')
    await expect(writeAtomically(path, '')).rejects.toThrow(`cannot write ${path}`)
  })
})

describe.each([
  ['writeAtomically', writeAtomically],
  ['writeNote', writeNote],
] as const)('%s', (name, write) => {
  it('replaces a link, and leaves what it points at as it was', async () => {
    const other = join(folder, `${name}-of-others`)
    const path = join(folder, `${name}-linked`)
    await writeFile(other, 'theirs')
    await symlink(other, path)
    await write(path, 'mine')
    expect(await readFile(path, 'utf8')).toBe('mine')
    expect(await readFile(other, 'utf8')).toBe('theirs')
    await expect(readlink(path)).rejects.toThrow('EINVAL')
  })
})

describe.skipIf(noSmallDisk !== undefined)(
  `a full disk${noSmallDisk === undefined ? '' : ` (skipped: ${noSmallDisk})`}`,
  () => {
    it('fails whoever locks, writes or removes there, changes nothing, and is forgotten when there is room', async () => {
      const disk = smallDisk(16)
      try {
        const [lock, file] = [join(disk.path, 'lock'), join(disk.path, 'file')]
        const put = (text: string) => withLock(lock, ({ write }) => write(file, text))
        disk.leave(8)
        await put('one')
        disk.leave(0)
        await expect(put('two')).rejects.toThrow(TaskError)
        await expect(put('two')).rejects.toThrow(/lock.*ENOSPC.*make room/)
        // Room for the lock and nothing else.
        disk.leave(1)
        await expect(put('two')).rejects.toThrow(/ENOSPC.*make room/)
        await expect(writeNote(join(disk.path, 'note'), 'x'.repeat(9999))).rejects.toThrow(
          TaskError,
        )
        expect(await readFile(file, 'utf8')).toBe('one')
        await rm(join(disk.path, 'note'), { force: true })
        expect((await readdir(disk.path)).sort()).toEqual(['SHA256SUMS', 'ballast', 'file'])
        disk.leave(8)
        await put('two')
        expect(await readFile(file, 'utf8')).toBe('two')
      } finally {
        disk.remove()
      }
    })
    it('that nobody may write is the fault of who chose it, and is not waited for', async () => {
      const disk = smallDisk(16)
      try {
        const [lock, file] = [join(disk.path, 'lock'), join(disk.path, 'file')]
        await withLock(lock, ({ write }) => write(file, 'one'))
        disk.freeze()
        const locking = withLock(lock, ({ write }) => write(file, 'two'))
        await expect(locking).rejects.toThrow(InputError)
        await expect(writeNote(file, 'two')).rejects.toThrow(/cannot write .*EROFS/)
        expect(await readFile(file, 'utf8')).toBe('one')
      } finally {
        disk.remove()
      }
    })
  },
)

describe('readJson', () => {
  it('tells a missing file from a damaged one', async () => {
    expect(await readJson(join(folder, 'none.json'))).toBeUndefined()
    const path = join(folder, 'half.json')
    await writeFile(path, '{"complete": tr')
    await expect(readJson(path)).rejects.toThrow(/half\.json is damaged/)
  })
})
