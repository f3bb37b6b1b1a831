import type { Regime } from './types.js'

/** The default: the initial low layers are what networks share. */
export const init: Regime = {
  name: 'init',
  summary: 'both start from their seeds, all is trained',
  shared: 'initial low-layer weights',
  side: 'low',
  freezes: false,
}
