import type { DataInfo } from '../plan/types.js'

/** What a plan knows of the tic-tac-toe endgames, without opening them. */
export const ticTacToeInfo = {
  fingerprint: 'f00d',
  kind: 'tabular',
  shape: [9],
  classes: 2,
  trainCount: 670,
  testCount: 288,
} as const satisfies DataInfo
