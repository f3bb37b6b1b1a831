/** manifest.json of a study: what it was made of, by what and where; enough to make it again. */
import { join } from 'node:path'
import { isObject } from '../core/isObject.js'
import { studyFiles } from './layout.js'
import { readStoredText } from './stored.js'

export interface Manifest {
  /** False while networks, or parts of their analysis, are missing. */
  readonly complete: boolean
  readonly id: string
  readonly study: string
  /** Version of the tables. */
  readonly schemaVersion: number
  /** Version of the statistics that the tables were made by. */
  readonly comparisonVersion: number
  /** Version of lowlayer that wrote it. */
  readonly lowlayer: string
  readonly config: unknown
  /** What the planner knew of the data. */
  readonly data: unknown
  /** What was assumed or decided without being asked for, a line each; undefined where an older version wrote it. */
  readonly assumptions?: readonly string[]
  /** Networks that could not be analysed, with the reason. */
  readonly failed: Readonly<Record<string, string>>
  /** Networks that were analysed without all that was asked for, with the reason. */
  readonly lacking: Readonly<Record<string, string>>
  /** When its tables were made, in ISO 8601. */
  readonly finishedAt?: string
  /** Versions, machine, networks, baselines and times, for people to read. */
  readonly [part: string]: unknown
}

/** The manifest in a study's folder; undefined where there is none. Throws InputError when it is not what was written. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readStoredText(join(folder, studyFiles.manifest))
  return text === undefined ? undefined : parseManifest(text)
}

/** A manifest of any version: what an older one did not have is empty. Throws RangeError where it is none. */
export function parseManifest(text: string): Manifest {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) throw new RangeError('is damaged: parts are missing')
  return { failed: {}, lacking: {}, ...value } as Manifest
}
