/** Downloads from a local server that breaks off, stalls and lies, and archives that lead out of their folder. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EnvironmentError, InputError } from '../../core/errors.js'
import { catalogue, type RemoteFile } from './catalogue.js'
import type { DownloadOptions } from './download.js'
import { fetchFiles } from './fetch.js'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let folder: string
let server: Server | undefined
/** Ranges that the server was asked for, in order. */
let asked: (string | undefined)[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-fetch-'))
  asked = []
})

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
  await rm(folder, { recursive: true })
})

async function serve(handler: Handler): Promise<string> {
  const started = createServer((request, response) => {
    asked.push(request.headers.range)
    handler(request, response)
  })
  server = started
  await new Promise<void>((done) => started.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`
}

const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 256))

function remote(name: string, bytes: Uint8Array, members?: string[]): RemoteFile {
  const md5 = createHash('md5').update(bytes).digest('hex')
  return { name, md5, bytes: bytes.length, ...(members === undefined ? {} : { members }) }
}

const quick: DownloadOptions = { attempts: 3, stallMs: 5000, pauseMs: 1 }

function fetchFrom(homes: string[], file: RemoteFile, options = quick): Promise<void> {
  return fetchFiles({ homes, files: [file] }, folder, options)
}

/** Answers with the content from where the request asks for it. */
function ranged(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const headers = { 'content-length': bytes.length - from }
  if (from === 0) response.writeHead(200, headers)
  else {
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
    response.writeHead(206, { ...headers, 'content-range': range })
  }
  response.end(bytes.subarray(from))
}

describe('a download', () => {
  const file = remote('numbers.bin', content)
  const here = () => readFile(join(folder, 'numbers.bin'))

  it('arrives whole, tells its progress, and is not repeated', async () => {
    const home = await serve((request, response) => ranged(request, response, content))
    const seen: number[] = []
    await fetchFrom([home], file, { ...quick, onProgress: (_, received) => seen.push(received) })
    expect(await here()).toEqual(content)
    expect(seen.at(-1)).toBe(content.length)
    await fetchFrom([home], file)
    expect(asked).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['numbers.bin'])
  })

  it('goes on where the connection broke', async () => {
    const home = await serve((request, response) => {
      if (request.headers.range !== undefined) return ranged(request, response, content)
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 40_000), () => setTimeout(() => response.destroy(), 50))
    })
    await fetchFrom([home], file)
    expect(await here()).toEqual(content)
    expect(asked).toEqual([undefined, 'bytes=40000-'])
  })

  it('goes on where an earlier call had to stop, also at another home', async () => {
    const broken = await serve((request, response) => {
      if (request.headers.range !== undefined) return void response.writeHead(503).end()
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 40_000), () => setTimeout(() => response.destroy(), 50))
    })
    const failed = fetchFrom([broken], file)
    await expect(failed).rejects.toThrow(EnvironmentError)
    await expect(failed).rejects.toThrow(/numbers\.bin: .*503 .*the first 40000 bytes are kept/)
    server?.close()
    asked = []
    const home = await serve((request, response) => ranged(request, response, content))
    await fetchFrom([home], file)
    expect(await here()).toEqual(content)
    expect(asked).toEqual(['bytes=40000-'])
  })

  it('gives up on a silent connection', async () => {
    const home = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 10))
    })
    await expect(fetchFrom([home], file, { ...quick, attempts: 1, stallMs: 200 })).rejects.toThrow(
      /no more than 1?0 bytes came in 0\.2 s/,
    )
  })

  it('gives up on a connection that brings a byte at a time, and keeps what came', async () => {
    const home = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length })
      const timer = setInterval(() => response.write(content.subarray(0, 1)), 50)
      response.on('close', () => clearInterval(timer))
    })
    await expect(fetchFrom([home], file, { ...quick, attempts: 1, stallMs: 400 })).rejects.toThrow(
      /no more than \d bytes came in 0\.4 s; the first \d bytes are kept/,
    )
  })

  it('bears a slow connection that keeps talking', async () => {
    const home = await serve((_, response) => {
      response.writeHead(200)
      let at = 0
      const timer = setInterval(() => {
        response.write(content.subarray(at, at + 10_000))
        at += 10_000
        if (at < content.length) return
        clearInterval(timer)
        response.end()
      }, 40)
    })
    await fetchFrom([home], file)
    expect(await here()).toEqual(content)
  })

  it('with a wrong checksum is deleted, and the next home asked', async () => {
    const wrong = Buffer.from(content).fill(1, 500, 501)
    const home = await serve((request, response) =>
      ranged(request, response, request.url?.startsWith('/bad/') ? wrong : content),
    )
    await expect(fetchFrom([`${home}bad/`], file)).rejects.toThrow(
      /another checksum than .* deleted$/,
    )
    expect(await readdir(folder)).toEqual([])
    await fetchFrom([`${home}bad/`, home], file)
    expect(await here()).toEqual(content)
  })

  it('begins anew when what was left from an earlier call does not fit', async () => {
    await writeFile(join(folder, 'numbers.bin.part'), 'something else')
    const home = await serve((request, response) => ranged(request, response, content))
    await fetchFrom([home], file)
    expect(await here()).toEqual(content)
    expect(asked).toEqual(['bytes=14-', undefined])
  })

  it('begins anew when the server knows no ranges, and ends when all was there', async () => {
    await writeFile(join(folder, 'numbers.bin.part'), content.subarray(0, 99))
    const home = await serve((_, response) => void response.writeHead(200).end(content))
    await fetchFrom([home], file)
    expect(await here()).toEqual(content)
    server?.close()
    await rm(join(folder, 'numbers.bin'))
    await writeFile(join(folder, 'numbers.bin.part'), content)
    const full = await serve((_, response) => void response.writeHead(416).end())
    await fetchFrom([full], file)
    expect(await here()).toEqual(content)
  })

  it('follows redirects, but not in circles', async () => {
    const home = await serve((request, response) => {
      if (request.url === '/numbers.bin') response.writeHead(302, { location: '/moved' }).end()
      else if (request.url === '/moved') ranged(request, response, content)
      else response.writeHead(302, { location: request.url }).end()
    })
    await fetchFrom([home], file)
    expect(await here()).toEqual(content)
    await expect(fetchFrom([`${home}circle/`], remote('x', content))).rejects.toThrow(/redirect/)
  })

  it('that is not there, or endless, is refused at once', async () => {
    const home = await serve((request, response) => {
      if (request.url === '/missing') return void response.writeHead(404).end()
      response.writeHead(200)
      const more = () => response.write(content, () => setImmediate(more))
      more()
    })
    await expect(fetchFrom([home], remote('missing', content))).rejects.toThrow(
      /missing: 404 Not Found/,
    )
    expect(asked).toHaveLength(1)
    await expect(fetchFrom([home], file)).rejects.toThrow(/longer than twice 100000 bytes/)
  })

  it('into a place that is no folder is bad input', async () => {
    await writeFile(join(folder, 'occupied'), '')
    const fetching = fetchFiles({ homes: [], files: [] }, join(folder, 'occupied', 'mnist'))
    await expect(fetching).rejects.toThrow(InputError)
  })
})

/** One tar entry: a ustar header with a right checksum, then the data. */
function tarEntry(name: string, data: string | Uint8Array, type = '0', link = ''): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157, 100)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

function tarball(...entries: Uint8Array[]): Uint8Array {
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]))
}

describe('an archive', () => {
  async function fetchArchive(name: string, bytes: Uint8Array): Promise<void> {
    const home = await serve((request, response) => ranged(request, response, bytes))
    await fetchFrom([home], remote(name, bytes, ['a.bin', 'b.bin']))
  }

  const good = [tarEntry('set/a.bin', 'first'), tarEntry('set/b.bin', 'second')]

  it('gives its wanted files only, into one folder, and is deleted', async () => {
    const long = `${'deep/'.repeat(40)}b.bin`
    const pax = `path=${long}\n`
    const record = `${pax.length + 4} ${pax}`
    await fetchArchive(
      'set.tar.gz',
      tarball(
        tarEntry('set/', '', '5'),
        good[0],
        tarEntry('x', record, 'x'),
        tarEntry('short', 'second'),
        tarEntry('set/c.bin', 'other'),
      ),
    )
    expect((await readdir(folder)).sort()).toEqual(['a.bin', 'b.bin'])
    expect(await readFile(join(folder, 'b.bin'), 'utf8')).toBe('second')
  })

  it('may be a zip', async () => {
    const files = {
      'set/a.bin': strToU8('first'),
      'set/b.bin': strToU8('second'),
      'set/c.bin': strToU8('other'),
    }
    await fetchArchive('set.zip', zipSync(files))
    expect((await readdir(folder)).sort()).toEqual(['a.bin', 'b.bin'])
    expect(await readFile(join(folder, 'a.bin'), 'utf8')).toBe('first')
  })

  it.each([
    [
      'a path upwards',
      'x.tar.gz',
      tarball(...good, tarEntry('../../evil', 'x')),
      /"\.\.\/\.\.\/evil", which leads out/,
    ],
    [
      'an absolute path',
      'x.tar.gz',
      tarball(...good, tarEntry('/etc/evil', 'x')),
      /"\/etc\/evil", which leads out/,
    ],
    ['a drive letter', 'x.tar.gz', tarball(...good, tarEntry('C:evil', 'x')), /leads out/],
    ['a backslash', 'x.tar.gz', tarball(...good, tarEntry('..\\evil', 'x')), /leads out/],
    [
      'a symbolic link',
      'x.tar.gz',
      tarball(...good, tarEntry('c.bin', '', '2', '/etc/passwd')),
      /"c\.bin", which is a link or device/,
    ],
    [
      'a hard link',
      'x.tar.gz',
      tarball(tarEntry('a.bin', '', '1', '/etc/passwd'), good[1]),
      /is a link or device/,
    ],
    ['a device', 'x.tar.gz', tarball(...good, tarEntry('c.bin', '', '3')), /is a link or device/],
    [
      'a file twice',
      'x.tar.gz',
      tarball(...good, tarEntry('other/a.bin', 'x')),
      /holds a\.bin twice/,
    ],
    ['a missing file', 'x.tar.gz', tarball(good[0]), /has no b\.bin/],
    ['no end', 'x.tar.gz', gzipSync(Buffer.concat(good).subarray(0, 1600)), /cut short/],
    [
      'no tar inside',
      'x.tar.gz',
      gzipSync(Buffer.alloc(2000, 7)),
      /no tar archive, damaged or cut short: /,
    ],
    ['no gzip', 'x.tar.gz', Buffer.from('<html>moved</html>'), /damaged or cut short/],
    [
      'a zip path upwards',
      'x.zip',
      zipSync({ 'a.bin': strToU8('1'), 'b.bin': strToU8('2'), '../evil': strToU8('x') }),
      /leads out/,
    ],
    ['a damaged zip', 'x.zip', zipSync({ 'a.bin': strToU8('1') }).subarray(0, 30), /cut short/],
  ])('with %s is refused, and nothing of it is written', async (_, name, bytes, message) => {
    const fetching = fetchArchive(name, bytes)
    await expect(fetching).rejects.toThrow(InputError)
    await expect(fetching).rejects.toThrow(message)
    expect(await readdir(folder)).toEqual([name])
    expect(existsSync(join(folder, '..', 'evil'))).toBe(false)
  })
})

it('the catalogue has whole checksums and names files that loaders look for', () => {
  for (const { files, homes } of Object.values(catalogue)) {
    for (const { md5 } of files) expect(md5).toMatch(/^[0-9a-f]{32}$/)
    for (const home of homes) expect(home).toMatch(/^https?:.*\/$/)
  }
})
