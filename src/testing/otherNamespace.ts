/** Processes that cannot see each other, as on two hosts or in two containers, for tests. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'

/** Namespaces of host name and processes, each with its own `/proc`. */
const APART = ['--uts', '--pid', '--fork', '--mount-proc', '--kill-child']

/** Why processes cannot be put into namespaces of their own here; undefined where they can. */
export const noNamespaces: string | undefined = (() => {
  if (process.platform !== 'linux') return 'namespaces are a feature of Linux'
  const tried = spawnSync('unshare', [...APART, 'true'], { encoding: 'utf8' })
  return tried.status === 0 ? undefined : `unshare is not permitted: ${tried.stderr || tried.error}`
})()

/** A process in namespaces of its own. */
export interface ApartProcess {
  readonly process: ChildProcess
  /** Stops it, and all that it started, where they are; they know nothing of it. */
  suspend(): void
  resume(): void
}

/**
 * Starts Node in namespaces of its own, with this host name; its processes are numbered from 1 there. `wrapper`:
 * a command that runs it, with its arguments.
 */
export function startApart(
  hostname: string,
  args: readonly string[],
  wrapper: readonly string[] = [],
): ApartProcess {
  const command = [...wrapper, process.execPath, ...args]
  const inside = ['sh', '-c', 'hostname "$0" && exec "$@"', hostname, ...command]
  const child = spawn('unshare', [...APART, ...inside], { stdio: ['ignore', 'pipe', 'pipe'] })
  const signal = (name: 'STOP' | 'CONT') => {
    const found = descendantsOf(child.pid as number)
    if (found.length > 0) spawnSync('kill', [`-${name}`, ...found.map(String)])
  }
  return { process: child, suspend: () => signal('STOP'), resume: () => signal('CONT') }
}

/** Numbers, as seen from here, of all processes below one. */
function descendantsOf(pid: number): number[] {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const parents = rows
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] =>
    parents.flatMap(([child, of]) => (of === parent ? [child, ...below(child)] : []))
  return below(pid)
}
