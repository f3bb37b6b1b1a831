import { resolve } from 'node:path'
import { catalogue } from '../../../data/fetch/catalogue.js'
import { isComplete, namedSources, sourceNames } from '../../../data/named.js'
import { jsonText } from '../../../store/atomic.js'
import type { ListOptions } from '../../commands/data.js'
import { dataFolders } from '../../studyOptions.js'
import { megabytes } from './megabytes.js'
import { others } from './others.js'

/** Prints the data sets known by name, and whether they are here. */
export function listDataSets(options: ListOptions): void {
  const folders = dataFolders(options.dataDir)
  const rows = sourceNames.map((name) => ({
    name,
    title: namedSources[name].title,
    folder: folders.map((dir) => resolve(dir, name)).find((dir) => isComplete(name, dir)) ?? null,
    bytes: catalogue[name].files.reduce((sum, { bytes }) => sum + bytes, 0),
  }))
  const text = options.json
    ? jsonText({ folders, named: rows, others })
    : dataSetsText(rows, folders)
  process.stdout.write(text)
}

interface Row {
  readonly name: string
  readonly title: string
  readonly folder: string | null
  readonly bytes: number
}

function dataSetsText(rows: readonly Row[], folders: readonly string[]): string {
  const width =
    Math.max(...[...sourceNames, ...Object.keys(others)].map(({ length }) => length)) + 2
  const line = (name: string, text: string) => `  ${name.padEnd(width)}${text}\n`
  const named = rows.map(({ name, title, folder, bytes }) => {
    const state = folder ?? `not here: lowlayer data fetch ${name} (${megabytes(bytes)})`
    return line(name, title) + line('', state)
  })
  const rest = Object.entries(others).map(([name, what]) => line(name, what))
  return (
    `By name, in ${folders.join(', ')}:\n${named.join('')}` +
    `Without a download:\n${rest.join('')}`
  )
}
