import type { RunListener } from '../../executors/types.js'

export const progressModes = ['auto', 'plain', 'json', 'none'] as const
export type ProgressMode = (typeof progressModes)[number]

/** Shows a run while it goes on. All of it goes to stderr: stdout is for results. */
export interface ProgressView extends RunListener {
  /** Ends the display and gives the terminal back. */
  close(): void
}
