import { resolve } from 'node:path'
import cliProgress from 'cli-progress'
import { InputError } from '../../../core/errors.js'
import { nearestName } from '../../../core/nearest.js'
import { catalogue } from '../../../data/fetch/catalogue.js'
import type { DownloadOptions } from '../../../data/fetch/download.js'
import { fetchFiles } from '../../../data/fetch/fetch.js'
import { type SourceName, sourceNames } from '../../../data/named.js'
import type { FetchOptions } from '../../commands/data.js'
import { dataFolders } from '../../studyOptions.js'
import { megabytes } from './megabytes.js'
import { others } from './others.js'

/** Downloads a data set from its own home, checks and unpacks it. Throws InputError where none has this name. */
export async function fetchDataSet(name: string, options: FetchOptions): Promise<void> {
  const known = knownName(name)
  const folder = resolve(options.to ?? dataFolders()[0], known)
  const { files, homes } = catalogue[known]
  const progress = downloadProgress()
  try {
    const mirrors = options.mirror === undefined ? homes : [mirrorUrl(options.mirror)]
    await fetchFiles({ files, homes: mirrors }, folder, progress)
  } finally {
    progress.end()
  }
  process.stderr.write(`${known} is in ${folder}\n`)
}

function knownName(name: string): SourceName {
  const known = sourceNames.find((candidate) => candidate === name)
  if (known !== undefined) return known
  if (others[name] !== undefined) {
    throw new InputError(`"${name}" needs no download: ${others[name]}`)
  }
  const all = sourceNames.join(', ')
  throw new InputError(
    `unknown data set "${name}" (did you mean "${nearestName(name, sourceNames)}"?): one of ${all}`,
  )
}

function mirrorUrl(text: string): string {
  const folder = text.endsWith('/') ? text : `${text}/`
  if (URL.canParse(folder) && /^https?:/i.test(folder)) return folder
  throw new InputError(`--mirror "${text}" is no http or https address`)
}

/** A bar on a terminal; elsewhere one line per file and one every 30 s. */
function downloadProgress(): DownloadOptions & { end: () => void } {
  const isTerminal = process.stderr.isTTY && process.env.CI === undefined
  return isTerminal ? progressBar() : progressLines()
}

function progressBar(): DownloadOptions & { end: () => void } {
  const bar = new cliProgress.SingleBar({
    format: '{file} {bar} {percentage}% of {size}',
    hideCursor: true,
    linewrap: false,
    stream: process.stderr,
  })
  let current: string | undefined
  return {
    onProgress(file, received, total) {
      if (file !== current) {
        if (current !== undefined) bar.stop()
        bar.start(total, received, { file, size: megabytes(total) })
        current = file
      }
      bar.update(received)
    },
    end: () => bar.stop(),
  }
}

function progressLines(): DownloadOptions & { end: () => void } {
  let current: string | undefined
  let told = 0
  return {
    onProgress(file, received, total) {
      const now = performance.now()
      if (file === current && now - told < 30_000) return
      process.stderr.write(`${file}: ${megabytes(received)} of ${megabytes(total)}\n`)
      current = file
      told = now
    },
    end: () => undefined,
  }
}
