/** The ways of showing progress that `--progress` names, and what each of them must be able to do. */
import type { RunListener } from '../../executors/types.js'

export const progressModes = ['auto', 'plain', 'json', 'none'] as const
export type ProgressMode = (typeof progressModes)[number]

/** Says something to whoever runs a command. */
export type Say = (text: string) => void

/** Shows a run while it goes on. All of it goes to stderr: stdout is for results. */
export interface ProgressView extends RunListener {
  /** Shows a message beside the progress, or after it. */
  readonly say: Say
  /** Ends the display and gives the terminal back. */
  close(): void
}
