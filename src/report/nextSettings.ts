import type { NextStep } from '../comparison/types.js'

/** What is next as options of the command that ran the study, as one pastes them into a shell; empty where no setting would help. */
export function nextSettings({ set }: NextStep): string {
  return set.map((setting) => `--set '${setting}'`).join(' ')
}
