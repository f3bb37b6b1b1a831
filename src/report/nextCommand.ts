import type { NextStep } from '../comparison/types.js'

/**
 * The command that does what is next, as one pastes it into a shell: `command` runs the study as it is. Undefined where
 * no setting would help.
 */
export function nextCommand({ set }: NextStep, command: string): string | undefined {
  if (set.length === 0) return undefined
  return [command, ...set.map((setting) => `--set '${setting}'`)].join(' ')
}
