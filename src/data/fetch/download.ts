/** Downloads one file over a connection that may break, and goes on where it stopped. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { EnvironmentError, LowlayerError, messageOf } from '../../core/errors.js'
import { writeFailure } from '../../store/writeFailure.js'
import type { RemoteFile } from './catalogue.js'

/** How a download behaves; the defaults suit the internet. */
export interface DownloadOptions {
  readonly onProgress?: (file: string, received: number, total: number) => void
  readonly signal?: AbortSignal
  /** Tries a home before the next one is asked. */
  readonly attempts?: number
  /** Time in which a connection must bring {@link LEAST_RATE}, or counts as broken. */
  readonly stallMs?: number
  /** Pause before the second try; it doubles from try to try. */
  readonly pauseMs?: number
}

/** Bytes a second: less would take days for the smallest data set. */
const LEAST_RATE = 100

/** An answer that trying again would not change. */
class Refusal extends Error {}

/**
 * Downloads a file to `path` from the first home that gives it whole. What has arrived is kept in
 * `path`.part, so that a broken download goes on where it stopped, also in a later call. The file
 * gets its name only once its checksum is right. Throws EnvironmentError, or {@link writeFailure} when the
 * disk cannot be written.
 */
export async function download(
  file: RemoteFile,
  homes: readonly string[],
  path: string,
  options: DownloadOptions,
): Promise<void> {
  const part = `${path}.part`
  const failures: string[] = []
  for (const home of homes) {
    const url = new URL(file.name, home).href
    const continued = (await sizeOf(part)) > 0
    try {
      // What an earlier call had left may have been of another file: once more, from the start.
      for (let tries = continued ? 2 : 1; tries > 0; tries--) {
        await receive(url, file, part, options)
        if (await hasChecksum(part, file)) return await rename(part, path)
        await rm(part)
      }
      throw new Refusal(wrongChecksum(file))
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof LowlayerError) throw error
      failures.push(`${url}: ${reasonOf(error)}`)
    }
  }
  const kept = await sizeOf(part)
  const hint =
    kept > 0 ? `; the first ${kept} bytes are kept: the same command goes on from there` : ''
  throw new EnvironmentError(`could not download ${file.name}: ${failures.join('; ')}${hint}`)
}

/** Whether a file is there with the right checksum. */
export async function hasChecksum(path: string, { md5 }: RemoteFile): Promise<boolean> {
  if ((await sizeOf(path)) === 0) return false
  const hash = createHash('md5')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex') === md5
}

function wrongChecksum(file: RemoteFile): string {
  return `what came has another checksum than ${file.md5} and was deleted`
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error ? `${messageOf(error)} (${cause.message})` : messageOf(error)
}

/** Receives until the end, trying again from where the connection broke. */
async function receive(
  url: string,
  file: RemoteFile,
  part: string,
  options: DownloadOptions,
): Promise<void> {
  const { attempts = 4, pauseMs = 1000, signal } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await receiveOnce(url, file, part, options)
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof Refusal || error instanceof LowlayerError || attempt === attempts)
        throw error
      await pause(pauseMs * 2 ** (attempt - 1), undefined, { signal })
    }
  }
}

async function receiveOnce(
  url: string,
  file: RemoteFile,
  part: string,
  { stallMs = 30_000, signal, onProgress }: DownloadOptions,
): Promise<void> {
  const cannotWrite = (error: unknown): never => {
    throw writeFailure(part, error)
  }
  const had = await sizeOf(part)
  const stall = new AbortController()
  let came = 0
  const timer = setInterval(() => {
    const tooSlow = `no more than ${came} bytes came in ${stallMs / 1000} s`
    if (came < (LEAST_RATE * stallMs) / 1000) stall.abort(new Error(tooSlow))
    came = 0
  }, stallMs)
  const watch = signal === undefined ? stall.signal : AbortSignal.any([stall.signal, signal])
  try {
    // Encoded answers would be unpacked on the way and have another checksum.
    const headers: Record<string, string> = { 'accept-encoding': 'identity' }
    if (had > 0) headers.range = `bytes=${had}-`
    const response = await fetch(url, { headers, signal: watch })
    const from = startOf(response, had)
    if (from === undefined) return
    const sink = await open(part, from > 0 ? 'a' : 'w').catch(cannotWrite)
    let received = from
    try {
      for await (const chunk of response.body ?? []) {
        came += chunk.length
        received += chunk.length
        if (received > 2 * file.bytes) throw new Refusal(`longer than twice ${file.bytes} bytes`)
        await sink.write(chunk).catch(cannotWrite)
        onProgress?.(file.name, received, Math.max(file.bytes, received))
      }
    } finally {
      await sink.close()
    }
  } finally {
    clearInterval(timer)
  }
}

/** Where an answer's bytes belong; undefined when all of them are here already. */
function startOf(response: Response, had: number): number | undefined {
  if (response.status === 200) return 0
  if (response.status === 206) {
    const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]
    if (Number(start) === had) return had
    throw new Refusal('the server sent another part of the file than was asked for')
  }
  // The range begins at the end of the file or beyond; the checksum tells which.
  if (response.status === 416 && had > 0) return undefined
  const status = `${response.status} ${response.statusText}`.trim()
  const passing = response.status >= 500 || response.status === 429 || response.status === 408
  throw passing ? new Error(status) : new Refusal(status)
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}
