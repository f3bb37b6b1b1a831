import type { Regime } from './types.js'

/** Low layers as fixed random features. */
export const frozenRandom: Regime = {
  name: 'frozen-random',
  summary: 'the low layers stay as drawn',
  shared: 'random low layers that were frozen as drawn',
  side: 'low',
  freezes: true,
}
