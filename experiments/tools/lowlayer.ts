/** The command that the reference studies are run with, as a user would call it. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RunResult } from '../../src/cli/runResult.js'

const command = fileURLToPath(new URL('../../bin/lowlayer.js', import.meta.url))

/** Runs a configuration to its end, with progress on the terminal. Throws where it fails or finds no verdict. */
export function runStudy(config: string, options: readonly string[]): RunResult {
  const result: RunResult = JSON.parse(lowlayer('run', config, '--json', ...options))
  if (result.verdict === null) throw new Error(`${config}: no verdict in ${result.paths.folder}`)
  return result
}

/** One verdict of finished studies as JSON, their folders left out, which are those of one machine. Throws where they cannot be pooled. */
export function poolStudies(folders: readonly string[]): string {
  const { studies, ...pool } = JSON.parse(lowlayer('pool', ...folders, '--json'))
  const named = studies.map(({ folder: _folder, ...study }: { readonly folder: string }) => study)
  return `${JSON.stringify({ studies: named, ...pool }, undefined, 2)}\n`
}

/** Writes the samples of a configuration as .npz. Throws where that fails. */
export function exportData(config: string, file: string, options: readonly string[]): void {
  lowlayer('data', 'export', config, file, ...options)
}

/** What the command prints. Throws where it fails. */
function lowlayer(...args: readonly string[]): string {
  const { status, stdout } = spawnSync(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(`lowlayer ${args.join(' ')} ended with ${status}`)
  return stdout
}

/** Names before the first word that begins with two dashes, and what follows as options of `lowlayer run`. */
export function words(args: readonly string[]): { names: string[]; options: string[] } {
  const first = args.findIndex((word) => word.startsWith('--'))
  const end = first < 0 ? args.length : first
  const names = args.slice(0, end)
  if (names.length === 0) throw new Error('name a study: a folder of experiments')
  return { names, options: args.slice(end) }
}
