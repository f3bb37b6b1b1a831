/** Whether all files of a folder are what was written, and none besides is there. */

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../core/errors.js'
import { RECORD_NAME } from './layout.js'
import { nameIn, readRecord } from './record.js'
import { faultOf } from './stored.js'

/** What is wrong with a file, by its path below the folder that was asked for. */
export interface Finding {
  readonly file: string
  readonly why: string
}

/** What a verification found. */
export interface Verification {
  /** Files that records list. */
  readonly files: number
  readonly findings: readonly Finding[]
}

/** What processes at work, or killed ones, leave beside what is stored, and notes of what failed. */
const NOT_STORED = /^(lock|lock\..*|.*\.partial|.*\.tmp|failed-.*\.json)$/

/**
 * Reads every stored file in a folder and below, and compares it with the record that lists it. Damaged, missing
 * and unlisted files are found, and damaged records.
 */
export async function verifyFolder(root: string): Promise<Verification> {
  const findings: Finding[] = []
  let files = 0
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true })
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (entry.name === RECORD_NAME) files += await verifyListed(folder, root, findings)
      else if (NOT_STORED.test(entry.name)) continue
      else if (entry.isDirectory()) await visit(path)
      else await verifyUnlisted(path, root, findings)
    }
  }
  await visit(root)
  return { files, findings }
}

/** Compares what a record lists; the number of its files. */
async function verifyListed(folder: string, root: string, findings: Finding[]): Promise<number> {
  try {
    const { files } = await readRecord(folder)
    for (const name of files.keys()) {
      const path = join(folder, name)
      const fault = await faultOf(path, 'content')
      if (fault !== undefined) findings.push({ file: nameIn(root, path), why: fault.why })
    }
    return files.size
  } catch (error) {
    findings.push({ file: nameIn(root, join(folder, RECORD_NAME)), why: messageOf(error) })
    return 0
  }
}

async function verifyUnlisted(path: string, root: string, findings: Finding[]): Promise<void> {
  // What is listed was compared already; a damaged record was named.
  const fault = await faultOf(path, 'place').catch(() => undefined)
  if (fault?.kind === 'unrecorded') findings.push({ file: nameIn(root, path), why: fault.why })
}
