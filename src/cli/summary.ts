import { join } from 'node:path'
import type { Verdict } from '../comparison/types.js'
import { readJson } from '../store/atomic.js'

/** What a finished run says last: the finding in one line, and where the results are. */
export async function summarize(folder: string, shownFolder: string): Promise<string> {
  const verdict = await readJson<Verdict>(join(folder, 'verdict.json'))
  const finding = verdict?.sentence ?? 'No comparison could be made.'
  return `${finding}\nResults: ${shownFolder}/\n`
}
