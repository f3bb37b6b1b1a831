/** The command that the reference studies are run with, as a user would call it. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RunResult } from '../../src/cli/runResult.js'

const command = fileURLToPath(new URL('../../bin/lowlayer.js', import.meta.url))

/** Runs a configuration to its end, with progress on the terminal. Throws where it fails or finds no verdict. */
export function runStudy(config: string, options: readonly string[]): RunResult {
  const { status, stdout } = spawnSync(
    process.execPath,
    [command, 'run', config, '--json', ...options],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 2 ** 28 },
  )
  if (status !== 0) throw new Error(`lowlayer run ${config} ended with ${status}`)
  const result: RunResult = JSON.parse(stdout)
  if (result.verdict === null) throw new Error(`${config}: no verdict in ${result.paths.folder}`)
  return result
}

/** Names before the first word that begins with two dashes, and what follows as options of `lowlayer run`. */
export function words(args: readonly string[]): { names: string[]; options: string[] } {
  const first = args.findIndex((word) => word.startsWith('--'))
  const end = first < 0 ? args.length : first
  const names = args.slice(0, end)
  if (names.length === 0) throw new Error('name a study: a folder of experiments')
  return { names, options: args.slice(end) }
}
